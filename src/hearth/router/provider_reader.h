#pragma once

#include "hearth/router/config.h"
#include "hearth/router/config_reader.h"

namespace hearth::router {

/// Reads `Providers` into `config`, with what is not used as its warnings.
void read_providers(ConfigObject& top, Config& config);

}  // namespace hearth::router
