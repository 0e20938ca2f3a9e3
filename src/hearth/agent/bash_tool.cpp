#include "hearth/agent/bash_tool.h"

#include <fmt/format.h>

#include <algorithm>

#include "hearth/agent/plain_text.h"
#include "hearth/agent/process.h"
#include "hearth/agent/tool_schema.h"

namespace hearth::agent {
namespace {

constexpr std::int64_t default_seconds = 120;
constexpr std::int64_t max_seconds = 600;
constexpr std::size_t max_result_bytes = 12'000;

class BashTool final : public Tool {
 public:
  explicit BashTool(const Folder& folder) : folder_(folder) {}

  const chat::Tool& description() const override { return description_; }
  Access access() const override { return Access::execute; }
  std::string subject(const json::object& arguments) const override {
    return std::string(find_string(arguments, "command").value_or(""));
  }

  ToolResult run(const json::object& arguments, const std::stop_token& stop) override {
    const std::int64_t seconds = std::clamp<std::int64_t>(
        find_int(arguments, "timeout").value_or(default_seconds), 1, max_seconds);
    const auto result = run_command({.line = subject(arguments),
                                     .folder = folder_.root(),
                                     .timeout = std::chrono::seconds(seconds)},
                                    stop);
    if (!result) return tool_error(result.error().message);
    std::string text = trimmed_in_the_middle(result->output, max_result_bytes);
    if (!text.empty() && !text.ends_with('\n')) text += '\n';
    switch (result->end) {
      case CommandResult::End::timed_out:
        return tool_error(fmt::format(
            "{}The command was ended after {} s. It may wait for input, which it cannot get, or "
            "never end; use another command or a longer timeout (at most {} s).",
            text, seconds, max_seconds));
      case CommandResult::End::cancelled: return tool_error(text + "The user interrupted this.");
      case CommandResult::End::exited: break;
    }
    if (result->exit_code != 0) text += fmt::format("(exit code {})", result->exit_code);
    if (text.empty()) text = "(no output)";
    return {.text = std::move(text), .is_error = result->exit_code != 0, .diff = {}};
  }

 private:
  const Folder& folder_;
  chat::Tool description_{.name = "bash",
                          .description = "Run a shell command in the folder. It gets no input.",
                          .input_schema = object_schema({{"command", "string", ""},
                                                         {"timeout", "integer", "seconds", false}}),
                          .type = {},
                          .extra = {}};
};

}  // namespace

std::unique_ptr<Tool> make_bash_tool(const Folder& folder) {
  return std::make_unique<BashTool>(folder);
}

}  // namespace hearth::agent
