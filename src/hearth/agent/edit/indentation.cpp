#include "hearth/agent/edit/indentation.h"

#include <algorithm>
#include <set>
#include <utility>

#include "hearth/agent/plain_text.h"

namespace hearth::agent {
namespace {

/// Columns, a tab up to the next multiple of four.
std::size_t width_of(std::string_view indentation) {
  std::size_t width = 0;
  for (const char c : indentation) width += c == '\t' ? 4 - width % 4 : 1;
  return width;
}

long width(std::string_view indentation) {
  return static_cast<long>(width_of(indentation));
}

/// The step that the file most often goes deeper by, in columns.
std::size_t step_of(const Lines& file) {
  std::map<std::size_t, std::size_t> steps;
  std::size_t before = 0;
  for (const std::string_view line : file) {
    if (is_blank(line)) continue;
    const std::size_t width = width_of(indentation_of(line));
    if (width > before) ++steps[width - before];
    before = width;
  }
  std::size_t best = 4;
  std::size_t count = 0;
  for (const auto& [step, n] : steps) {
    if (n > count) best = step, count = n;
  }
  return best;
}

/// Whether the new text has the file's indentation where what was to be found had another one.
bool written_as_in_file(const Lines& file, const LineAlignment& at, const Lines& wanted,
                        const Lines& replacement) {
  std::size_t same = 0;
  std::size_t other = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (at.file_line[i] == LineAlignment::none || is_blank(wanted[i])) continue;
    const std::string_view line = file[at.file_line[i]];
    if (indentation_of(line) == indentation_of(wanted[i])) continue;
    const auto in_new = std::ranges::find_if(
        replacement, [&](std::string_view text) { return trimmed(text) == trimmed(wanted[i]); });
    if (in_new == replacement.end()) continue;
    ++(indentation_of(*in_new) == indentation_of(line) ? same : other);
  }
  return same > 0 && other == 0;
}

/// The smallest step between two indentations of these lines, in columns; 0 if there is one alone.
long step_between(const Lines& lines, const Lines& more) {
  std::set<long> widths;
  for (const Lines* list : {&lines, &more}) {
    for (const std::string_view line : *list) {
      if (!is_blank(line)) widths.insert(width(indentation_of(line)));
    }
  }
  long step = 0;
  long before = -1;
  for (const long one : widths) {
    if (before >= 0 && (step == 0 || one - before < step)) step = one - before;
    before = one;
  }
  return step;
}

}  // namespace

std::string_view indentation_of(std::string_view line) {
  const std::size_t end = line.find_first_not_of(" \t");
  return line.substr(0, end == std::string_view::npos ? line.size() : end);
}

bool is_blank(std::string_view line) {
  return trimmed(line).empty();
}

Indentation::Indentation(const Lines& file, const LineAlignment& at, const Lines& wanted,
                         const Lines& replacement) {
  for (const std::string_view line : file) {
    if (!is_blank(line) && line.front() == '\t') tabs_ = true;
    if (!is_blank(line) && line.front() == ' ') spaces_ = true;
  }
  unit_ = tabs_ && !spaces_ ? "\t" : std::string(step_of(file), ' ');
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (at.file_line[i] == LineAlignment::none || is_blank(wanted[i])) continue;
    const std::string_view theirs = indentation_of(file[at.file_line[i]]);
    const std::string_view ours = indentation_of(wanted[i]);
    differs_ = differs_ || theirs != ours;
    known_.emplace(ours, theirs);
  }
  is_the_files_ = !differs_ || written_as_in_file(file, at, wanted, replacement);
  model_step_ = step_between(wanted, replacement);
  flat_ = std::ranges::all_of(replacement, [](std::string_view line) {
    return is_blank(line) || indentation_of(line).empty();
  });
}

void Indentation::pass(std::string_view wanted_line, std::string_view file_line) {
  if (is_blank(wanted_line) || is_blank(file_line)) return;
  last_ours_ = indentation_of(wanted_line);
  last_theirs_ = indentation_of(file_line);
  last_text_ = trimmed(file_line);
}

std::string Indentation::fitted(std::string_view line, std::string_view replaces,
                                std::string_view file_line) {
  if (is_blank(line)) return {};
  if (is_the_files_) return std::string(line);
  const std::string_view ours = indentation_of(line);
  std::string theirs;
  if (!is_blank(replaces) && !is_blank(file_line) && indentation_of(replaces) == ours) {
    theirs = indentation_of(file_line);
  } else if (flat_ && last_theirs_) {
    theirs = *last_theirs_;
    if (last_text_.ends_with(':') || last_text_.ends_with('{')) theirs += unit_;
  } else if (last_ours_) {
    theirs = moved(*last_ours_, *last_theirs_, ours);
  } else {
    theirs = first_known(ours);
  }
  const std::string_view text = line.substr(ours.size());
  last_ours_ = ours;
  last_theirs_ = theirs;
  last_text_ = trimmed(line);
  return theirs + std::string(text);
}

std::string Indentation::first_known(std::string_view ours) const {
  if (const auto known = known_.find(ours); known != known_.end()) {
    return std::string(known->second);
  }
  if (known_.empty()) return std::string(ours);
  return moved(known_.begin()->first, std::string(known_.begin()->second), ours);
}

std::string Indentation::moved(std::string_view from, const std::string& theirs,
                               std::string_view to) const {
  if (to == from) return theirs;
  if (const auto known = known_.find(to); known != known_.end()) {
    return std::string(known->second);
  }
  const auto ours_width = static_cast<long>(width_of(to));
  const auto from_width = static_cast<long>(width_of(from));
  const auto wanted_width = static_cast<long>(width_of(theirs)) + in_units(ours_width - from_width);
  if (unit_ == "\t")
    return std::string(static_cast<std::size_t>(std::max(0L, wanted_width)) / 4, '\t');
  return std::string(static_cast<std::size_t>(std::max(0L, wanted_width)), ' ');
}

long Indentation::in_units(long columns) const {
  for (const auto& [ours, theirs] : known_) {
    for (const auto& [other_ours, other_theirs] : known_) {
      const long mine = width(other_ours) - width(ours);
      const long its = width(other_theirs) - width(theirs);
      if (mine > 0 && its > 0 && columns * its % mine == 0) return columns * its / mine;
    }
  }
  const long unit = width(unit_);
  return model_step_ > 0 && columns % model_step_ == 0 ? columns / model_step_ * unit : columns;
}

}  // namespace hearth::agent
