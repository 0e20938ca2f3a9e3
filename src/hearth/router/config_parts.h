#pragma once

#include <optional>
#include <string_view>

#include "hearth/router/config.h"
#include "hearth/router/config_reader.h"

namespace hearth::router {

/// The parameters under `key`; none if it is missing.
RouteParams read_params(ConfigObject& fields, std::string_view key);

/// The route under `key`, which must lead to a provider of `config`, and to one of its models if
/// these are on this machine. Nothing if it is missing.
std::optional<Target> read_route(ConfigObject& fields, std::string_view key, const Config& config);

/// The same of a text that stands at `pointer`.
std::optional<Target> read_target(std::string_view text, const std::string& pointer,
                                  ConfigSource& source, const Config& config);

}  // namespace hearth::router
