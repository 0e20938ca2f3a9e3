#include "hearth/router/config_parts.h"

#include <climits>
#include <fmt/format.h>

#include <algorithm>

namespace hearth::router {

RouteParams read_params(ConfigObject& parent, std::string_view key) {
  RouteParams params;
  const json::object* object = parent.object(key);
  if (object == nullptr) return params;
  ConfigObject fields(*object, parent.at(key), parent.source());
  params.max_tokens = fields.integer("max_tokens", 1, INT_MAX);
  params.sampling.temperature = fields.number("temperature");
  params.sampling.top_p = fields.number("top_p");
  params.sampling.min_p = fields.number("min_p");
  params.sampling.top_k = fields.integer("top_k", 0, INT_MAX);
  params.sampling.frequency_penalty = fields.number("frequency_penalty");
  params.sampling.presence_penalty = fields.number("presence_penalty");
  params.sampling.repeat_penalty = fields.number("repeat_penalty");
  params.sampling.repeat_last_n = fields.integer("repeat_last_n", -1, INT_MAX);
  if (const auto seed = fields.integer("seed", 0, INT_MAX)) {
    params.sampling.seed = static_cast<std::uint32_t>(*seed);
  }
  params.effort = fields.string("reasoning_effort");
  params.other = fields.rest();
  return params;
}

std::optional<Target> read_route(ConfigObject& fields, std::string_view key, const Config& config) {
  const std::string text = fields.string(key);
  if (text.empty()) return std::nullopt;
  return read_target(text, fields.at(key), fields.source(), config);
}

std::optional<Target> read_target(std::string_view text, const std::string& pointer,
                                  ConfigSource& source, const Config& config) {
  auto target = parse_target(text);
  if (!target) {
    source.report(pointer, fmt::format("expected \"provider,model\", found \"{}\"", text));
    return std::nullopt;
  }
  const ProviderConfig* provider = config.find_provider(target->provider);
  if (provider == nullptr) {
    source.report(pointer,
                  fmt::format("no provider is named \"{}\" in Providers", target->provider));
  } else if (std::ranges::find(provider->models, target->model) != provider->models.end()) {
    return target;
  } else if (provider->kind != ProviderKind::local) {
    // Names have suffixes there, such as ":online".
    source.warn(pointer, fmt::format("the provider \"{}\" has no \"{}\" among its models; it is "
                                     "asked for it all the same",
                                     target->provider, target->model));
  } else {
    source.report(pointer, fmt::format("the provider \"{}\" has no model \"{}\"; add it to "
                                       "its models",
                                       target->provider, target->model));
  }
  return target;
}

}  // namespace hearth::router
