#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "hearth/agent/edit/line_alignment.h"

namespace hearth::agent {

/// The spaces and tabs that a line begins with.
std::string_view indentation_of(std::string_view line);
/// Whether a line has nothing but white space.
bool is_blank(std::string_view line);

/// How new lines are indented in the file's way, learnt from the lines that were found.
class Indentation {
 public:
  /// All of it outlives it.
  Indentation(const Lines& file, const LineAlignment& at, const Lines& wanted,
              const Lines& replacement);

  /// The given line `wanted_line` is the file's `file_line`; it stays, or goes.
  void pass(std::string_view wanted_line, std::string_view file_line);

  /// `line` as it goes into the file. `replaces` is the given line whose place it takes, and
  /// `file_line` the file's; both empty if there is none.
  std::string fitted(std::string_view line, std::string_view replaces, std::string_view file_line);

 private:
  [[nodiscard]] std::string first_known(std::string_view ours) const;
  /// `theirs` goes with `from`; what goes with `to`?
  [[nodiscard]] std::string moved(std::string_view from, const std::string& theirs,
                                  std::string_view to) const;
  /// A difference in the model's columns as one in the file's: by what the lines that were found
  /// show, else by both sides' steps.
  [[nodiscard]] long in_units(long columns) const;

  bool tabs_ = false;
  bool spaces_ = false;
  bool differs_ = false;
  bool is_the_files_ = true;
  bool flat_ = false;
  long model_step_ = 0;
  std::string unit_;
  std::map<std::string_view, std::string_view> known_;
  std::optional<std::string_view> last_ours_;
  std::optional<std::string> last_theirs_;
  std::string_view last_text_;
};

}  // namespace hearth::agent
