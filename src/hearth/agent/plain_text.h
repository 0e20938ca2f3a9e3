#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hearth/base/trimmed.h"

namespace hearth::agent {

/// `text` without terminal escape sequences and control characters other than line end and tab.
/// What a model, a file or a command wrote is shown only after this. A carriage return becomes a
/// line end.
std::string without_escapes(std::string_view text);

/// The same for a text that comes in pieces, which may be cut within a sequence.
class PlainTextStream {
 public:
  std::string add(std::string_view piece);
  /// Another text begins.
  void begin() { pending_.clear(); }

 private:
  std::string pending_;
};

/// `text` with everything after the first `max / 2` bytes and before the last `max / 2` replaced by
/// a line that says how much was left out. Cuts at line ends where there are some near.
std::string trimmed_in_the_middle(std::string_view text, std::size_t max);

/// `text` without what differs between two equal runs: durations, times of day, addresses,
/// temporary folders, process numbers in pytest's and node's reports. For comparing, not for
/// showing.
std::string normalised_output(std::string_view text);

/// Lines without their ends. A text that ends in a line end has no empty last line.
std::vector<std::string_view> lines_of(std::string_view text);

}  // namespace hearth::agent
