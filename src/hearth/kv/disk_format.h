#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/base/error.h"
#include "hearth/kv/disk_checksum.h"
#include "hearth/kv/store.h"

namespace hearth::kv {

// A file of the disk store holds one entry. Numbers are in the machine's own byte order, which the
// byte order mark names: files do not travel between machines, payloads least of all.
//
//   offset  bytes
//        0      8  magic "HEARTHKV"
//        8      4  byte order mark 0x01020304
//       12      4  format version
//       16     16  fingerprint of the model whose state this is
//       32     16  parent
//       48      4  kind
//       52      4  begin
//       56      4  end
//       60      4  number of tokens n: end - begin, or 0 for a point
//       64      8  length of the payload
//       72     16  checksum of the payload
//       88      8  used_ms
//       96     4n  tokens
//  96 + 4n     16  checksum of all that stands before it
// 112 + 4n         payload, up to the end of the file

inline constexpr std::uint32_t disk_format_version = 1;
/// So many bytes at the front tell how long the header is.
inline constexpr std::size_t disk_header_front = 96;

/// "<key>.rows" or "<key>.point".
[[nodiscard]] std::string disk_file_name(const Key& key, EntryKind kind);
[[nodiscard]] bool is_disk_file_name(std::string_view name);

/// The name under which a file is written before it is complete.
[[nodiscard]] std::string unfinished_name(std::string_view name);
[[nodiscard]] bool is_unfinished_name(std::string_view name);

struct DiskHeader {
  Key key;
  EntryInfo entry;
  Checksum payload;
  std::uint64_t bytes = 0;  ///< of the header: the payload begins there
};

[[nodiscard]] std::uint64_t disk_header_bytes(const EntryInfo& entry);

/// The header of `entry`. REQUIRES: as many tokens as its kind demands.
[[nodiscard]] std::vector<std::byte> encode_disk_header(const Key& fingerprint,
                                                        const EntryInfo& entry,
                                                        const Checksum& payload);

/// How long the header is that begins with `front`. Errors: invalid_request (another kind of file,
/// another version or model, or numbers that cannot be; the message completes "it …").
[[nodiscard]] Result<std::uint64_t> disk_header_bytes(
    std::span<const std::byte, disk_header_front> front, const Key& fingerprint);

/// REQUIRES: `header` is as long as disk_header_bytes says. Errors: invalid_request likewise.
[[nodiscard]] Result<DiskHeader> decode_disk_header(std::span<const std::byte> header,
                                                    const Key& fingerprint);

}  // namespace hearth::kv
