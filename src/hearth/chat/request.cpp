#include "hearth/chat/request.h"

#include <algorithm>

namespace hearth::chat {

void fill_unset(Sampling& sampling, const Sampling& defaults) {
  const auto fill = [](auto& value, const auto& fallback) {
    if (!value) value = fallback;
  };
  fill(sampling.temperature, defaults.temperature);
  fill(sampling.top_p, defaults.top_p);
  fill(sampling.min_p, defaults.min_p);
  fill(sampling.top_k, defaults.top_k);
  fill(sampling.frequency_penalty, defaults.frequency_penalty);
  fill(sampling.presence_penalty, defaults.presence_penalty);
  fill(sampling.repeat_penalty, defaults.repeat_penalty);
  fill(sampling.repeat_last_n, defaults.repeat_last_n);
  fill(sampling.seed, defaults.seed);
}

void set_effort(Thinking& thinking, std::string effort) {
  if (effort == "none") {
    thinking.mode = Thinking::Mode::disabled;
    effort.clear();
  }
  thinking.effort = std::move(effort);
}

const Tool* find_tool(const Request& request, std::string_view name) {
  const auto found = std::ranges::find(request.tools, name, &Tool::name);
  return found == request.tools.end() ? nullptr : &*found;
}

}  // namespace hearth::chat
