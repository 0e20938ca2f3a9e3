#include "hearth/agent/repair_focus.h"

#include <algorithm>
#include <iterator>

#include "hearth/agent/has_word.h"
#include "hearth/agent/plain_text.h"

namespace hearth::agent {
namespace {

using Lines = std::vector<std::string_view>;

bool calls(const Lines& lines, const RepairUnit& function, std::string_view name) {
  for (std::size_t i = function.begin + 1; i < function.end; ++i) {
    if (has_word(lines[i], name)) return true;
  }
  return false;
}

bool overlap(const RepairUnit& a, const RepairUnit& b) {
  return a.begin < b.end && b.begin < a.end;
}

std::vector<RepairUnit> likely(const Lines& lines, const std::vector<RepairUnit>& functions,
                               const std::vector<std::string>& failures) {
  std::vector<RepairUnit> named;
  std::vector<RepairUnit> others;
  const auto name_of = [&](const RepairUnit& function) {
    return function_name(lines[function.begin]);
  };
  for (const RepairUnit& function : functions) {
    const bool fails = std::ranges::any_of(
        failures,
        [name = name_of(function)](const std::string& line) { return has_word(line, name); });
    (fails ? named : others).push_back(function);
  }
  std::vector<RepairUnit> found = named;
  std::ranges::copy_if(others, std::back_inserter(found), [&](const RepairUnit& function) {
    return std::ranges::any_of(named, [&, name = name_of(function)](const RepairUnit& caller) {
      return calls(lines, caller, name);
    });
  });
  return found;
}

std::string without_bodies(const Lines& lines, const std::vector<RepairUnit>& functions,
                           const std::vector<RepairUnit>& kept) {
  std::string text;
  const auto add = [&](std::string_view line) {
    text += line;
    text += '\n';
  };
  for (std::size_t i = 0; i < lines.size();) {
    add(lines[i]);
    const auto hidden = std::ranges::find_if(functions, [&](const RepairUnit& function) {
      return function.begin == i && std::ranges::none_of(kept, [&](const RepairUnit& one) {
               return overlap(one, function);
             });
    });
    ++i;
    if (hidden == functions.end()) continue;
    const std::string_view head = lines[hidden->begin];
    add(std::string(head.substr(0, head.find_first_not_of(" \t"))) + "    ...");
    const bool ends_in_brace = trimmed(lines[hidden->end - 1]).starts_with('}');
    i = ends_in_brace ? hidden->end - 1 : hidden->end;
  }
  return text;
}

}  // namespace

bool RepairFocus::holds(std::size_t index) const {
  return std::ranges::any_of(functions, [&](const RepairUnit& function) {
    return index >= function.begin && index < function.end;
  });
}

std::optional<RepairFocus> focus_of(std::string_view code, std::string_view language,
                                    const std::vector<std::string>& failures) {
  const Lines lines = lines_of(code);
  const std::vector<RepairUnit> functions = functions_of(code, language);
  std::vector<RepairUnit> found = likely(lines, functions, failures);
  if (found.empty()) return std::nullopt;
  std::string excerpt = without_bodies(lines, functions, found);
  return RepairFocus{std::move(found), std::move(excerpt)};
}

}  // namespace hearth::agent
