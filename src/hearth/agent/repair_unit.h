#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::agent {

/// A part of a file that a model is asked to write anew. The smaller the part, the less a small
/// model has to decide and to write: it is asked about the whole file, each function, and each
/// line.
struct RepairUnit {
  enum class Kind { file, function, line };
  Kind kind = Kind::file;
  std::size_t begin = 0;  ///< the first line, from 0
  std::size_t end = 0;    ///< the line after the last
};

/// The functions of `code`, found by their shape: a head that ends in `{` and its matching brace,
/// or a Python `def` and what is indented below it.
std::vector<RepairUnit> functions_of(std::string_view code, std::string_view language);

/// What stands before the first bracket of a function's head; empty for one without a name.
std::string_view function_name(std::string_view head);

/// The lines of `code` in which a mistake can be: not blank, no comment, import, bracket or
/// function head. Those that compare, compute or decide come first.
std::vector<RepairUnit> lines_worth_asking(std::string_view code, std::string_view language);

/// `code` with `unit` replaced by a model's `answer`, at the unit's own indentation. Neighbouring
/// lines that the answer repeats are not doubled; an answer that gives a whole function of the code
/// replaces that function. Nothing if it changes nothing.
std::optional<std::string> with_unit_replaced(std::string_view code, std::string_view language,
                                              const RepairUnit& unit, std::string_view answer);

/// Whether the unfinished `answer` for a line has gone on into the code that follows that line:
/// what comes is a copy, and the model can be stopped. Cuts the copy off.
bool cut_at_following_code(std::string_view code, const RepairUnit& unit, std::string& answer);

/// Equal for two codes that do the same as far as can be seen without understanding them: blanks at
/// line ends, empty lines and comments do not count.
std::string sameness_key(std::string_view code, std::string_view language);

/// Applies the changes that lead from `base` to `a` and those from `base` to `b`, if they touch
/// different lines.
std::optional<std::string> merged(std::string_view base, std::string_view a, std::string_view b);

}  // namespace hearth::agent
