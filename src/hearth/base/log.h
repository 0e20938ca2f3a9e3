#pragma once

#include <spdlog/spdlog.h>

#include <string_view>

#include "hearth/base/error.h"

namespace hearth {

/// One logger for the process, to standard error: time, level, message.
/// `level` is one of trace, debug, info, warn, error, off. Errors: invalid_request.
Result<void> set_up_log(std::string_view level);

}  // namespace hearth
