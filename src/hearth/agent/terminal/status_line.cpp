#include "hearth/agent/terminal/status_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

namespace hearth::agent {
namespace {

std::string_view spinner(Clock::time_point now) {
  static constexpr std::array<std::string_view, 10> frames{"⠋", "⠙", "⠹", "⠸", "⠼",
                                                           "⠴", "⠦", "⠧", "⠇", "⠏"};
  constexpr int ms_per_frame = 100;
  const auto ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  return frames[static_cast<std::size_t>(ms / ms_per_frame) % frames.size()];
}

std::string bar(int done, int total, int width) {
  const int filled =
      static_cast<int>(static_cast<long>(width) * std::min(done, total) / std::max(total, 1));
  std::string text;
  for (int i = 0; i < width; ++i) text += i < filled ? "█" : "░";
  return text;
}

/// "850", "12.3k", "128k".
std::string short_count(int tokens) {
  constexpr int thousand = 1000;
  constexpr int exact_below = 100'000;
  if (tokens < thousand) return std::to_string(tokens);
  if (tokens < exact_below && tokens % thousand != 0) {
    return fmt::format("{:.1f}k", tokens / static_cast<double>(thousand));
  }
  return fmt::format("{}k", tokens / thousand);
}

/// The model, and where the router sent its last request, if that is elsewhere.
std::string model_and_route(const SessionState& state, std::string_view route) {
  const std::string_view model = state.model;
  const bool known = route.empty() || route == model || route == fmt::format("local,{}", model);
  if (known) return model.empty() ? (state.ready ? "default model" : "starting") : state.model;
  return model.empty() ? std::string(route) : fmt::format("{} → {}", model, route);
}

Role role_of(PermissionMode mode) {
  switch (mode) {
    case PermissionMode::normal: return Role::muted;
    case PermissionMode::accept_edits: return Role::added;
    case PermissionMode::plan: return Role::user;
    case PermissionMode::bypass: return Role::warning;
  }
  return Role::muted;
}

}  // namespace

std::vector<StyledLine> activity_lines(const Activity& activity, Clock::time_point now,
                                       int columns) {
  if (activity.label.empty()) return {};
  StyledLine line{{std::string(spinner(now)) + " ", {.role = Role::accent}}};
  if (activity.reading) {
    const chat::PrefillProgress& reading = *activity.reading;
    const int done = std::min(reading.computed + reading.reused, reading.total);
    const int width = std::clamp(columns / 4, 8, 30);
    line.push_back({"reading ", {}});
    line.push_back({bar(done, reading.total, width), {.role = Role::accent}});
    line.push_back(
        {fmt::format(" {} of {} tokens, {} % reused, {:.0f} s left", done, reading.total,
                     100 * reading.reused / std::max(reading.total, 1), reading.eta_ms / 1000),
         muted_style});
  } else {
    line.push_back({activity.label, {}});
    const double seconds = ms_between(activity.since, now) / 1000;
    if (seconds >= 1) line.push_back({fmt::format(" · {:.0f} s", seconds), muted_style});
    line.push_back({" · Esc interrupts", muted_style});
  }
  return {cut(line, columns)};
}

StyledLine status_line(const SessionState& state, const StatusFacts& facts, std::string_view keys,
                       int columns) {
  StyledLine line;
  const auto add = [&](std::string text, TextStyle style) {
    if (!line.empty()) line.push_back({" · ", muted_style});
    line.push_back({std::move(text), style});
  };
  if (!keys.empty()) add(std::string(keys), {.role = Role::accent});
  add(model_and_route(state, facts.route), muted_style);
  add(std::string(to_string(state.mode)), {.role = role_of(state.mode)});
  if (state.used > 0 && state.window > 0) {
    const int percent = static_cast<int>(100L * state.used / state.window);
    add(fmt::format("{} of {} ({} %)", short_count(state.used), short_count(state.window), percent),
        {.role = percent >= 80 ? Role::warning : Role::muted});
  }
  if (facts.last.prompt_tokens > 0) {
    add(fmt::format("{} % reused",
                    100L * facts.last.reused_tokens / std::max(facts.last.prompt_tokens, 1)),
        muted_style);
  }
  if (facts.tokens_per_second > 0) {
    add(fmt::format("{:.1f} tokens/s", facts.tokens_per_second), muted_style);
  }
  if (!state.busy) add("/help", muted_style);
  return cut(line, columns);
}

}  // namespace hearth::agent
