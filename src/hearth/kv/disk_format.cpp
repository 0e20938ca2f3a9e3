#include "hearth/kv/disk_format.h"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <stdexcept>
#include <type_traits>

namespace hearth::kv {
namespace {

constexpr std::array<char, 8> magic{'H', 'E', 'A', 'R', 'T', 'H', 'K', 'V'};
constexpr std::uint32_t byte_order_mark = 0x01020304;
constexpr std::string_view unfinished_suffix = ".writing";

struct Front {
  std::array<char, 8> magic{};
  std::uint32_t byte_order = 0;
  std::uint32_t version = 0;
  Key fingerprint;
  Key parent;
  std::uint32_t kind = 0;
  std::int32_t begin = 0;
  std::int32_t end = 0;
  std::uint32_t n_tokens = 0;
  std::uint64_t payload_bytes = 0;
  Checksum payload;
  std::int64_t used_ms = 0;
};
static_assert(sizeof(Front) == disk_header_front);
static_assert(std::is_trivially_copyable_v<Front>);
static_assert(std::has_unique_object_representations_v<Front>, "padding would be written out");

std::string_view suffix(EntryKind kind) {
  return kind == EntryKind::rows ? ".rows" : ".point";
}

std::int64_t n_tokens(EntryKind kind, int begin, int end) {
  return kind == EntryKind::rows ? std::int64_t{end} - begin : 0;
}

std::uint64_t header_bytes(std::uint64_t n_tokens) {
  return sizeof(Front) + n_tokens * sizeof(Token) + sizeof(Checksum);
}

bool is_kind(std::uint32_t number) {
  return number == static_cast<std::uint32_t>(EntryKind::rows) ||
         number == static_cast<std::uint32_t>(EntryKind::point);
}

Result<Front> read_front(std::span<const std::byte> bytes, const Key& fingerprint) {
  const auto refuse = [](std::string why) {
    return fail(ErrorKind::invalid_request, std::move(why));
  };
  Front front;
  std::memcpy(&front, bytes.data(), sizeof front);
  if (front.magic != magic) return refuse("is no file of the KV cache");
  if (front.byte_order != byte_order_mark) return refuse("comes from another kind of machine");
  if (front.version != disk_format_version) {
    return refuse(
        fmt::format("is of format version {}, not {}", front.version, disk_format_version));
  }
  if (front.fingerprint != fingerprint) return refuse("belongs to another model");
  if (!is_kind(front.kind) || front.begin < 0 || front.end < front.begin ||
      n_tokens(EntryKind{static_cast<std::uint8_t>(front.kind)}, front.begin, front.end) !=
          front.n_tokens) {
    return refuse("has a damaged header");
  }
  return front;
}

}  // namespace

std::string disk_file_name(const Key& key, EntryKind kind) {
  return key.hex().append(suffix(kind));
}

bool is_disk_file_name(std::string_view name) {
  return name.ends_with(suffix(EntryKind::rows)) || name.ends_with(suffix(EntryKind::point));
}

std::string unfinished_name(std::string_view name) {
  return std::string(name).append(unfinished_suffix);
}

bool is_unfinished_name(std::string_view name) {
  return name.ends_with(unfinished_suffix);
}

std::uint64_t disk_header_bytes(const EntryInfo& entry) {
  return header_bytes(entry.tokens.size());
}

std::vector<std::byte> encode_disk_header(const Key& fingerprint, const EntryInfo& entry,
                                          const Checksum& payload) {
  if (entry.begin < 0 || entry.end < entry.begin ||
      std::ssize(entry.tokens) != n_tokens(entry.kind, entry.begin, entry.end)) {
    throw std::logic_error("an entry whose tokens are not those of its range");
  }
  const Front front{.magic = magic,
                    .byte_order = byte_order_mark,
                    .version = disk_format_version,
                    .fingerprint = fingerprint,
                    .parent = entry.parent,
                    .kind = static_cast<std::uint32_t>(entry.kind),
                    .begin = entry.begin,
                    .end = entry.end,
                    .n_tokens = static_cast<std::uint32_t>(entry.tokens.size()),
                    .payload_bytes = entry.bytes,
                    .payload = payload,
                    .used_ms = entry.used_ms};
  std::vector<std::byte> header;
  header.reserve(disk_header_bytes(entry));
  const auto append = [&](std::span<const std::byte> bytes) {
    header.insert(header.end(), bytes.begin(), bytes.end());
  };
  append(std::as_bytes(std::span(&front, 1)));
  append(std::as_bytes(std::span(entry.tokens)));
  const Checksum sum = checksum(header);
  append(std::as_bytes(std::span(&sum, 1)));
  return header;
}

Result<std::uint64_t> disk_header_bytes(std::span<const std::byte, disk_header_front> front,
                                        const Key& fingerprint) {
  auto read = read_front(front, fingerprint);
  if (!read) return pass_on(read);
  return header_bytes(read->n_tokens);
}

Result<DiskHeader> decode_disk_header(std::span<const std::byte> header, const Key& fingerprint) {
  Checksum stored;
  const auto covered = header.first(header.size() - sizeof stored);
  std::memcpy(&stored, header.last(sizeof stored).data(), sizeof stored);
  auto front = read_front(header, fingerprint);
  if (!front) return pass_on(front);
  if (checksum(covered) != stored) {
    return fail(ErrorKind::invalid_request, "has a damaged header");
  }

  DiskHeader decoded{
      .key = {},
      .entry = {.kind = EntryKind{static_cast<std::uint8_t>(front->kind)},
                .parent = front->parent,
                .begin = front->begin,
                .end = front->end,
                .tokens = std::vector<Token>(front->n_tokens),
                .bytes = front->payload_bytes,
                .used_ms = front->used_ms},
      .payload = front->payload,
      .bytes = header.size(),
  };
  const auto tokens = covered.subspan(sizeof(Front));
  if (!tokens.empty()) std::memcpy(decoded.entry.tokens.data(), tokens.data(), tokens.size());
  decoded.key = key_of(decoded.entry);
  return decoded;
}

}  // namespace hearth::kv
