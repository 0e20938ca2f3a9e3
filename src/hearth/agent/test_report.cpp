#include "hearth/agent/test_report.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <set>

#include "hearth/agent/plain_text.h"
#include "hearth/agent/source_files.h"

namespace hearth::agent {
namespace {

/// The sum over all matches of a number in `output`.
int sum_of(std::string_view output, const RE2& number) {
  int sum = 0;
  int value = 0;
  re2::StringPiece rest(output.data(), output.size());
  while (RE2::FindAndConsume(&rest, number, &value)) sum += value;
  return sum;
}

bool counts_from_summary(std::string_view output, TestReport& report) {
  static const RE2 pytest_passed(R"((?m)^[=\s]*(?:.*, )?(\d+) passed\b)");
  static const RE2 pytest_failed(R"((?m)^[=\s]*(?:.*, )?(\d+) failed\b)");
  static const RE2 pytest_errors(R"((?m)^[=\s]*(?:.*, )?(\d+) errors? in )");
  static const RE2 pytest_summary(R"((?m)^[=\s]*\d+ (?:passed|failed|error).* in [\d.]+)");
  static const RE2 node_passed(R"((?m)^(?:#|ℹ) pass (\d+))");
  static const RE2 node_failed(R"((?m)^(?:#|ℹ) fail (\d+))");
  static const RE2 cargo_passed(R"(test result: \w+\. (\d+) passed)");
  static const RE2 cargo_failed(R"(test result: \w+\. \d+ passed; (\d+) failed)");
  static const RE2 junit_run(R"(Tests run: (\d+),)");
  static const RE2 junit_failed(R"(Tests run: \d+,\s+(?:Failures|Errors): (\d+))");
  static const RE2 unittest_run(R"((?m)^Ran (\d+) tests?)");
  static const RE2 unittest_failed(R"((?:failures|errors)=(\d+))");
  static const RE2 ctest_failed(R"((\d+) tests? failed out of \d+)");
  static const RE2 ctest_run(R"(\d+ tests? failed out of (\d+))");
  static const RE2 gtest_passed(R"(\[  PASSED  \] (\d+) test)");
  static const RE2 gtest_failed(R"(\[  FAILED  \] (\d+) test)");
  static const RE2 jest_passed(R"((?m)^Tests:.*?(\d+) passed)");
  static const RE2 jest_failed(R"((?m)^Tests:.*?(\d+) failed)");
  const auto take = [&](int passed, int failed) {
    report.tests_passed = std::max(0, passed);
    report.tests_failed = failed;
    return true;
  };
  const auto has = [&](const RE2& regex) { return RE2::PartialMatch(output, regex); };
  if (has(pytest_summary)) {
    return take(sum_of(output, pytest_passed),
                sum_of(output, pytest_failed) + sum_of(output, pytest_errors));
  }
  if (has(node_failed)) return take(sum_of(output, node_passed), sum_of(output, node_failed));
  if (has(cargo_passed)) return take(sum_of(output, cargo_passed), sum_of(output, cargo_failed));
  if (has(gtest_failed) || has(gtest_passed)) {
    return take(sum_of(output, gtest_passed), sum_of(output, gtest_failed));
  }
  if (has(jest_passed) || has(jest_failed)) {
    return take(sum_of(output, jest_passed), sum_of(output, jest_failed));
  }
  const auto from_run = [&](const RE2& run, const RE2& failed) {
    const int bad = sum_of(output, failed);
    return take(sum_of(output, run) - bad, bad);
  };
  if (has(unittest_run)) return from_run(unittest_run, unittest_failed);
  if (has(ctest_run)) return from_run(ctest_run, ctest_failed);
  if (has(junit_run)) return from_run(junit_run, junit_failed);
  static const RE2 go_failed(R"((?m)^\s*--- (FAIL): )");
  static const RE2 go_passed(R"((?m)^\s*--- (PASS): )");
  re2::StringPiece rest(output.data(), output.size());
  while (RE2::FindAndConsume(&rest, go_failed)) ++report.tests_failed;
  rest = re2::StringPiece(output.data(), output.size());
  while (RE2::FindAndConsume(&rest, go_passed)) ++report.tests_passed;
  return report.tests_failed > 0;
}

bool says_not_built(std::string_view output) {
  static const RE2 not_built(
      R"((?m)\[build failed\]|^\S+:\d+:\d+: (?:fatal )?error: |\bSyntaxError\b|\bIndentationError\b|\bTabError\b|error\[E\d+\]|error: could not compile|\bCompilation failed\b|COMPILATION ERROR|errors? during collection|ERR_MODULE_NOT_FOUND|undefined reference to|\[setup failed\])");
  return RE2::PartialMatch(output, not_built);
}

/// A line that says what went wrong, in the words of most test programs.
bool says_what_failed(std::string_view line) {
  static const RE2 wanted(
      R"((?i)\b(?:fail(?:ed|ure|s)?|errors?|expect(?:ed|s)?|assert(?:ion)?\w*|actual|got|want(?:ed)?|left|right|should|panic(?:ked)?|exception|mismatch|undefined|not equal|instead|traceback)\b|!=|Error:|==)");
  static const RE2 noise(
      R"(^(?:make|ninja|FAIL|ok|FAILED|exit status|error: test failed|note:|Traceback|---|===|\d+ (?:passed|failed)|# (?:pass|fail|tests|Subtest)|ℹ|test result|Failed tests|failures:|The following|npm (?:ERR|error))|^(?:code|name|operator|failureType|stack|location|type|duration_ms):|^g\+\+|^at |^TestContext|^\S+: \*\*\*|^=+|^-+|^_+)");
  return RE2::PartialMatch(line, wanted) && !RE2::PartialMatch(line, noise);
}

/// The statement of `source` that begins on line `number` (from 1): joined until its brackets
/// close.
std::string statement_at(std::string_view source, int number) {
  const auto lines = lines_of(source);
  constexpr std::size_t max_lines = 8;
  std::string statement;
  int depth = 0;
  for (std::size_t i = static_cast<std::size_t>(number) - 1, end = i + max_lines;
       number > 0 && i < lines.size() && i < end; ++i) {
    const std::string_view line = trimmed(lines[i]);
    if (!statement.empty()) statement += ' ';
    statement += line;
    for (const char c : line)
      depth += (c == '(' || c == '[' || c == '{') - (c == ')' || c == ']' || c == '}');
    if (depth <= 0) break;
  }
  return statement;
}

struct Place {
  std::string file;
  int line = 0;
};

/// The first place in one of `tests` that `line` names.
Place place_in(std::string_view line, const Sources& tests) {
  static const RE2 place(R"(([\w.+-]+\.\w+):(\d+))");
  re2::StringPiece rest(line.data(), line.size());
  std::string file;
  int number = 0;
  while (RE2::FindAndConsume(&rest, place, &file, &number)) {
    for (const auto& [name, content] : tests) {
      if (base_name(name) == file) return {name, number};
    }
  }
  return {};
}

/// Collects lines up to a limit, each once.
class Excerpt {
 public:
  explicit Excerpt(std::size_t max) : max_(max) {}
  [[nodiscard]] bool full() const { return lines_.size() >= max_; }
  void add(std::string_view line) {
    constexpr std::size_t max_line = 240;
    std::string text(trimmed(line));
    if (text.size() > max_line) text = text.substr(0, max_line) + "…";
    if (text.empty() || full() || !seen_.insert(text).second) return;
    lines_.push_back(std::move(text));
  }
  std::vector<std::string> take() { return std::move(lines_); }

 private:
  std::size_t max_;
  std::set<std::string> seen_;
  std::vector<std::string> lines_;
};

/// pytest marks the failing statement with '>' and what came of it with 'E'.
void take_pytest(const std::vector<std::string_view>& lines, Excerpt& excerpt) {
  static const RE2 chatter(
      R"(^(?:Use -v|Full diff:|\.\.\.Full|Omitting|\.\.\.$|\?|At index 0 diff: *$))");
  bool in_statement = false;
  std::string statement;
  for (const std::string_view line : lines) {
    const bool is_error = line.starts_with("E  ");
    if (in_statement && (is_error || line.empty() || line.starts_with(">"))) {
      excerpt.add(statement);
      in_statement = false;
    }
    if (line.starts_with(">")) {
      statement = trimmed(line.substr(1));
      in_statement = true;
    } else if (is_error) {
      const std::string_view text = trimmed(line.substr(1));
      if (!RE2::PartialMatch(text, chatter)) excerpt.add(text);
    } else if (in_statement) {
      statement += ' ';
      statement += trimmed(line);
    }
  }
}

/// TAP: "not ok", then a YAML block with the error, and the place in its stack.
void take_tap(const std::vector<std::string_view>& lines, const Sources& tests, Excerpt& excerpt) {
  constexpr std::size_t max_detail = 12;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!trimmed(lines[i]).starts_with("not ok ")) continue;
    std::vector<std::string_view> detail;
    std::string statement;
    bool in_error = false;
    for (std::size_t j = i + 1; j < lines.size(); ++j) {
      const std::string_view line = trimmed(lines[j]);
      if (line == "..." || line.starts_with("not ok ") || line.starts_with("ok ")) break;
      if (line.starts_with("error:")) {
        in_error = true;
        const std::string_view rest = trimmed(line.substr(6));
        if (!rest.starts_with("|")) detail.push_back(rest);
      } else if (line.starts_with("code:") || line.starts_with("stack:")) {
        in_error = false;
      } else if (in_error && detail.size() < max_detail) {
        detail.push_back(line);
      }
      const bool in_stack = line.find("(file:") != std::string_view::npos ||
                            line.find(".js:") != std::string_view::npos ||
                            line.find(".mjs:") != std::string_view::npos;
      if (statement.empty() && in_stack && !line.starts_with("location:")) {
        const Place place = place_in(line, tests);
        if (place.line > 0) statement = statement_at(tests.at(place.file), place.line);
      }
    }
    if (statement.empty() && detail.empty()) continue;
    if (detail.size() == 1 && detail[0].find("subtest") != std::string_view::npos) continue;
    excerpt.add(statement);
    std::string text;
    for (const std::string_view line : detail) {
      if (line.starts_with("Expected values to be") || line == "+ actual - expected") continue;
      text += (text.empty() ? "" : " ") + std::string(line);
    }
    // One line for the whole comparison: '+' is what came, '-' what was expected.
    if (!text.empty()) excerpt.add("(+ is actual, - is expected): " + text);
  }
}

void take_generic(const std::vector<std::string_view>& lines, const Sources& tests,
                  Excerpt& excerpt) {
  constexpr std::size_t compared_bytes = 10;
  for (const std::string_view raw : lines) {
    const std::string_view line = trimmed(raw);
    const Place place = place_in(line, tests);
    const bool tells = says_what_failed(line);
    if (place.line == 0 && !tells) continue;
    if (place.line > 0) {
      const std::string statement = statement_at(tests.at(place.file), place.line);
      static const RE2 reporting(R"(\.(?:Error|Fatal|Log)f?\(|\bprint|throw |console\.)");
      // Most programs print what they compared; then the statement says nothing new.
      const std::size_t bracket = statement.find('(');
      const std::string_view compared =
          bracket == std::string::npos
              ? std::string_view(statement)
              : std::string_view(statement).substr(bracket + 1, compared_bytes);
      const bool shown =
          line.find(compared) != std::string_view::npos || RE2::PartialMatch(statement, reporting);
      if (!statement.empty() && !shown) excerpt.add(statement);
    }
    static const RE2 leading_place(R"(^\S*?[\w.+-]+\.\w+:\d+(?::\d+)?:?\s*)");
    std::string text(line);
    if (place.line > 0) RE2::Replace(&text, leading_place, "");
    excerpt.add(text);
  }
}

}  // namespace

TestReport read_report(std::string_view output, bool passed) {
  TestReport report;
  report.passed = passed;
  if (passed) return report;
  counts_from_summary(output, report);
  report.built = !says_not_built(output) || report.tests_passed > 0;
  std::set<std::string> failures;
  static const RE2 place(R"(([\w./+-]*[\w+-]+\.\w+):(\d+))");
  for (const std::string_view line : lines_of(output)) {
    std::string file;
    int number = 0;
    if (!RE2::PartialMatch(line, place, &file, &number)) {
      if (says_what_failed(trimmed(line))) failures.insert(normalised_output(trimmed(line)));
      continue;
    }
    failures.insert(normalised_output(trimmed(line)));
    if (is_test_file(file) && (report.first_line == 0 || number < report.first_line)) {
      report.first_line = number;
    }
  }
  report.failure_lines = static_cast<int>(failures.size());
  return report;
}

std::weak_ordering operator<=>(const TestReport& a, const TestReport& b) {
  if (a.passed != b.passed) return a.passed <=> b.passed;
  if (a.built != b.built) return a.built <=> b.built;
  if (a.tests_failed != b.tests_failed || a.tests_passed != b.tests_passed) {
    const int a_lead = a.tests_passed - a.tests_failed;
    const int b_lead = b.tests_passed - b.tests_failed;
    if (a_lead != b_lead) return a_lead <=> b_lead;
  }
  if (a.failure_lines != b.failure_lines) return b.failure_lines <=> a.failure_lines;
  return a.first_line <=> b.first_line;
}

std::string in_words(const TestReport& report) {
  if (report.passed) return "passes";
  if (!report.built) return "does not compile or load";
  const int all = report.tests_passed + report.tests_failed;
  if (report.tests_passed > 0) return fmt::format("{} of {} tests pass", report.tests_passed, all);
  if (report.tests_failed > 0) {
    return fmt::format("{} test{} failed, {} line{} of failure", report.tests_failed,
                       report.tests_failed == 1 ? "" : "s", report.failure_lines,
                       report.failure_lines == 1 ? "" : "s");
  }
  return fmt::format("fails, {} line{} of failure", report.failure_lines,
                     report.failure_lines == 1 ? "" : "s");
}

std::vector<std::string> failures_in(std::string_view output, const Sources& tests,
                                     std::size_t max_lines) {
  const auto lines = lines_of(output);
  Excerpt excerpt(max_lines);
  const auto any = [&](std::string_view start) {
    return std::ranges::any_of(
        lines, [&](std::string_view line) { return trimmed(line).starts_with(start); });
  };
  if (std::ranges::any_of(lines, [](std::string_view line) { return line.starts_with("E  "); })) {
    take_pytest(lines, excerpt);
  } else if (any("not ok ")) {
    take_tap(lines, tests, excerpt);
  } else {
    take_generic(lines, tests, excerpt);
  }
  auto result = excerpt.take();
  if (!result.empty()) return result;
  // Nothing is recognised: the end of the output is the best there is.
  const std::size_t first = lines.size() - std::min(lines.size(), max_lines);
  for (std::size_t i = first; i < lines.size(); ++i) {
    if (!trimmed(lines[i]).empty()) result.emplace_back(trimmed(lines[i]));
  }
  return result;
}

}  // namespace hearth::agent
