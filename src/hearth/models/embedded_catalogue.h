#pragma once

#include <string_view>

namespace hearth::models {

/// The text of deps/models.json as it was when the program was built.
std::string_view embedded_catalogue();

}  // namespace hearth::models
