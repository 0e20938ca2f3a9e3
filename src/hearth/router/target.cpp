#include "hearth/router/target.h"

#include <algorithm>

namespace hearth::router {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

}  // namespace

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
  const auto fill = [](auto& value, const auto& fallback) {
    if (!value) value = fallback;
  };
  fill(first.max_tokens, second.max_tokens);
  fill(first.temperature, second.temperature);
  fill(first.top_p, second.top_p);
  fill(first.min_p, second.min_p);
  fill(first.top_k, second.top_k);
  fill(first.frequency_penalty, second.frequency_penalty);
  fill(first.presence_penalty, second.presence_penalty);
  fill(first.seed, second.seed);
  if (first.effort.empty()) first.effort = second.effort;
  for (const auto& member : second.other) first.other.insert(member);
  return first;
}

}  // namespace hearth::router
