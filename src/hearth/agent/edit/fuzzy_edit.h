#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hearth::agent {

/// How the text to replace was found, from strict to loose.
enum class EditMatch {
  exact,
  trailing_space,  ///< but for white space at line ends and blank lines
  indentation,     ///< but for white space at line starts, too
  spacing,         ///< but for white space within lines, too
  quotes,          ///< but for the kind of quotation marks, dashes and spaces, too
  anchored,        ///< first and last lines, and nearly all between
};

/// "white space within lines", …: what was overlooked, for the model; empty for exact.
std::string_view to_string(EditMatch match);

struct FuzzyEdit {
  enum class Status { applied, not_found, ambiguous, unclear };
  Status status = Status::not_found;
  std::string content;  ///< the whole file afterwards, if applied
  std::size_t places = 0;
  EditMatch how = EditMatch::exact;
  /// The model's strings were mended first: a fence, line numbers or escapes taken off.
  bool mended = false;
  std::string reason;  ///< with unclear: what is in the way, for the model
};

/// Replaces `wanted` by `replacement` in `content`, if it is clear what is meant, although models
/// get white space, indentation, quotes and escapes wrong, copy line numbers, leave out lines by an
/// ellipsis or misremember one in the middle.
///
/// What is found inexactly is not replaced whole: what changes from `wanted` to `replacement` is
/// applied to the file's own lines, so that those that stay keep their bytes, and new ones are
/// indented as the file is. A looser way of looking is tried only when the stricter ones found
/// nothing; two places are always ambiguous (unless `replace_all`), never a guess.
FuzzyEdit fuzzy_edit(std::string_view content, std::string_view wanted,
                     std::string_view replacement, bool replace_all);

/// The same where `wanted` stands in `content` to the byte, once (unless `replace_all`); nothing
/// else is looked for.
FuzzyEdit exact_edit(std::string_view content, std::string_view wanted,
                     std::string_view replacement, bool replace_all);

}  // namespace hearth::agent
