#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace hearth::models {

enum class FetchStage { download, verify };

/// How far a fetch is. Sizes in bytes.
struct FetchProgress {
  FetchStage stage = FetchStage::download;
  std::string source;       ///< where from, for people: a host, or "package registry"
  std::uint64_t done = 0;   ///< of the file, with what an earlier run had fetched
  std::uint64_t total = 0;  ///< 0 while it is unknown
  std::string note;         ///< once, where a source failed and another one is tried: why
};

/// Called from the fetching thread, several times a second while bytes arrive. May be empty.
using ProgressCallback = std::function<void(const FetchProgress&)>;

/// When a source is given up.
struct TransferLimits {
  std::chrono::milliseconds connect_timeout{10'000};  ///< name look-up, connection and TLS
  std::chrono::seconds stall_timeout{30};             ///< without a single byte
  int attempts = 5;                                   ///< in a row that bring no new byte
  std::chrono::milliseconds first_backoff{1'000};     ///< doubled after each failed attempt
};

}  // namespace hearth::models
