#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "hearth/base/error.h"

namespace hearth::agent {

struct ImportedExercises {
  std::vector<std::string> tasks;     ///< their names
  std::vector<std::string> left_out;  ///< exercises of which no task can be made, and why
};

/// Makes tasks of exercises laid out as Exercism's: a folder each, with `.meta/config.json`, which
/// names the files of solution, tests and example, and `.docs/instructions.md`. `from` is one, or
/// holds some at any depth. The language is told by the solution's files: Python, JavaScript, C++,
/// Go or Rust. Every task is to write the solution; tests that the exercise skips are run, too.
/// A task that is there already is left out. Errors: not_found if there is no exercise; io.
Result<ImportedExercises> import_exercism(const std::filesystem::path& from,
                                          const std::filesystem::path& to);

}  // namespace hearth::agent
