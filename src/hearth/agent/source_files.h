#pragma once

#include <string>
#include <string_view>

namespace hearth::agent {

/// The language of a source file by its name ("python", "cpp", …), as code blocks are labelled;
/// empty for what is not source code.
std::string_view language_of(std::string_view name);

/// Whether a file holds tests by the conventions of its language: `test_*`, `*_test.*`,
/// `*.test.*`, `*.spec.*`, `*Test.java`, `conftest.py`, and everything in a folder `test`, `tests`,
/// `__tests__` or `spec`.
bool is_test_file(std::string_view name);

/// A source file with its tests split off: Rust keeps unit tests at the end of the file itself.
struct SplitSource {
  std::string code;
  std::string tests;  ///< put behind the code again, unchanged
};
SplitSource split_source(std::string_view name, std::string_view content);

/// The last part of a path without its extension: "src/date.test.js" gives "date.test".
std::string_view stem_of(std::string_view name);
std::string_view base_name(std::string_view name);

}  // namespace hearth::agent
