#pragma once

#include <map>
#include <string>
#include <vector>

#include "hearth/base/json.h"
#include "hearth/router/config_reader.h"
#include "hearth/router/target.h"

namespace hearth::router {

/// What Claude Code Router's transformers of a provider come to here.
struct Transformed {
  bool anthropic = false;  ///< the provider speaks Anthropic's format
  bool gemini = false;     ///< the provider speaks Gemini's own API
  RouteParams params;      ///< for every model of the provider
  std::map<std::string, RouteParams> model_params;
  std::vector<std::string> warnings;
};

/// Reads `{"use": ["a", ["b", {options}]], "some-model": {"use": …}}`, which stands at `pointer`.
/// Errors: an unknown name, with those that are known; one of an API that is not spoken here.
Transformed read_transformers(const json::value& value, const std::string& pointer,
                              ConfigSource& source);

}  // namespace hearth::router
