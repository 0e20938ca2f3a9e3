#include "hearth/agent/edit/line_merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "hearth/agent/diff.h"
#include "hearth/agent/edit/edit_input.h"
#include "hearth/agent/plain_text.h"

namespace hearth::agent {
namespace {

std::string_view indentation_of(std::string_view line) {
  const std::size_t end = line.find_first_not_of(" \t");
  return line.substr(0, end == std::string_view::npos ? line.size() : end);
}

bool is_blank(std::string_view line) {
  return trimmed(line).empty();
}

/// Columns, a tab up to the next multiple of four.
std::size_t width_of(std::string_view indentation) {
  std::size_t width = 0;
  for (const char c : indentation) width += c == '\t' ? 4 - width % 4 : 1;
  return width;
}

/// How new lines are indented in the file's way, learnt from the lines that were found.
class Indentation {
 public:
  Indentation(const Lines& file, const LineAlignment& at, const Lines& wanted,
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

  /// The wanted line `line` was found; it stays or is replaced by what follows.
  void pass(std::string_view wanted_line, std::string_view file_line) {
    if (is_blank(wanted_line) || is_blank(file_line)) return;
    last_ours_ = indentation_of(wanted_line);
    last_theirs_ = indentation_of(file_line);
    last_text_ = trimmed(file_line);
  }

  /// `line` as it goes into the file. `replaces` is the given line whose place it takes, and
  /// `file_line` the file's; both empty if there is none.
  std::string fitted(std::string_view line, std::string_view replaces, std::string_view file_line) {
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

 private:
  static std::size_t step_of(const Lines& file) {
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
  static bool written_as_in_file(const Lines& file, const LineAlignment& at, const Lines& wanted,
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

  [[nodiscard]] std::string first_known(std::string_view ours) const {
    if (const auto known = known_.find(ours); known != known_.end()) {
      return std::string(known->second);
    }
    if (known_.empty()) return std::string(ours);
    return moved(known_.begin()->first, std::string(known_.begin()->second), ours);
  }

  /// `theirs` goes with `from`; what goes with `to`?
  [[nodiscard]] std::string moved(std::string_view from, const std::string& theirs,
                                  std::string_view to) const {
    if (to == from) return theirs;
    if (const auto known = known_.find(to); known != known_.end()) {
      return std::string(known->second);
    }
    const auto ours_width = static_cast<long>(width_of(to));
    const auto from_width = static_cast<long>(width_of(from));
    const auto wanted_width =
        static_cast<long>(width_of(theirs)) + in_units(ours_width - from_width);
    if (unit_ == "\t")
      return std::string(static_cast<std::size_t>(std::max(0L, wanted_width)) / 4, '\t');
    return std::string(static_cast<std::size_t>(std::max(0L, wanted_width)), ' ');
  }

  /// A difference in the model's columns as one in the file's: by what the lines that were found
  /// show, else by both sides' steps.
  [[nodiscard]] long in_units(long columns) const {
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

  static long width(std::string_view indentation) {
    return static_cast<long>(width_of(indentation));
  }

  /// The smallest step between two indentations of `lines`, in columns; 0 if there is one alone.
  static long step_between(const Lines& lines, const Lines& more) {
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

  bool tabs_ = false;
  bool spaces_ = false;
  bool differs_ = false;
  bool is_the_files_ = true;
  bool flat_ = false;
  long model_step_ = 0;
  std::string unit_;
  std::map<std::string_view, std::string_view> known_;
  std::optional<std::string_view> last_ours_;
  std::optional<std::string> last_theirs_;
  std::string_view last_text_;
};

/// A run of lines that leave `wanted` and lines that come instead.
struct Hunk {
  std::vector<std::size_t> gone;  ///< indexes in `wanted`
  std::vector<std::string_view> come;
};

class Merge {
 public:
  Merge(const Lines& file, const LineAlignment& at, const Lines& wanted, const Lines& replacement,
        EditMatch match)
      : file_(file),
        at_(at),
        wanted_(wanted),
        replacement_(replacement),
        match_(match),
        indentation_(file, at, wanted, replacement),
        next_(at.begin) {}

  Result<std::vector<std::string>> run() {
    std::vector<std::string> a_keys = keys_of(wanted_);
    std::vector<std::string> b_keys = keys_of(replacement_);
    const Lines a(a_keys.begin(), a_keys.end());
    const Lines b(b_keys.begin(), b_keys.end());
    std::size_t& i = at_wanted_;
    std::size_t j = 0;
    Hunk hunk;
    for (const LineEdit& edit : line_edits(a, b)) {
      if (edit.kind == '-') {
        hunk.gone.push_back(i++);
      } else if (edit.kind == '+') {
        hunk.come.push_back(replacement_[j++]);
      } else {
        apply(hunk);
        hunk = {};
        keep(i++);
        ++j;
      }
    }
    apply(hunk);
    if (!problem_.empty()) return fail(ErrorKind::invalid_request, std::move(problem_));
    while (next_ < at_.end) out_.emplace_back(file_[next_++]);
    return std::move(out_);
  }

 private:
  static std::vector<std::string> keys_of(const Lines& lines) {
    std::vector<std::string> keys;
    keys.reserve(lines.size());
    for (const std::string_view line : lines) {
      keys.push_back(normal_form(line, EditMatch::trailing_space));
    }
    return keys;
  }

  void keep(std::size_t i) {
    const std::size_t line = at_.file_line[i];
    if (line == LineAlignment::none) {
      // An ellipsis, or a line that was only remembered: whatever the file has there stays.
      open_ = open_ || !is_blank(wanted_[i]);
      return;
    }
    while (next_ <= line) out_.emplace_back(file_[next_++]);
    open_ = false;
    indentation_.pass(wanted_[i], file_[line]);
  }

  void apply(const Hunk& hunk) {
    if (hunk.gone.empty() && hunk.come.empty()) return;
    const std::size_t last_touched = hunk.gone.empty() ? at_wanted_ : hunk.gone.back();
    if (at_.sure_until != LineAlignment::none && last_touched > at_.sure_until) {
      problem_ = "the lines left out in old_string may end at several places: give them whole";
      return;
    }
    const bool lazy = std::ranges::any_of(hunk.come, [&](std::string_view line) {
      return is_ellipsis(line) && std::ranges::find(wanted_, line) == wanted_.end();
    });
    if (lazy) {
      // It stands for lines that stay; if some are given here, it is these.
      problem_ = fmt::format(
          "new_string leaves out lines with \"{}\": write the whole text that is to stand there",
          trimmed(*std::ranges::find_if(hunk.come, &is_ellipsis)));
      return;
    }
    // Where a line that the file has not was passed, it is not known where between new ones go.
    if (open_ && hunk.gone.empty() && !hunk.come.empty() && has_text_before_next(hunk)) {
      problem_ = "the new lines stand beside one that is not in the file";
      return;
    }
    std::size_t come = 0;
    bool first = true;
    for (const std::size_t i : hunk.gone) {
      const std::size_t line = at_.file_line[i];
      if (line == LineAlignment::none) {
        if (is_ellipsis(wanted_[i])) {
          problem_ = "old_string leaves out lines that new_string would remove: give them whole";
        } else if (!is_blank(wanted_[i])) {
          problem_ = fmt::format("the line \"{}\", which is to be replaced, is not in the file",
                                 trimmed(wanted_[i]));
        }
        continue;
      }
      for (; next_ < line; ++next_) {
        if (!first && !is_blank(file_[next_])) {
          problem_ = fmt::format("the file has a line \"{}\" there that old_string lacks",
                                 trimmed(file_[next_]));
        }
        if (first || !is_blank(file_[next_])) out_.emplace_back(file_[next_]);
      }
      first = false;
      next_ = line + 1;
      if (come < hunk.come.size()) {
        out_.push_back(fitted(hunk.come[come++], wanted_[i], file_[line]));
      } else {
        indentation_.pass(wanted_[i], file_[line]);
      }
    }
    for (; come < hunk.come.size(); ++come) out_.push_back(fitted(hunk.come[come], {}, {}));
  }

  [[nodiscard]] bool has_text_before_next(const Hunk&) const {
    return next_ < at_.end && !is_blank(file_[next_]);
  }

  /// A new line as the file writes such lines.
  std::string fitted(std::string_view line, std::string_view replaces, std::string_view file_line) {
    const bool signs_differ = match_ == EditMatch::quotes || match_ == EditMatch::anchored;
    const std::string text =
        signs_differ ? with_kept_signs(line, replaces, file_line) : std::string(line);
    // What it replaces says how deep it is, whatever its signs.
    std::string result = indentation_.fitted(line, replaces, file_line);
    if (text != line) {
      result = std::string(indentation_of(result)) + text.substr(indentation_of(text).size());
    }
    return signs_differ ? in_plain_signs_as(file_line, result) : result;
  }

  /// `line`, which replaces `old`, with the file's own signs where the two are the same at the
  /// front and at the end.
  static std::string with_kept_signs(std::string_view line, std::string_view old,
                                     std::string_view file_line) {
    const std::string_view theirs = trimmed(file_line);
    const std::string_view ours = trimmed(old);
    const std::string_view next = trimmed(line);
    if (ours.empty() || with_plain_signs(theirs) != with_plain_signs(ours)) {
      return std::string(line);
    }
    std::size_t front = 0;
    while (front < std::min(ours.size(), next.size()) && ours[front] == next[front]) ++front;
    while (front > 0 && front < ours.size() && is_continuation(ours[front])) --front;
    std::size_t back = 0;
    while (back < std::min(ours.size(), next.size()) - front &&
           ours[ours.size() - 1 - back] == next[next.size() - 1 - back]) {
      ++back;
    }
    while (back > 0 && is_continuation(ours[ours.size() - back])) --back;
    const auto in_theirs = [&](std::size_t index) {
      const std::size_t plain = with_plain_signs(ours.substr(0, index)).size();
      std::size_t at = 0;
      while (at < theirs.size() && with_plain_signs(theirs.substr(0, at)).size() < plain) {
        do ++at;
        while (at < theirs.size() && is_continuation(theirs[at]));
      }
      return at;
    };
    const std::size_t end = in_theirs(ours.size() - back);
    return std::string(indentation_of(line)) + std::string(theirs.substr(0, in_theirs(front))) +
           std::string(next.substr(front, next.size() - back - front)) +
           std::string(theirs.substr(end));
  }

  static bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

  /// Typographic quotation marks that the file's line has not are the model's slip.
  static std::string in_plain_signs_as(std::string_view file_line, const std::string& text) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> marks{
        {{"“", "\""}, {"”", "\""}, {"‘", "'"}, {"’", "'"}}};
    std::string result = text;
    for (const auto& [typographic, plain] : marks) {
      if (file_line.find(typographic) != std::string_view::npos) continue;
      for (std::size_t at = result.find(typographic); at != std::string::npos;
           at = result.find(typographic, at)) {
        result.replace(at, typographic.size(), plain);
      }
    }
    return result;
  }

  const Lines& file_;
  const LineAlignment& at_;
  const Lines& wanted_;
  const Lines& replacement_;
  EditMatch match_;
  Indentation indentation_;
  std::vector<std::string> out_;
  std::size_t next_;
  std::size_t at_wanted_ = 0;
  bool open_ = false;
  std::string problem_;
};

}  // namespace

Result<std::vector<std::string>> merge_lines(const Lines& file, const LineAlignment& at,
                                             const Lines& wanted, const Lines& replacement,
                                             EditMatch match) {
  return Merge(file, at, wanted, replacement, match).run();
}

}  // namespace hearth::agent
