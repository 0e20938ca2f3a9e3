#pragma once

#include <string>

#include "hearth/base/json.h"
#include "hearth/router/config.h"
#include "hearth/router/config_reader.h"

namespace hearth::router {

/// Replaces `$VAR` and `${VAR}` in every string of `value`; `$$` becomes a dollar sign, and a
/// dollar sign before anything else stays. An unset variable is an error of `source` that names it.
void expand_variables(json::value& value, const std::string& pointer,
                      const Environment& environment, ConfigSource& source);

}  // namespace hearth::router
