#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "hearth/base/error.h"

namespace hearth {

/// Incremental SHA-256 (FIPS 180-4), by OpenSSL.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(std::string_view bytes);
  /// 64 lower-case hexadecimal digits. REQUIRES: called once, last.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The digest of a file; `progress` (may be empty) is told the bytes read so far.
Result<std::string> sha256_of_file(const std::filesystem::path& path,
                                   const std::function<void(std::uint64_t)>& progress = {});

}  // namespace hearth
