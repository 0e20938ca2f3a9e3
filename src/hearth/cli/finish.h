#pragma once

#include "hearth/base/error.h"

namespace hearth::cli {

/// Ends a command: an error is told on standard error, and makes `exit_code` 1.
void finish(const Result<void>& result, int& exit_code);

}  // namespace hearth::cli
