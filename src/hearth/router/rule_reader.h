#pragma once

#include "hearth/router/config.h"
#include "hearth/router/config_reader.h"

namespace hearth::router {

/// Reads `Router.rules`. Errors, through the source of `router`: an unknown condition, since a rule
/// whose condition is misspelt would match too much; a rule without route and parameters.
std::vector<Rule> read_rules(ConfigObject& router, const Config& config);

}  // namespace hearth::router
