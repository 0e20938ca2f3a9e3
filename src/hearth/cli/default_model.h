#pragma once

#include <filesystem>

#include "hearth/base/error.h"

namespace hearth::cli {

/// The model to use when none is named: the default one if it is there, else the first in the
/// store. With none at all: `interactive` asks whether to fetch the default one, and does; else
/// the error names the command to run and the size. Errors: not_found, and those of models::fetch.
Result<std::filesystem::path> ensure_default_model(bool interactive);

}  // namespace hearth::cli
