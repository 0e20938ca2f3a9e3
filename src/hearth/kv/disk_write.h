#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "hearth/base/error.h"
#include "hearth/kv/store.h"

namespace hearth::kv {

/// Writes an entry file into `folder`, visible under its name only when it is complete and on the
/// medium. That the name itself may be lost in a crash does no harm: the entry is computed again.
/// Like what is read, it is not left in the page cache.
///
/// One thread at a time. Errors: too_large (the medium or a quota is full), io. Nothing is left
/// behind then.
[[nodiscard]] Result<void> write_disk_file(const std::filesystem::path& folder,
                                           const Key& fingerprint, const Key& key,
                                           const EntryInfo& entry,
                                           std::span<const std::byte> payload);

}  // namespace hearth::kv
