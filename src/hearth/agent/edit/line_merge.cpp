#include "hearth/agent/edit/line_merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "hearth/agent/diff.h"
#include "hearth/agent/edit/edit_input.h"
#include "hearth/agent/edit/indentation.h"
#include "hearth/agent/plain_text.h"

namespace hearth::agent {
namespace {

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

  Result<std::vector<MergedLine>> run() {
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
    while (next_ < at_.end) pass();
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

  /// The file's next line stays.
  void pass() {
    out_.push_back({std::string(file_[next_]), next_});
    ++next_;
  }

  void keep(std::size_t i) {
    const std::size_t line = at_.file_line[i];
    if (line == LineAlignment::none) {
      // An ellipsis, or a line that was only remembered: whatever the file has there stays.
      open_ = open_ || !is_blank(wanted_[i]);
      return;
    }
    while (next_ <= line) pass();
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
        if (first || !is_blank(file_[next_])) out_.push_back({std::string(file_[next_]), next_});
      }
      first = false;
      next_ = line + 1;
      if (come < hunk.come.size()) {
        out_.push_back({fitted(hunk.come[come++], wanted_[i], file_[line]), line});
      } else {
        indentation_.pass(wanted_[i], file_[line]);
      }
    }
    const std::size_t beside = next_ > at_.begin ? next_ - 1 : next_;
    for (; come < hunk.come.size(); ++come) {
      out_.push_back({fitted(hunk.come[come], {}, {}), beside});
    }
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
  std::vector<MergedLine> out_;
  std::size_t next_;
  std::size_t at_wanted_ = 0;
  bool open_ = false;
  std::string problem_;
};

}  // namespace

Result<std::vector<MergedLine>> merge_lines(const Lines& file, const LineAlignment& at,
                                            const Lines& wanted, const Lines& replacement,
                                            EditMatch match) {
  return Merge(file, at, wanted, replacement, match).run();
}

}  // namespace hearth::agent
