#pragma once

#include <string>

#include "hearth/base/error.h"

namespace hearth::agent {

/// What an option was given that takes a file or the JSON itself.
struct GivenJson {
  std::string text;
  std::string source;  ///< the file, or the option
};
/// Errors: config, where there is no such file.
Result<GivenJson> given_json(const std::string& option, const std::string& file_or_json);

}  // namespace hearth::agent
