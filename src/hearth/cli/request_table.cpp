#include "hearth/cli/request_table.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "hearth/cli/local_time.h"

namespace hearth::cli {
namespace {

std::string shortened(const std::string& text, std::size_t width) {
  if (text.size() <= width) return text;
  return "…" + text.substr(text.size() - (width - 1));
}

std::string seconds(double ms) {
  return fmt::format("{:.2f}", ms / 1000);
}

}  // namespace

std::string table_heading() {
  return fmt::format("{:8}  {:11}  {:34}  {:>7} {:>7} {:>8}  {:>6}  {:>7} {:>7} {:>6}  {}", "time",
                     "scenario", "route", "prompt", "reused", "computed", "output", "first s",
                     "all s", "tok/s", "end");
}

std::string table_row(const observe::RequestRecord& record) {
  const std::string end = record.error.empty() ? record.stop_reason : "error: " + record.error;
  const std::string rate =
      record.decode_rate() > 0 ? fmt::format("{:.1f}", record.decode_rate()) : "";
  return fmt::format("{:%H:%M:%S}  {:11}  {:34}  {:>7} {:>7} {:>8}  {:>6}  {:>7} {:>7} {:>6}  {}",
                     local_time(record.time_ms), record.scenario, shortened(record.route, 34),
                     record.prompt_tokens, record.reused_tokens, record.computed_tokens,
                     record.output_tokens, seconds(record.ttft_ms), seconds(record.total_ms), rate,
                     end);
}

}  // namespace hearth::cli
