#include "hearth/agent/edit/fuzzy_edit.h"

#include <algorithm>
#include <array>
#include <optional>

#include "hearth/agent/edit/edit_input.h"
#include "hearth/agent/edit/line_ends.h"
#include "hearth/agent/edit/line_merge.h"
#include "hearth/agent/plain_text.h"

namespace hearth::agent {
namespace {

using Status = FuzzyEdit::Status;

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos;
       at = text.find(part, at + part.size())) {
    ++count;
  }
  return count;
}

std::string replaced_everywhere(std::string_view content, std::string_view part,
                                std::string_view by) {
  std::string result;
  std::size_t at = 0;
  for (std::size_t hit = content.find(part); hit != std::string_view::npos;
       hit = content.find(part, at)) {
    result += content.substr(at, hit - at);
    result += by;
    at = hit + part.size();
  }
  result += content.substr(at);
  return result;
}

/// Whether an ellipsis in `replacement` has no counterpart in `wanted`.
bool leaves_lines_out(const EditStrings& edit) {
  const auto wanted = lines_of(edit.wanted);
  return std::ranges::any_of(lines_of(edit.replacement), [&](std::string_view line) {
    const bool commented = trimmed(line).size() > 3;
    return commented && is_ellipsis(line) && std::ranges::find(wanted, line) == wanted.end();
  });
}

/// Whether every sign that HTML has an entity for is written as one, which no source code is.
bool has_only_entities(const EditStrings& edit) {
  if (!has_entities(edit.replacement)) return false;
  const std::string decoded = without_entities(edit.replacement);
  const auto count = [](std::string_view text, char sign) {
    return std::ranges::count(text, sign);
  };
  return count(edit.replacement, '<') + count(edit.replacement, '>') == 0 &&
         count(edit.wanted, '<') + count(edit.wanted, '>') == 0 &&
         count(decoded, '<') + count(decoded, '>') > 0;
}

class Attempt {
 public:
  Attempt(std::string_view content, bool replace_all)
      : content_(content),
        replace_all_(replace_all),
        crlf_(content.find("\r\n") != std::string_view::npos) {
    for (std::string_view rest = content; !rest.empty();) {
      const std::size_t feed = rest.find('\n');
      std::string_view line = rest.substr(0, feed);
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
      std::string_view end = feed == std::string_view::npos ? "" : "\n";
      if (!end.empty() && line.ends_with('\r')) {
        line.remove_suffix(1);
        end = "\r\n";
      }
      file_.push_back(line);
      ends_.push_back(end);
    }
  }

  FuzzyEdit exact(const EditStrings& edit) const {
    const auto places = places_of(edit.wanted);
    FuzzyEdit result;
    result.places = places.size();
    if (places.empty()) return result;
    if (result.places > 1 && !replace_all_) {
      result.status = Status::ambiguous;
      return result;
    }
    if (leaves_lines_out(edit)) {
      result.status = Status::unclear;
      result.reason = "new_string leaves lines out; write all of the text that is to stand there";
      return result;
    }
    result.status = Status::applied;
    const bool decode = !has_entities(content_) && has_only_entities(edit);
    const std::string replacement = decode ? without_entities(edit.replacement) : edit.replacement;
    std::size_t at = 0;
    for (const std::string_view place : places) {
      const auto begin = static_cast<std::size_t>(place.data() - content_.data());
      if (begin < at) continue;
      result.content += content_.substr(at, begin - at);
      // What was found with line feeds alone is replaced as it was given.
      result.content += with_line_ends(
          replacement, has_lone_line_feed(place) ? "\n" : line_end_at(content_, begin));
      at = begin + place.size();
    }
    result.content += content_.substr(at);
    return result;
  }

  FuzzyEdit by_lines(const EditStrings& edit, EditMatch match) const {
    FuzzyEdit result;
    result.how = match;
    Lines wanted = without_carriage_returns(lines_of(edit.wanted));
    // Entities in a file that has none are the model's, also where only the new lines have them.
    const bool decode = has_entities(edit.replacement) && !has_entities(content_);
    const std::string new_text = decode ? without_entities(edit.replacement) : edit.replacement;
    const Lines replacement = without_carriage_returns(lines_of(new_text));
    const auto places = find_lines(file_, wanted, match);
    result.places = places.size();
    if (places.empty()) return result;
    if (places.size() > 1 && (!replace_all_ || match == EditMatch::anchored)) {
      result.status = Status::ambiguous;
      return result;
    }
    if (places.front().one_of_several) {
      result.status = Status::unclear;
      result.reason = "what stands before the lines left out in old_string is there several times";
      return result;
    }
    std::string out;
    std::string_view end;
    const auto put = [&](std::string_view line, std::size_t like) {
      end = end_like(like);
      out.append(line).append(end);
    };
    std::size_t next = 0;
    for (const LineAlignment& place : places) {
      auto merged = merge_lines(file_, place, wanted, replacement, match);
      if (!merged) {
        result.status = Status::unclear;
        result.reason = merged.error().message;
        return result;
      }
      for (; next < place.begin; ++next) put(file_[next], next);
      for (const MergedLine& line : *merged) put(line.text, line.like);
      next = place.end;
    }
    for (; next < file_.size(); ++next) put(file_[next], next);
    if (!content_.ends_with('\n')) out.resize(out.size() - end.size());
    result.status = Status::applied;
    result.content = std::move(out);
    return result;
  }

  /// A part of one line, but for white space and signs.
  FuzzyEdit within_line(const EditStrings& edit, EditMatch match) const {
    FuzzyEdit result;
    result.how = match;
    if (edit.wanted.find('\n') != std::string::npos ||
        edit.replacement.find('\n') != std::string::npos) {
      return result;
    }
    const std::string key = normal_form(edit.wanted, match);
    constexpr std::size_t least_signs = 4;
    if (key.size() < least_signs) return result;
    std::optional<std::pair<std::size_t, std::size_t>> range;
    for (const std::string_view line : file_) {
      if (normal_form(line, match).find(key) == std::string::npos) continue;
      const auto part = part_of(line, key, match);
      if (!part) continue;
      ++result.places;
      const auto offset = static_cast<std::size_t>(line.data() - content_.data());
      range = {offset + part->first, part->second};
    }
    if (result.places == 0 || !range) return result;
    if (result.places > 1) {
      result.status = Status::ambiguous;
      return result;
    }
    result.status = Status::applied;
    result.content = std::string(content_.substr(0, range->first)) +
                     std::string(trimmed(edit.replacement)) +
                     std::string(content_.substr(range->first + range->second));
    return result;
  }

 private:
  static Lines without_carriage_returns(Lines lines) {
    for (std::string_view& line : lines) {
      if (line.ends_with('\r')) line.remove_suffix(1);
    }
    return lines;
  }

  /// Where `wanted` stands to the byte, or but for carriage returns at all its line ends, in order.
  std::vector<std::string_view> places_of(const std::string& wanted) const {
    std::vector<std::string_view> places;
    if (wanted.empty()) return places;
    const auto find_all = [&](const std::string& text) {
      for (std::size_t at = content_.find(text); at != std::string_view::npos;) {
        // A line end is found whole or not at all.
        const bool half = text.front() == '\n' && at > 0 && content_[at - 1] == '\r';
        if (!half) places.push_back(content_.substr(at, text.size()));
        at = content_.find(text, at + (half ? 1 : text.size()));
      }
    };
    find_all(wanted);
    if (!crlf_ || !has_lone_line_feed(wanted)) return places;
    find_all(with_line_ends(wanted, "\r\n"));
    std::ranges::sort(places, {}, [](std::string_view place) { return place.data(); });
    return places;
  }

  /// How a new line ends that stands in the place of the file's line `like`, or beside it.
  std::string_view end_like(std::size_t like) const {
    if (!ends_[like].empty()) return ends_[like];
    return like > 0 ? ends_[like - 1] : "\n";
  }

  /// The shortest part of `line` with this normal form: where, and how long; nothing if there are
  /// two.
  static std::optional<std::pair<std::size_t, std::size_t>> part_of(std::string_view line,
                                                                    const std::string& key,
                                                                    EditMatch match) {
    std::optional<std::pair<std::size_t, std::size_t>> found;
    for (std::size_t begin = 0; begin < line.size(); ++begin) {
      if (line[begin] == ' ' || line[begin] == '\t') continue;
      for (std::size_t size = key.size(); begin + size <= line.size(); ++size) {
        const std::string_view part = line.substr(begin, size);
        const std::string form = normal_form(part, match);
        if (form.size() > key.size()) break;
        if (form != key || part != trimmed(part)) continue;
        if (found) return std::nullopt;
        found = {begin, size};
        break;
      }
    }
    return found;
  }

  std::string_view content_;
  bool replace_all_;
  bool crlf_;
  Lines file_;
  Lines ends_;  ///< of each of them; empty where the last has none
};

}  // namespace

std::string_view to_string(EditMatch match) {
  switch (match) {
    case EditMatch::exact: return "";
    case EditMatch::trailing_space: return "white space at line ends";
    case EditMatch::indentation: return "indentation";
    case EditMatch::spacing: return "white space";
    case EditMatch::quotes: return "quotation marks and white space";
    case EditMatch::anchored: return "a line in the middle";
  }
  return "";
}

FuzzyEdit fuzzy_edit(std::string_view content, std::string_view wanted,
                     std::string_view replacement, bool replace_all) {
  if (trimmed(wanted).empty()) return {};
  const Attempt attempt(content, replace_all);
  const auto readings = readings_of(wanted, replacement);
  FuzzyEdit last;
  const auto decided = [&](FuzzyEdit result, const EditStrings& reading) {
    if (result.status == Status::not_found) return false;
    last = std::move(result);
    last.mended = reading.wanted != wanted;
    return true;
  };
  for (const EditStrings& reading : readings) {
    if (decided(attempt.exact(reading), reading)) return last;
  }
  constexpr std::array loose{EditMatch::trailing_space, EditMatch::indentation, EditMatch::spacing,
                             EditMatch::quotes};
  for (const EditMatch match : loose) {
    for (const EditStrings& reading : readings) {
      if (decided(attempt.by_lines(reading, match), reading)) return last;
      if (match == EditMatch::trailing_space || match == EditMatch::indentation) continue;
      if (decided(attempt.within_line(reading, match), reading)) return last;
    }
  }
  for (const EditStrings& reading : readings) {
    if (decided(attempt.by_lines(reading, EditMatch::anchored), reading)) return last;
  }
  return last;
}

FuzzyEdit exact_edit(std::string_view content, std::string_view wanted,
                     std::string_view replacement, bool replace_all) {
  FuzzyEdit result;
  if (wanted.empty()) return result;
  result.places = count_of(content, wanted);
  if (result.places == 0) return result;
  if (result.places > 1 && !replace_all) {
    result.status = Status::ambiguous;
    return result;
  }
  result.status = Status::applied;
  result.content = replaced_everywhere(content, wanted, replacement);
  return result;
}

}  // namespace hearth::agent
