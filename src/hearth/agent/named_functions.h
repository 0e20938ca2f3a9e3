#pragma once

#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/agent/folder.h"

namespace hearth::agent {

/// A function of the folder that a task names.
struct NamedFunction {
  std::string name;
  std::string file;
  std::size_t begin = 0;  ///< the line of its head, from 0
  std::size_t end = 0;    ///< the line after its last
  std::string code;       ///< these lines

  bool operator==(const NamedFunction&) const = default;
};

/// The words of `task` that are meant as names in code: in backquotes, with an underscore or a
/// capital inside, before a bracket, or beside a word such as "function"; of a question about code
/// all longer words. In their order, each once.
std::vector<std::string> code_names(std::string_view task, bool is_question);

/// The functions with these names in the folder's sources, not in its tests; in the order of the
/// names, then of the files. Sources that git ignores, or that are very large, are not looked at.
std::vector<NamedFunction> functions_named(const std::vector<std::string>& names,
                                           const Folder& folder, const std::stop_token& stop);

/// Whether it is short enough to be told with its code.
bool is_shown_in_full(const NamedFunction& function);

/// What a small model is told of `functions`, so that it need not find them: the code of a few,
/// places of more. Empty without any.
std::string told_functions(const std::vector<NamedFunction>& functions);

}  // namespace hearth::agent
