#pragma once

#include <string>
#include <string_view>

#include "hearth/base/error.h"

namespace hearth::gateway {

/// The path of a request's target ("/v1/models/a%2Fb?limit=1"), its escapes undone.
/// Errors: invalid_request for a broken escape, a control character, and what is not UTF-8.
Result<std::string> path_of_target(std::string_view target);

/// The value of `name` in the query, its escapes undone; empty where it is missing or broken.
std::string query_value(std::string_view target, std::string_view name);

}  // namespace hearth::gateway
