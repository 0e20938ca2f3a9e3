#pragma once

#include <string_view>

namespace hearth::router {

/// The JSON Schema of a configuration: src/hearth/router/config.schema.json.
std::string_view config_schema();

}  // namespace hearth::router
