#include "hearth/agent/todo_tool.h"

#include <fmt/format.h>

#include "hearth/agent/plain_text.h"
#include "hearth/agent/tool_schema.h"

namespace hearth::agent {
namespace {

class TodoTool final : public Tool {
 public:
  explicit TodoTool(Output& output) : output_(output) {}

  const chat::Tool& description() const override { return description_; }
  Access access() const override { return Access::read; }
  std::string subject(const json::object&) const override { return {}; }

  ToolResult run(const json::object& arguments, const std::stop_token&) override {
    const std::string list(find_string(arguments, "list").value_or(""));
    int open = 0;
    int done = 0;
    for (const std::string_view line : lines_of(list)) {
      const std::string_view item = trimmed(line);
      if (item.empty()) continue;
      const bool is_done = item.starts_with("[x]") || item.starts_with("- [x]");
      ++(is_done ? done : open);
      output_.status(fmt::format("  {}", item));
    }
    if (open + done == 0) return tool_error("the list is empty; write one step a line");
    return {
        .text = fmt::format("{} of {} done.", done, open + done), .is_error = false, .diff = {}};
  }

 private:
  Output& output_;
  chat::Tool description_{
      .name = "todo",
      .description = "Your plan for longer work: one step a line, [x] in front of those done.",
      .input_schema = object_schema({{"list", "string", ""}}),
      .type = {},
      .extra = {}};
};

}  // namespace

std::unique_ptr<Tool> make_todo_tool(Output& output) {
  return std::make_unique<TodoTool>(output);
}

}  // namespace hearth::agent
