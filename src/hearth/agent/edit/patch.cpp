#include "hearth/agent/edit/patch.h"

#include <fmt/format.h>

#include "hearth/agent/edit/fuzzy_edit.h"
#include "hearth/agent/edit/line_ends.h"
#include "hearth/agent/plain_text.h"

namespace hearth::agent {
namespace {

/// What stands behind `mark`, if the line begins with it.
std::optional<std::string> behind(std::string_view line, std::string_view mark) {
  if (!line.starts_with(mark)) return std::nullopt;
  return std::string(trimmed(line.substr(mark.size())));
}

class PatchParser {
 public:
  explicit PatchParser(std::string_view text) : lines_(lines_of(text)) {}

  Result<std::vector<FilePatch>> parse() {
    for (at_ = 0; at_ < lines_.size(); ++at_) {
      const std::string_view line = lines_[at_];
      if (trimmed(line) == "*** Begin Patch" || trimmed(line) == "*** End of File") continue;
      if (trimmed(line) == "*** End Patch") break;
      if (auto path = behind(line, "*** Add File:")) {
        begin(FilePatch::Kind::add, *path);
      } else if (auto removed = behind(line, "*** Delete File:")) {
        begin(FilePatch::Kind::remove, *removed);
      } else if (auto updated = behind(line, "*** Update File:")) {
        begin(FilePatch::Kind::update, *updated);
      } else if (auto moved = behind(line, "*** Move to:"); moved && !files_.empty()) {
        files_.back().new_path = *moved;
      } else if (files_.empty() || !take(line)) {
        return fail(ErrorKind::invalid_request,
                    fmt::format("line {} of the patch is not understood: {}", at_ + 1, line));
      }
    }
    if (files_.empty()) {
      return fail(ErrorKind::invalid_request,
                  "the patch names no file; begin with *** Begin Patch and *** Update File: PATH");
    }
    return std::move(files_);
  }

 private:
  void begin(FilePatch::Kind kind, const std::string& path) {
    files_.push_back({.kind = kind, .path = path, .new_path = {}, .content = {}, .hunks = {}});
  }

  /// A line of the file that is being described.
  bool take(std::string_view line) {
    FilePatch& file = files_.back();
    if (file.kind == FilePatch::Kind::add) {
      if (!line.starts_with('+')) return trimmed(line).empty();
      file.content += std::string(line.substr(1)) + "\n";
      return true;
    }
    if (file.kind == FilePatch::Kind::remove) return trimmed(line).empty();
    if (auto heading = behind(line, "@@")) {
      // Some write a unified diff's numbers there.
      if (heading->starts_with('-')) heading->clear();
      file.hunks.push_back({.heading = *heading, .before = {}, .after = {}});
      return true;
    }
    if (file.hunks.empty()) file.hunks.emplace_back();
    PatchHunk& hunk = file.hunks.back();
    const char kind = line.empty() ? ' ' : line.front();
    const std::string text = std::string(line.empty() ? line : line.substr(1)) + "\n";
    if (kind == ' ' || kind == '-') hunk.before += text;
    if (kind == ' ' || kind == '+') hunk.after += text;
    return kind == ' ' || kind == '-' || kind == '+';
  }

  std::vector<std::string_view> lines_;
  std::size_t at_ = 0;
  std::vector<FilePatch> files_;
};

/// Where the part begins that `heading` names: behind its line; the beginning, if there is none.
std::size_t part_of(std::string_view content, std::string_view heading) {
  if (heading.empty()) return 0;
  for (const std::string_view line : lines_of(content)) {
    if (trimmed(line) == heading) {
      return static_cast<std::size_t>(line.data() - content.data()) + line.size();
    }
  }
  return 0;
}

}  // namespace

Result<std::vector<FilePatch>> parse_patch(std::string_view text) {
  return PatchParser(text).parse();
}

Result<std::string> patched(std::string_view content, const std::vector<PatchHunk>& hunks) {
  std::string result(content);
  for (std::size_t i = 0; i < hunks.size(); ++i) {
    const PatchHunk& hunk = hunks[i];
    const auto failed = [&](std::string_view why) {
      return fail(ErrorKind::invalid_request,
                  fmt::format("hunk {} of {}: {}", i + 1, hunks.size(), why));
    };
    if (hunk.before == hunk.after) continue;
    if (hunk.before.empty()) {
      // Only new lines: behind the heading, or at the end.
      const std::size_t part = part_of(result, hunk.heading);
      const std::size_t feed = part == 0 ? std::string::npos : result.find('\n', part);
      std::size_t at = feed == std::string::npos ? result.size() : feed + 1;
      const std::string_view end = line_end_at(result, at == 0 ? 0 : at - 1);
      if (at > 0 && result[at - 1] != '\n') {
        result.insert(at, end);
        at += end.size();
      }
      result.insert(at, with_line_ends(hunk.after, end));
      continue;
    }
    FuzzyEdit edit = fuzzy_edit(result, hunk.before, hunk.after, false);
    const std::size_t part = part_of(result, hunk.heading);
    std::size_t kept = 0;
    if (edit.status == FuzzyEdit::Status::ambiguous && part != 0) {
      kept = part;
      edit = fuzzy_edit(std::string_view(result).substr(part), hunk.before, hunk.after, false);
    }
    switch (edit.status) {
      case FuzzyEdit::Status::applied: break;
      case FuzzyEdit::Status::ambiguous:
        return failed(
            fmt::format("its lines are there {} times; add lines around them, or an @@ "
                        "line with the function's heading",
                        edit.places));
      case FuzzyEdit::Status::unclear: return failed("not clear what is meant: " + edit.reason);
      case FuzzyEdit::Status::not_found:
        return failed("its lines are not in the file; read it and copy them exactly");
    }
    result = result.substr(0, kept) + edit.content;
  }
  return result;
}

}  // namespace hearth::agent
