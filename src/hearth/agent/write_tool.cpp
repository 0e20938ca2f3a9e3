#include <fmt/format.h>

#include <string>
#include <string_view>

#include "hearth/agent/diff.h"
#include "hearth/agent/file_tools.h"
#include "hearth/agent/tool_schema.h"
#include "hearth/base/file.h"
#include "hearth/base/utf8.h"

namespace hearth::agent {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// Whether `content` has U+FFFD because `read` shows bytes of `before` so.
bool would_lose_bytes(std::string_view before, std::string_view content) {
  constexpr std::string_view stand_in = "\xEF\xBF\xBD";
  return content.find(stand_in) != std::string_view::npos &&
         before.find(stand_in) == std::string_view::npos && !is_valid_utf8(before);
}

/// Whether each line of `text` ends with CR LF, and there is one.
bool all_lines_end_with_crlf(std::string_view text) {
  std::size_t lines = 0;
  for (std::size_t at = text.find('\n'); at != std::string_view::npos;
       at = text.find('\n', at + 1)) {
    if (at == 0 || text[at - 1] != '\r') return false;
    ++lines;
  }
  return lines > 0;
}

std::string with_crlf(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (const char c : text) {
    if (c == '\n') result += '\r';
    result += c;
  }
  return result;
}

class WriteTool final : public Tool {
 public:
  WriteTool(const Folder& folder, SeenFiles& seen) : folder_(folder), seen_(seen) {}

  const chat::Tool& description() const override { return description_; }
  Access access() const override { return Access::edit; }
  std::string subject(const json::object& arguments) const override {
    return std::string(find_string(arguments, "path").value_or(""));
  }

  ToolResult run(const json::object& arguments, const std::stop_token&) override {
    const std::string name = subject(arguments);
    const auto path = folder_.resolve(name);
    if (!path) return tool_error(path.error().message);
    std::string content(find_string(arguments, "content").value_or(""));
    std::string before;
    std::error_code ec;
    if (std::filesystem::exists(*path, ec)) {
      auto current = read_text_file(*path, name, max_file_bytes);
      if (!current) return tool_error(current.error().message);
      if (seen_.of(*path, *current) != SeenFiles::Knowledge::current) {
        return tool_error(fmt::format(
            "{} exists and has not been read in its present state; read it first, then write or "
            "edit it",
            name));
      }
      before = std::move(*current);
      if (would_lose_bytes(before, content)) {
        return tool_error(fmt::format(
            "{} is not UTF-8: U+FFFD stands for bytes that read could not show, and would be "
            "written in their place. Change only the other lines, with edit, or use a command "
            "(sed, iconv).",
            name));
      }
      // Models write LF; the file stays as it was.
      if (all_lines_end_with_crlf(before) && content.find('\r') == std::string::npos) {
        content = with_crlf(content);
      }
      if (before.starts_with(byte_order_mark) && !content.starts_with(byte_order_mark)) {
        content.insert(0, byte_order_mark);
      }
    }
    if (const auto written = write_file_atomically(*path, content); !written) {
      return tool_error(written.error().message);
    }
    seen_.note(*path, content);
    return {.text = fmt::format("{} written ({} bytes).", name, content.size()),
            .is_error = false,
            .diff = unified_diff(name, before, content)};
  }

 private:
  const Folder& folder_;
  SeenFiles& seen_;
  chat::Tool description_{
      .name = "write",
      .description = "Create a file, or replace all of it.",
      .input_schema = object_schema({{"path", "string", ""}, {"content", "string", ""}}),
      .type = {},
      .extra = {}};
};

}  // namespace

std::unique_ptr<Tool> make_write_tool(const Folder& folder, SeenFiles& seen) {
  return std::make_unique<WriteTool>(folder, seen);
}

}  // namespace hearth::agent
