#include "hearth/agent/suspects.h"

#include <re2/re2.h>

#include <algorithm>
#include <set>
#include <utility>

#include "hearth/agent/has_word.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/source_files.h"

namespace hearth::agent {
namespace {

constexpr std::size_t max_source_bytes = 48 << 10;
constexpr std::size_t max_tests = 40;
constexpr std::size_t max_suspects = 4;

/// Names that are called in the failing lines: "Parse(", "wrap(".
std::set<std::string> called_in(const std::vector<std::string>& failures) {
  static const RE2 call(R"((\w+)\s*\()");
  static const std::set<std::string> everywhere{
      "assert", "assertEqual", "equal",     "deepStrictEqual", "strictEqual", "assert_eq",
      "len",    "CHECK",       "EXPECT_EQ", "print",           "expect",      "toBe",
      "raises", "str",         "list"};
  std::set<std::string> names;
  for (const std::string& line : failures) {
    re2::StringPiece rest(line.data(), line.size());
    std::string name;
    while (RE2::FindAndConsume(&rest, call, &name)) {
      if (!everywhere.contains(name)) names.insert(name);
    }
  }
  return names;
}

/// Whether `content` defines `name` rather than only calling it.
bool defines(std::string_view content, const std::string& name) {
  const RE2 definition(
      R"((?m)(?:\b(?:def|class|function|func|fn|fun|struct|const|let|var|static|public|private)\b[^\n=;]*\b)" +
      RE2::QuoteMeta(name) + R"(\b|^[\w:<>,*&\s]*[\s:*&])" + RE2::QuoteMeta(name) +
      R"(\s*\([^;{]*\)[^;{]*\{))");
  return RE2::PartialMatch(content, definition);
}

bool is_header(std::string_view name) {
  return name.ends_with(".h") || name.ends_with(".hpp") || name.ends_with(".hh");
}

}  // namespace

Sources read_tests(const Folder& folder, std::string_view output) {
  auto names = folder.files();
  std::erase_if(names, [](const auto& name) { return !is_test_file(name); });
  std::ranges::stable_partition(
      names, [&](const auto& name) { return output.find(base_name(name)) != output.npos; });
  Sources tests;
  for (const std::string& name : names) {
    if (tests.size() >= max_tests) break;
    if (language_of(name).empty()) continue;
    auto content = read_text_file(folder.root() / name, name, max_source_bytes);
    if (content) tests.emplace(name, std::move(*content));
  }
  return tests;
}

std::vector<std::string> find_suspects(const Folder& folder, std::string_view task,
                                       std::string_view output, const Sources& tests) {
  const auto called = called_in(failures_in(output, tests, 20));
  std::vector<std::pair<int, std::string>> ranked;
  for (const std::string& name : folder.files()) {
    const bool asked_for = task.find(base_name(name)) != std::string_view::npos;
    if (language_of(name).empty() || is_test_file(name)) continue;
    const auto content = read_text_file(folder.root() / name, name, max_source_bytes);
    if (!content || trimmed(*content).empty()) continue;
    const std::string_view stem = stem_of(name);
    int score = 0;
    if (task.find(name) != std::string_view::npos) {
      score += 10;
    } else if (asked_for) {
      score += 8;
    } else if (has_word(task, stem)) {
      score += 4;
    }
    if (output.find(base_name(name)) != std::string_view::npos) score += 3;
    for (const auto& [test, test_content] : tests) {
      if (has_word(test_content, stem)) score += 2;
      if (test.find(stem) != std::string::npos) score += 3;
    }
    for (const std::string& function : called) {
      if (defines(*content, function)) score += 3;
      if (has_word(task, function)) score += defines(*content, function) ? 2 : 0;
    }
    if (is_header(name)) score -= 4;
    if (base_name(name) == "__init__.py" || stem == "index" || stem == "main") score -= 1;
    ranked.emplace_back(score, name);
  }
  std::ranges::stable_sort(ranked, [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::string> suspects;
  for (auto& [score, name] : ranked) {
    // What is far less likely than the first would only take its time.
    const bool unlikely = score * 2 < ranked.front().first;
    if (suspects.size() >= max_suspects || (unlikely && !suspects.empty())) break;
    suspects.push_back(std::move(name));
  }
  return suspects;
}

}  // namespace hearth::agent
