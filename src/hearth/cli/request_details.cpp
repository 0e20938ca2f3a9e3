#include "hearth/cli/request_details.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "hearth/cli/local_time.h"

namespace hearth::cli {
namespace {

class Lines {
 public:
  void add(std::string_view name, std::string_view value) {
    while (!value.empty()) {
      const std::size_t end = value.find('\n');
      text_ += fmt::format("{:9} {}\n", name, value.substr(0, end));
      name = {};
      value = end == std::string_view::npos ? std::string_view() : value.substr(end + 1);
    }
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace

std::string request_details(const observe::RequestRecord& record) {
  Lines lines;
  lines.add("request", fmt::format("{} at {:%Y-%m-%d %H:%M:%S}, {}", record.id,
                                   local_time(record.time_ms), record.endpoint));
  lines.add("client", record.client);
  lines.add("session", record.session);
  lines.add("route", fmt::format("{}: {} ({})", record.scenario, record.route, record.why));
  lines.add("rules", record.considered);
  lines.add("fallback", record.fallbacks);
  lines.add("prompt", fmt::format("{} tokens, {} reused, {} computed", record.prompt_tokens,
                                  record.reused_tokens, record.computed_tokens));
  lines.add("cache", record.cache);
  lines.add("output",
            fmt::format("{} tokens, {:.1f} a second", record.output_tokens, record.decode_rate()));
  lines.add("time",
            fmt::format("{:.2f} s in the queue, {:.2f} s until the first token, {:.2f} s in "
                        "all",
                        record.queue_ms / 1000, record.ttft_ms / 1000, record.total_ms / 1000));
  lines.add("end", record.error.empty() ? record.stop_reason : "error: " + record.error);
  lines.add("warnings", record.warnings);
  return lines.text();
}

}  // namespace hearth::cli
