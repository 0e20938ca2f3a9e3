#include "hearth/agent/named_functions.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <utility>

#include "hearth/agent/git_ignored.h"
#include "hearth/agent/has_word.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/repair_unit.h"
#include "hearth/agent/source_files.h"

namespace hearth::agent {
namespace {

constexpr std::size_t most_names = 16;
constexpr std::size_t longer_word = 4;
/// The first look at a large repository takes a fraction of a second, not more.
constexpr std::size_t most_source_bytes = 256 << 10;
constexpr std::size_t most_bytes_in_all = 32 << 20;

bool is_kind_of_code(std::string_view word) {
  static constexpr std::array<std::string_view, 8> kinds{
      "function", "method", "def", "fn", "func", "subroutine", "proc", "constructor"};
  return std::ranges::find(kinds, word) != kinds.end();
}

bool looks_like_code(std::string_view word, char before, char after) {
  const bool quoted = before == '`' && (after == '`' || after == '(');
  const bool joined = word.find('_', 1) < word.size() - 1;
  const bool camel = std::ranges::adjacent_find(word, [](char a, char b) {
                       return a >= 'a' && a <= 'z' && b >= 'A' && b <= 'Z';
                     }) != word.end();
  return quoted || joined || camel || after == '(';
}

void add_functions(const std::string& file, std::string_view code,
                   const std::vector<std::string>& names, std::vector<NamedFunction>& found) {
  const auto in_code = [&](const std::string& name) { return has_word(code, name); };
  if (std::ranges::none_of(names, in_code)) return;
  const std::vector<std::string_view> lines = lines_of(code);
  for (const RepairUnit& function : functions_of(code, language_of(file))) {
    const std::string_view name = function_name(lines[function.begin]);
    if (std::ranges::find(names, name) == names.end()) continue;
    NamedFunction named{.name = std::string(name),
                        .file = file,
                        .begin = function.begin,
                        .end = function.end,
                        .code = {}};
    for (std::size_t i = function.begin; i < function.end; ++i) {
      named.code += lines[i];
      named.code += '\n';
    }
    found.push_back(std::move(named));
  }
}

std::string place_of(const NamedFunction& function) {
  return fmt::format("{}, lines {} to {}", function.file, function.begin + 1, function.end);
}

}  // namespace

std::vector<std::string> code_names(std::string_view task, bool is_question) {
  static const RE2 word(R"(([A-Za-z_]\w*))");
  struct Word {
    std::string_view text;
    bool is_code;
  };
  std::vector<Word> words;
  re2::StringPiece rest(task.data(), task.size());
  re2::StringPiece found;
  while (RE2::FindAndConsume(&rest, word, &found)) {
    const std::string_view text(found.data(), found.size());
    const std::size_t end = task.size() - rest.size();
    const std::size_t begin = end - text.size();
    const char before = begin == 0 ? ' ' : task[begin - 1];
    const char after = end == task.size() ? ' ' : task[end];
    words.push_back({text, looks_like_code(text, before, after)});
  }
  std::vector<std::string> names;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool beside = (i > 0 && is_kind_of_code(words[i - 1].text)) ||
                        (i + 1 < words.size() && is_kind_of_code(words[i + 1].text));
    const bool may_be = is_question && words[i].text.size() >= longer_word;
    if (!words[i].is_code && !beside && !may_be) continue;
    if (names.size() < most_names && std::ranges::find(names, words[i].text) == names.end()) {
      names.emplace_back(words[i].text);
    }
  }
  return names;
}

std::vector<NamedFunction> functions_named(const std::vector<std::string>& names,
                                           const Folder& folder, const std::stop_token& stop) {
  std::vector<NamedFunction> found;
  if (names.empty()) return found;
  const GitIgnored ignored(folder.root(), stop);
  std::size_t bytes = 0;
  for (const std::string& file : folder.files()) {
    if (stop.stop_requested() || bytes > most_bytes_in_all) break;
    if (language_of(file).empty() || is_test_file(file) || ignored.covers(file)) continue;
    const auto content = read_text_file(folder.root() / file, file, most_source_bytes);
    if (!content) continue;
    bytes += content->size();
    add_functions(file, split_source(file, *content).code, names, found);
  }
  std::ranges::stable_sort(found, {}, [&](const NamedFunction& function) {
    return std::ranges::find(names, function.name) - names.begin();
  });
  return found;
}

bool is_shown_in_full(const NamedFunction& function) {
  constexpr std::size_t most_lines = 80;
  return function.end - function.begin <= most_lines;
}

std::string told_functions(const std::vector<NamedFunction>& functions) {
  constexpr std::size_t most_in_full = 3;
  constexpr std::size_t most_places = 10;
  std::string told;
  std::string places;
  std::size_t in_full = 0;
  std::size_t placed = 0;
  for (const NamedFunction& function : functions) {
    if (in_full < most_in_full && is_shown_in_full(function)) {
      ++in_full;
      told += fmt::format("{} in {}:\n{}\n", function.name, place_of(function), function.code);
    } else if (++placed <= most_places) {
      places += fmt::format("{} in {}\n", function.name, place_of(function));
    }
  }
  if (placed > most_places) places += fmt::format("… and {} more\n", placed - most_places);
  if (told.empty() && places.empty()) return {};
  return "What the task names:\n" + told + places;
}

}  // namespace hearth::agent
