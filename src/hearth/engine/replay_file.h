#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "hearth/base/error.h"
#include "hearth/engine/weights.h"

namespace hearth::engine {

/// An assistant message as it was sampled, and how it is recognised when it comes back.
struct Replay {
  std::string key;
  std::uint64_t n_prompt = 0;
  std::uint64_t prompt_hash = 0;  ///< XXH3-64 over the prompt's tokens
  std::vector<Token> sampled;
  std::string thinking;       ///< its beginning
  std::uint32_t n_turns = 0;  ///< turn tokens within `sampled`
};

/// Replays on disk, so that a restart does not make answers unknown. Each is appended at once, with
/// its length and checksum; what a kill left behind at the end is cut off when it is opened again.
/// Not thread-safe.
class ReplayFile {
 public:
  struct Opened {
    std::unique_ptr<ReplayFile> file;
    std::vector<Replay> replays;  ///< oldest first
  };
  /// Makes the file if it is missing. Of one that holds more than `most_tokens` sampled tokens only
  /// the newest are kept; one of another format is begun anew. Errors: io.
  static Result<Opened> open(const std::filesystem::path& path, std::size_t most_tokens);
  ~ReplayFile();
  ReplayFile(const ReplayFile&) = delete;
  ReplayFile& operator=(const ReplayFile&) = delete;

  /// What cannot be written is lost with this process; the first failure in a row is warned of.
  void append(const Replay& replay);
  void clear();

 private:
  ReplayFile(std::filesystem::path path, int descriptor, std::int64_t size)
      : path_(std::move(path)), descriptor_(descriptor), size_(size) {}

  std::filesystem::path path_;
  int descriptor_;
  std::int64_t size_;
  bool failing_ = false;
};

}  // namespace hearth::engine
