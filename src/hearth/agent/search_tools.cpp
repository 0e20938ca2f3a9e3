#include "hearth/agent/search_tools.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <optional>
#include <utility>

#include "hearth/agent/file_tools.h"
#include "hearth/agent/git_ignored.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/ripgrep.h"
#include "hearth/agent/sandbox/secrets.h"
#include "hearth/agent/tool_schema.h"
#include "hearth/base/recent_map.h"
#include "hearth/base/utf8.h"

namespace hearth::agent {
namespace {

constexpr std::size_t max_matches = 100;
constexpr std::size_t max_shown_line = 300;

/// Said where there are more files than are looked at, with `remedy` behind it.
std::string limit_note(std::size_t files, std::string_view remedy) {
  if (files < Folder::most_files) return {};
  return fmt::format("(only {} files were looked at, and there are more{})\n", files, remedy);
}

std::string glob_as_regex(std::string_view pattern) {
  std::string regex = pattern.find('/') == std::string_view::npos ? "(?:.*/)?" : "";
  int depth = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '*' && pattern.substr(i, 3) == "**/") {
      regex += "(?:.*/)?";
      i += 2;
    } else if (c == '*' && pattern.substr(i, 2) == "**") {
      regex += ".*";
      ++i;
    } else if (c == '*') {
      regex += "[^/]*";
    } else if (c == '?') {
      regex += "[^/]";
    } else if (c == '{') {
      regex += "(?:";
      ++depth;
    } else if (c == '}' && depth > 0) {
      regex += ")";
      --depth;
    } else if (c == ',' && depth > 0) {
      regex += "|";
    } else {
      regex += RE2::QuoteMeta(std::string(1, c));
    }
  }
  for (; depth > 0; --depth) regex += ")";
  return regex;
}

class GrepTool final : public Tool {
 public:
  explicit GrepTool(const Folder& folder) : folder_(folder) {}

  const chat::Tool& description() const override { return description_; }
  Access access() const override { return Access::read; }
  std::string subject(const json::object& arguments) const override {
    return std::string(find_string(arguments, "pattern").value_or(""));
  }
  // Rules are about files, and the pattern names none.
  std::vector<std::string> subjects(const json::object& arguments) const override {
    return {std::string(given_string(arguments, "glob").value_or("."))};
  }

  ToolResult run(const json::object& arguments, const std::stop_token& stop) override {
    RE2::Options options;
    options.set_log_errors(false);
    const RE2 regex(subject(arguments), options);
    if (!regex.ok()) {
      return tool_error(
          fmt::format("the pattern is not a valid regular expression: {}; escape "
                      "special characters with a backslash",
                      regex.error()));
    }
    const RE2 files(glob_as_regex(given_string(arguments, "glob").value_or("**")), options);
    std::string text;
    std::size_t matches = 0;
    std::size_t ignored_files = 0;
    const Searched searched = searched_for(subject(arguments), stop);
    for (const std::string& name : searched.names) {
      if (stop.stop_requested()) return tool_error("interrupted");
      const std::string shown_name = to_valid_utf8(name);
      if (!RE2::FullMatch(shown_name, files)) continue;
      if (is_secret_name(name.substr(name.rfind('/') + 1))) continue;
      if (searched.ignored && searched.ignored->covers(name)) {
        ++ignored_files;
        continue;
      }
      const auto content = read_text_file(folder_.root() / name, name, max_file_bytes);
      if (!content) continue;
      std::size_t number = 0;
      for (const std::string_view line : lines_of(*content)) {
        ++number;
        if (!RE2::PartialMatch(line, regex)) continue;
        if (++matches > max_matches) {
          return {.text = text + fmt::format("(more than {} matches; use a narrower pattern or a "
                                             "glob)\n",
                                             max_matches),
                  .is_error = false,
                  .diff = {}};
        }
        text += fmt::format("{}:{}: {}\n", shown_name, number,
                            to_valid_utf8(utf8_prefix(line, max_shown_line)));
      }
    }
    if (text.empty()) {
      text = "No line matches.\n";
      if (ignored_files > 0) {
        text += fmt::format("({} files that git ignores were passed over)\n", ignored_files);
      }
    }
    return {.text = text + searched.note, .is_error = false, .diff = {}};
  }

 private:
  /// The files to look into.
  struct Searched {
    std::vector<std::string> names;
    std::optional<GitIgnored> ignored;
    std::string note;
  };

  Searched searched_for(const std::string& pattern, const std::stop_token& stop) const {
    Searched searched{.names = folder_.files(), .ignored = {}, .note = {}};
    searched.note = limit_note(searched.names.size(), "; where ripgrep is installed, all are");
    if (!searched.note.empty()) {
      if (auto found = files_by_ripgrep(folder_, pattern, stop)) {
        return {.names = std::move(*found), .ignored = {}, .note = {}};
      }
    }
    searched.ignored.emplace(folder_.root(), stop);
    return searched;
  }

  const Folder& folder_;
  chat::Tool description_{
      .name = "grep",
      .description = "Search file contents by regular expression.",
      .input_schema = object_schema(
          {{"pattern", "string", ""}, {"glob", "string", "files to search, as *.py", false}}),
      .type = {},
      .extra = {}};
};

class GlobTool final : public Tool {
 public:
  explicit GlobTool(const Folder& folder) : folder_(folder) {}

  const chat::Tool& description() const override { return description_; }
  Access access() const override { return Access::read; }
  std::string subject(const json::object& arguments) const override {
    return std::string(find_string(arguments, "pattern").value_or(""));
  }

  ToolResult run(const json::object& arguments, const std::stop_token&) override {
    std::string pattern = subject(arguments);
    if (pattern.starts_with("./")) pattern.erase(0, 2);
    const RE2 regex(glob_as_regex(pattern));
    std::string text;
    std::size_t matches = 0;
    const std::vector<std::string> names = folder_.files();
    for (const std::string& name : names) {
      const std::string shown_name = to_valid_utf8(name);
      if (!RE2::FullMatch(shown_name, regex)) continue;
      if (++matches > max_matches) {
        text += fmt::format("(more than {} files; use a narrower pattern)\n", max_matches);
        break;
      }
      text += shown_name + "\n";
    }
    if (text.empty()) text = "No file matches; try **/* to see all files.\n";
    text += limit_note(names.size(), "");
    return {.text = std::move(text), .is_error = false, .diff = {}};
  }

 private:
  const Folder& folder_;
  chat::Tool description_{.name = "glob",
                          .description = "List files by name pattern, such as **/*.py.",
                          .input_schema = object_schema({{"pattern", "string", ""}}),
                          .type = {},
                          .extra = {}};
};

}  // namespace

bool glob_matches(std::string_view pattern, std::string_view name) {
  // Rules are asked about all files of a folder.
  constexpr std::size_t most_patterns = 64;
  thread_local RecentMap<std::string, std::unique_ptr<const RE2>> known(most_patterns);
  std::unique_ptr<const RE2>& regex = known.use(std::string(pattern));
  if (regex == nullptr) regex = std::make_unique<const RE2>(glob_as_regex(pattern));
  return RE2::FullMatch(name, *regex);
}

std::unique_ptr<Tool> make_grep_tool(const Folder& folder) {
  return std::make_unique<GrepTool>(folder);
}

std::unique_ptr<Tool> make_glob_tool(const Folder& folder) {
  return std::make_unique<GlobTool>(folder);
}

}  // namespace hearth::agent
