#include "hearth/router/target.h"

#include <algorithm>

#include "hearth/base/trimmed.h"

namespace hearth::router {
std::string to_string(const Target& target) {
  return target.provider + "," + target.model;
}

std::optional<Target> parse_target(std::string_view text) {
  const std::size_t comma = text.find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  Target target{std::string(trimmed(text.substr(0, comma))),
                std::string(trimmed(text.substr(comma + 1)))};
  if (target.provider.empty() || target.model.empty()) return std::nullopt;
  return target;
}

RouteParams RouteParams::merged(RouteParams first, const RouteParams& second) {
  if (first.max_tokens && second.max_tokens) {
    first.max_tokens = std::min(*first.max_tokens, *second.max_tokens);
  }
  if (!first.max_tokens) first.max_tokens = second.max_tokens;
  chat::fill_unset(first.sampling, second.sampling);
  if (first.effort.empty()) first.effort = second.effort;
  for (const auto& member : second.other) first.other.insert(member);
  return first;
}

}  // namespace hearth::router
