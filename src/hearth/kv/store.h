#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "hearth/base/error.h"
#include "hearth/kv/blob.h"
#include "hearth/kv/token.h"

namespace hearth::kv {

/// 128 bits that name an entry by what it is: see key_of.
struct Key {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  auto operator<=>(const Key&) const = default;
  /// 32 hexadecimal digits.
  [[nodiscard]] std::string hex() const;
};

/// What an entry of the archive holds.
enum class EntryKind : std::uint8_t {
  rows = 1,   ///< the state of the tokens [begin, end)
  point = 2,  ///< what layers that forget hold after `end` tokens; begin == end
};

/// An entry without its payload. Entries form chains: `parent` is the key of the rows in which
/// position `begin - 1` lies, and all zero where `begin` is 0.
struct EntryInfo {
  EntryKind kind = EntryKind::rows;
  Key parent;
  int begin = 0;
  int end = 0;
  std::vector<Token> tokens;  ///< those of [begin, end); none for a point
  std::uint64_t bytes = 0;    ///< the payload's length
  std::int64_t used_ms = 0;   ///< wall clock of the last use when it was written
};

/// XXH3-128 over parent, kind, begin, end and tokens: through `parent` it names every token before,
/// too, so that equal keys mean equal prefixes.
[[nodiscard]] Key key_of(const EntryInfo& entry);

/// Keeps entries beyond host memory. Calls never wait for the medium; what was done is asked for
/// with take_done. One thread calls.
class Store {
 public:
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  enum class Action : std::uint8_t { write, read };
  struct Done {
    Action action = Action::write;
    Key key;
    /// Of a read: the payload, checked. Errors: not_found (nobody has it, or it was set aside as
    /// damaged), io, too_large (the medium is full).
    Result<BlobPtr> result;
  };

  /// The payload is held until it is written. An entry that is there already is done at once.
  virtual void write(const EntryInfo& entry, BlobPtr payload) = 0;
  virtual void read(const Key& key) = 0;
  /// Nothing happens if there is none.
  virtual void remove(const Key& key) = 0;

  /// What has ended since the last call, in any order.
  [[nodiscard]] virtual std::vector<Done> take_done() = 0;
  /// `notify` is called, from any thread, whenever there is something to take. Set once, before
  /// the first call of another function.
  virtual void on_done(std::function<void()> notify) = 0;
  /// Waits until everything asked for so far has ended.
  virtual void settle() = 0;

  /// Payload bytes and headers on the medium, those being written included.
  [[nodiscard]] virtual std::uint64_t bytes_used() const = 0;
};

}  // namespace hearth::kv
