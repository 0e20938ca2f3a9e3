// edits [--show KIND]: how many edits as models write them are applied right, applied wrong and
// refused: by the agent's edit tool, by exact match alone, and by the chain of searches that other
// agents use, which replaces what it finds whole. The corpus is tests/agent/edits.
#include <fmt/format.h>

#include <cstring>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "hearth/agent/edit/fuzzy_edit.h"
#include "hearth/agent/edit/line_alignment.h"
#include "hearth/agent/plain_text.h"
#include "hearth/base/file.h"
#include "hearth/base/json.h"

namespace {

using namespace hearth;
using namespace hearth::agent;

struct Case {
  std::string name;
  std::string kind;
  std::string content;
  std::string wanted;
  std::string replacement;
  bool replace_all = false;
  std::optional<std::string> expected;
};

std::string replaced(std::string text, const std::string& part, const std::string& by) {
  for (std::size_t at = text.find(part); at != std::string::npos;
       at = text.find(part, at + by.size())) {
    text.replace(at, part.size(), by);
  }
  return text;
}

std::vector<Case> load(const std::string& folder) {
  std::vector<Case> cases;
  std::ifstream lines(folder + "/edits.jsonl");
  for (std::string line; std::getline(lines, line);) {
    const json::object object = parse_json(line)->get_object();
    const auto text = [&](const char* name) {
      return std::string(find_string(object, name).value());
    };
    Case one{.name = text("name"),
             .kind = text("kind"),
             .content = *read_file(folder + "/files/" + text("file")),
             .wanted = text("old_string"),
             .replacement = text("new_string"),
             .replace_all = find_bool(object, "replace_all").value_or(false),
             .expected = {}};
    if (const json::object* expect = find_object(object, "expect")) {
      one.expected = replaced(one.content, std::string(*find_string(*expect, "old")),
                              std::string(*find_string(*expect, "new")));
    }
    cases.push_back(std::move(one));
  }
  return cases;
}

using Editor = std::optional<std::string> (*)(const Case&);

std::optional<std::string> ours(const Case& one) {
  FuzzyEdit edit = fuzzy_edit(one.content, one.wanted, one.replacement, one.replace_all);
  if (edit.status != FuzzyEdit::Status::applied) return std::nullopt;
  return std::move(edit.content);
}

std::optional<std::string> exact(const Case& one) {
  const std::size_t first = one.content.find(one.wanted);
  if (one.wanted.empty() || first == std::string::npos) return std::nullopt;
  if (one.replace_all) return replaced(one.content, one.wanted, one.replacement);
  if (one.content.find(one.wanted, first + 1) != std::string::npos) return std::nullopt;
  std::string result = one.content;
  return result.replace(first, one.wanted.size(), one.replacement);
}

/// Exact, then line by line with trimmed ends, by a block's first and last line, by normalised
/// white space, by indentation: the first search that finds one place alone replaces it whole.
std::optional<std::string> chain(const Case& one) {
  if (auto result = exact(one)) return result;
  const auto file = lines_of(one.content);
  const auto wanted = lines_of(one.wanted);
  const auto put = [&](std::size_t begin, std::size_t end) {
    std::string result;
    for (std::size_t i = 0; i < begin; ++i) result.append(file[i]).append("\n");
    result += one.replacement;
    if (!one.replacement.ends_with('\n')) result += '\n';
    for (std::size_t i = end; i < file.size(); ++i) result.append(file[i]).append("\n");
    return result;
  };
  const auto unique = [&](auto&& matches) -> std::optional<std::string> {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i + wanted.size() <= file.size(); ++i) {
      if (!matches(i)) continue;
      if (found) return std::nullopt;
      found = i;
    }
    if (!found) return std::nullopt;
    return put(*found, *found + wanted.size());
  };
  if (wanted.empty()) return std::nullopt;
  const auto lines_match = [&](EditMatch match) {
    return unique([&](std::size_t at) {
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (normal_form(file[at + i], match) != normal_form(wanted[i], match)) return false;
      }
      return true;
    });
  };
  if (auto result = lines_match(EditMatch::indentation)) return result;
  if (wanted.size() >= 3) {
    std::optional<std::pair<std::size_t, std::size_t>> block;
    int count = 0;
    for (std::size_t i = 0; i < file.size(); ++i) {
      if (trimmed(file[i]) != trimmed(wanted.front())) continue;
      for (std::size_t j = i + 2; j < file.size(); ++j) {
        if (trimmed(file[j]) != trimmed(wanted.back())) continue;
        block = {i, j + 1};
        ++count;
        break;
      }
    }
    if (count == 1) return put(block->first, block->second);
  }
  return lines_match(EditMatch::spacing);
}

struct Tally {
  int right = 0, wrong = 0, refused = 0;  ///< of edits with one right answer
  int rightly_refused = 0, not_refused = 0;
};

}  // namespace

int main(int argc, char** argv) {
  const char* shown = argc == 3 && std::strcmp(argv[1], "--show") == 0 ? argv[2] : nullptr;
  const auto cases = load(HEARTH_SOURCE_DIR "/tests/agent/edits");
  const std::pair<const char*, Editor> editors[] = {
      {"Hearth", &ours}, {"exact match", &exact}, {"chain of searches", &chain}};
  bool good = true;
  for (const auto& [name, editor] : editors) {
    std::map<std::string, Tally> by_kind;
    for (const Case& one : cases) {
      const auto result = editor(one);
      for (Tally* tally : {&by_kind[one.kind], &by_kind["all"]}) {
        if (one.expected) {
          ++(!result ? tally->refused : *result == *one.expected ? tally->right : tally->wrong);
        } else {
          ++(result ? tally->not_refused : tally->rightly_refused);
        }
      }
      const bool fine = one.expected ? result == one.expected : !result;
      const bool asked = shown != nullptr && (one.kind == shown || std::strcmp(shown, "all") == 0);
      if (asked && !fine && editor == &ours) {
        fmt::print("== {} ({})\n", one.name, result ? "applied wrong" : "refused");
        fmt::print("{}\n-- for --\n{}\n", one.wanted, one.replacement);
        if (result) {
          fmt::print("-- expected --\n{}-- got --\n{}", one.expected.value_or("(nothing)\n"),
                     *result);
        }
      }
    }
    fmt::print("\n{}\n{:<16} {:>6} {:>6} {:>8} {:>16} {:>12}\n", name, "kind", "right", "wrong",
               "refused", "rightly refused", "not refused");
    for (const auto& [kind, tally] : by_kind) {
      fmt::print("{:<16} {:>6} {:>6} {:>8} {:>16} {:>12}\n", kind, tally.right, tally.wrong,
                 tally.refused, tally.rightly_refused, tally.not_refused);
    }
    const Tally& all = by_kind["all"];
    const int answerable = all.right + all.wrong + all.refused;
    fmt::print("applied right {:.1f} % of {}, applied wrong {}\n", 100.0 * all.right / answerable,
               answerable, all.wrong + all.not_refused);
    if (editor == &ours) good = all.right >= 0.9 * answerable && all.wrong + all.not_refused == 0;
  }
  return good ? 0 : 1;
}
