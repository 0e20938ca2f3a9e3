#pragma once

#include <spdlog/spdlog.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "hearth/base/error.h"

namespace hearth {

/// How a line of the log is written. text: time, level, message. json: one object a line,
/// {"time","level","message"}, the time in UTC after RFC 3339.
enum class LogFormat { text, json };

/// One logger for the process, to standard error.
/// `level` is one of trace, debug, info, warn, error, off. Errors: invalid_request.
Result<void> set_up_log(std::string_view level, LogFormat format);

/// One line for programs to read, with its end. `ms`: since 1970-01-01 UTC. Bytes of `message` that
/// are no UTF-8 are replaced.
std::string json_log_line(std::int64_t ms, std::string_view level, std::string_view message);

}  // namespace hearth
