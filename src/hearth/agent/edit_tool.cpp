#include <fmt/format.h>

#include "hearth/agent/diff.h"
#include "hearth/agent/file_tools.h"
#include "hearth/agent/nearest_lines.h"
#include "hearth/agent/tool_schema.h"
#include "hearth/base/file.h"

namespace hearth::agent {
namespace {

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos;
       at = text.find(part, at + part.size())) {
    ++count;
  }
  return count;
}

std::string with_crlf(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) result += '\r';
    result += text[i];
  }
  return result;
}

class EditTool final : public Tool {
 public:
  EditTool(const Folder& folder, SeenFiles& seen) : folder_(folder), seen_(seen) {}

  const chat::Tool& description() const override { return description_; }
  Access access() const override { return Access::edit; }
  std::string subject(const json::object& arguments) const override {
    return std::string(find_string(arguments, "path").value_or(""));
  }

  ToolResult run(const json::object& arguments, const std::stop_token&) override {
    const std::string name = subject(arguments);
    const auto path = folder_.resolve(name);
    if (!path) return tool_error(path.error().message);
    const auto content = read_text_file(*path, name, max_file_bytes);
    if (!content) return tool_error(content.error().message);
    switch (seen_.of(*path, *content)) {
      case SeenFiles::Knowledge::never_read:
        return tool_error(name + " has not been read yet; read it, then edit it");
      case SeenFiles::Knowledge::changed_since:
        return tool_error(name + " was changed by somebody else since you read it; read it again");
      case SeenFiles::Knowledge::current: break;
    }
    std::string wanted(*find_string(arguments, "old_string"));
    std::string replacement(*find_string(arguments, "new_string"));
    const bool replace_all = find_bool(arguments, "replace_all").value_or(false);
    if (wanted.empty()) return tool_error("old_string is empty; give the text to replace");
    if (wanted == replacement) {
      return tool_error("old_string and new_string are equal; give the changed text");
    }
    if (content->find("\r\n") != std::string::npos) {
      wanted = with_crlf(wanted);
      replacement = with_crlf(replacement);
    }
    const std::size_t matches = count_of(*content, wanted);
    if (matches == 0) return no_match(name, *content, wanted);
    if (matches > 1 && !replace_all) {
      return tool_error(fmt::format(
          "old_string matches {} times in {}; add lines around it until it is unique, or set "
          "replace_all",
          matches, name));
    }
    std::string edited;
    std::size_t at = 0;
    for (std::size_t hit = content->find(wanted); hit != std::string::npos;
         hit = content->find(wanted, at)) {
      edited.append(*content, at, hit - at);
      edited += replacement;
      at = hit + wanted.size();
    }
    edited.append(*content, at);
    if (const auto written = write_file_atomically(*path, edited); !written) {
      return tool_error(written.error().message);
    }
    seen_.note(*path, edited);
    return {.text = fmt::format("{} edited ({} place{}).", name, matches, matches == 1 ? "" : "s"),
            .is_error = false,
            .diff = unified_diff(name, *content, edited)};
  }

 private:
  static ToolResult no_match(std::string_view name, std::string_view content,
                             std::string_view wanted) {
    const std::string near = nearest_lines(content, wanted);
    if (near.empty()) {
      return tool_error(
          fmt::format("old_string is not in {}; read the file and copy the text "
                      "exactly, without line numbers",
                      name));
    }
    return tool_error(
        fmt::format("old_string is not in {}. The nearest lines are:\n{}Copy the "
                    "text exactly, without line numbers, and call edit again.",
                    name, near));
  }

  const Folder& folder_;
  SeenFiles& seen_;
  chat::Tool description_{
      .name = "edit",
      .description = "Replace old_string, which must occur once, in a file you have read.",
      .input_schema = object_schema({{"path", "string", ""},
                                     {"old_string", "string", ""},
                                     {"new_string", "string", ""},
                                     {"replace_all", "boolean", "", false}}),
      .type = {},
      .extra = {}};
};

}  // namespace

std::unique_ptr<Tool> make_edit_tool(const Folder& folder, SeenFiles& seen) {
  return std::make_unique<EditTool>(folder, seen);
}

}  // namespace hearth::agent
