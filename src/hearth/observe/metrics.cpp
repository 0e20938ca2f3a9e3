#include "hearth/observe/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

namespace hearth::observe {
namespace {

/// A label's value: backslash, quote and line end are escaped.
std::string label(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string_view outcome_of(const RequestRecord& record) {
  if (!record.error.empty()) return "error";
  return record.stop_reason == "cancelled" ? "cancelled" : "ok";
}

class Text {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    add("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
  }
  template <class... Parts>
  void add(fmt::format_string<Parts...> format, Parts&&... parts) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Parts>(parts)...);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace

void Metrics::add(const RequestRecord& record) {
  const std::lock_guard lock(mutex_);
  ++requests_[{record.route, record.scenario, std::string(outcome_of(record))}];
  Sums& sums = by_route_[record.route];
  sums.prompt_tokens += record.prompt_tokens;
  sums.reused_tokens += record.reused_tokens;
  sums.computed_tokens += record.computed_tokens;
  sums.output_tokens += record.output_tokens;
  if (record.ttft_ms <= 0) return;
  const double seconds = record.ttft_ms / 1000;
  const auto bound = std::ranges::lower_bound(first_token_bounds, seconds);
  ++sums.first_token_counts[static_cast<std::size_t>(bound - first_token_bounds.begin())];
  sums.first_token_seconds += seconds;
}

std::string Metrics::text(int n_running) const {
  const std::lock_guard lock(mutex_);
  Text out;
  out.family("hearth_running_requests", "gauge", "Answers under way.");
  out.add("hearth_running_requests {}\n", n_running);
  out.family("hearth_requests_total", "counter", "Requests that have ended.");
  for (const auto& [key, count] : requests_) {
    const auto& [route, scenario, outcome] = key;
    out.add("hearth_requests_total{{route=\"{}\",scenario=\"{}\",outcome=\"{}\"}} {}\n",
            label(route), label(scenario), outcome, count);
  }
  const auto tokens = [&](std::string_view name, std::string_view help, auto member) {
    out.family(name, "counter", help);
    for (const auto& [route, sums] : by_route_) {
      out.add("{}{{route=\"{}\"}} {}\n", name, label(route), sums.*member);
    }
  };
  tokens("hearth_prompt_tokens_total", "Prompt tokens, reused and computed.", &Sums::prompt_tokens);
  tokens("hearth_reused_tokens_total", "Prompt tokens that were not computed again.",
         &Sums::reused_tokens);
  tokens("hearth_computed_tokens_total", "Prompt tokens that were computed.",
         &Sums::computed_tokens);
  tokens("hearth_output_tokens_total", "Tokens that were written.", &Sums::output_tokens);
  constexpr std::string_view first = "hearth_time_to_first_token_seconds";
  out.family(first, "histogram", "From the request's arrival to its first output token.");
  for (const auto& [route, sums] : by_route_) {
    std::int64_t count = 0;
    for (std::size_t i = 0; i < sums.first_token_counts.size(); ++i) {
      count += sums.first_token_counts[i];
      const std::string bound =
          i < first_token_bounds.size() ? fmt::format("{}", first_token_bounds[i]) : "+Inf";
      out.add("{}_bucket{{route=\"{}\",le=\"{}\"}} {}\n", first, label(route), bound, count);
    }
    out.add("{}_sum{{route=\"{}\"}} {}\n", first, label(route), sums.first_token_seconds);
    out.add("{}_count{{route=\"{}\"}} {}\n", first, label(route), count);
  }
  return out.take();
}

}  // namespace hearth::observe
