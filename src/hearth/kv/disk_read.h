#pragma once

#include <filesystem>

#include "hearth/base/error.h"
#include "hearth/kv/blob.h"
#include "hearth/kv/disk_format.h"

namespace hearth::kv {

/// The header of the entry file at `path`, tokens included. The payload is not read, but the file
/// is as long as it must be, and has the name of what it holds.
///
/// Errors: not_found; io (the system refuses); invalid_request (cut off, damaged or none of ours:
/// the message completes "it …").
[[nodiscard]] Result<DiskHeader> read_disk_header(const std::filesystem::path& path,
                                                  const Key& fingerprint);

/// The payload, whole and checked. It is not left in the system's page cache: it is in memory now,
/// and what it would push out there are the model's weights. Errors likewise.
[[nodiscard]] Result<BlobPtr> read_disk_payload(const std::filesystem::path& path,
                                                const Key& fingerprint);

}  // namespace hearth::kv
