#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "hearth/base/error.h"

namespace hearth::kv {

inline constexpr std::size_t damaged_files_max = 16;
/// Payloads can be gigabytes, and nobody counts these files against the budget.
inline constexpr std::uint64_t damaged_bytes_max = std::uint64_t{256} << 20;

/// Moves the file `name` of `folder` into `folder`/damaged, where somebody may look at it, and
/// deletes what was set aside longest ago until both bounds hold. Errors: io.
[[nodiscard]] Result<void> set_aside(const std::filesystem::path& folder, const std::string& name);

}  // namespace hearth::kv
