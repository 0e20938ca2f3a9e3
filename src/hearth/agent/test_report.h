#pragma once

#include <compare>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::agent {

/// What a check's output says, whatever program wrote it: pytest, unittest, node (TAP and its own
/// style), go, cargo, ctest, JUnit's runners, or a program of one's own that prints a line a
/// failure.
struct TestReport {
  bool passed = false;   ///< the check's exit code
  bool built = true;     ///< false: it did not compile, or could not be imported
  int tests_passed = 0;  ///< 0 where the program does not tell
  int tests_failed = 0;
  int failure_lines = 0;  ///< distinct places or messages of failure
  int first_line = 0;     ///< the line at which a test file first failed: later is further
};

TestReport read_report(std::string_view output, bool passed);

/// Greater is nearer to passing.
std::weak_ordering operator<=>(const TestReport& a, const TestReport& b);
bool operator==(const TestReport& a, const TestReport& b) = delete;

/// "3 of 5 tests pass", "2 failures", "does not compile": for the person.
std::string in_words(const TestReport& report);

/// File name to content, for looking up the lines that an output names.
using Sources = std::map<std::string, std::string>;

/// The lines of `output` that say what was expected and what came instead, with the statements of
/// `tests` that failed where the output does not show them: at most `max_lines`, no repetition, no
/// stack, no decoration. Short enough for a small model.
std::vector<std::string> failures_in(std::string_view output, const Sources& tests,
                                     std::size_t max_lines);

}  // namespace hearth::agent
