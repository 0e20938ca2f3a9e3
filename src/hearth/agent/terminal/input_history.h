#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::agent {

/// What a person wrote before, the latest last, kept in a file of JSON lines that several programs
/// may write to.
class InputHistory {
 public:
  /// Reads `file`, which need not exist; lines that are damaged are left out.
  explicit InputHistory(std::filesystem::path file);

  /// Also writes it down; what cannot be written is only remembered.
  void add(std::string_view text);

  /// Steps back from `now`, which is what is being written; nothing before the first one.
  std::optional<std::string> older(std::string_view now);
  /// Steps forward again; at the end what was being written.
  std::optional<std::string> newer();
  /// The next step begins at the end again.
  void leave() { at_ = texts_.size(); }

  /// The latest text with `words` in it; the `nth` latest from 0.
  [[nodiscard]] std::optional<std::string> find(std::string_view words, std::size_t nth) const;

 private:
  std::filesystem::path file_;
  std::vector<std::string> texts_;
  std::size_t at_ = 0;
  std::string being_written_;
};

}  // namespace hearth::agent
