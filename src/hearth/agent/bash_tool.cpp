#include "hearth/agent/bash_tool.h"

#include <fmt/format.h>

#include <algorithm>

#include "hearth/agent/plain_text.h"
#include "hearth/agent/tool_schema.h"

namespace hearth::agent {
namespace {

constexpr std::int64_t default_seconds = 120;
constexpr std::int64_t max_seconds = 600;
constexpr std::size_t most_output_bytes = 12'000;

class BashTool final : public Tool {
 public:
  explicit BashTool(Shell& shell) : shell_(shell) {}

  const chat::Tool& description() const override { return description_; }
  Access access() const override { return Access::execute; }
  std::string subject(const json::object& arguments) const override {
    return std::string(find_string(arguments, "command").value_or(""));
  }
  std::filesystem::path folder() const override { return shell_.working_folder(); }

  ToolResult run(const json::object& arguments, const std::stop_token& stop) override {
    if (find_bool(arguments, "background").value_or(false)) return begin(subject(arguments));
    const std::int64_t seconds = std::clamp<std::int64_t>(
        given_int(arguments, "timeout").value_or(default_seconds), 1, max_seconds);
    const auto ran = shell_.run(subject(arguments), std::chrono::seconds(seconds), stop);
    if (!ran) return tool_error(ran.error().message);
    const CommandResult& result = ran->result;
    std::string text = trimmed_in_the_middle(result.output, most_output_bytes);
    if (!text.empty() && !text.ends_with('\n')) text += '\n';
    if (result.cut || result.output.size() > most_output_bytes) {
      text += fmt::format("(all of the output is in {})\n", ran->output_file);
    }
    switch (result.end) {
      case CommandResult::End::timed_out:
        return tool_error(fmt::format(
            "{}The command was ended after {} s. It may wait for input, which it cannot get, or "
            "never end; use another command, a longer timeout (at most {} s) or background.",
            text, seconds, max_seconds));
      case CommandResult::End::cancelled: return tool_error(text + "The user interrupted this.");
      case CommandResult::End::exited: break;
    }
    if (result.exit_code != 0) text += fmt::format("(exit code {})", result.exit_code);
    if (!ran->hint.empty()) text += "\n" + ran->hint;
    if (ran->left_folder) text += "(the next command begins in the session's folder again)";
    if (text.empty()) text = "(no output)";
    return {.text = std::move(text), .is_error = result.exit_code != 0, .diff = {}};
  }

 private:
  ToolResult begin(const std::string& line) {
    const auto number = shell_.start(line);
    if (!number) return tool_error(number.error().message);
    return {
        .text = fmt::format("Runs in the background as job {}; see its output with job.", *number),
        .is_error = false,
        .diff = {}};
  }

  Shell& shell_;
  chat::Tool description_{
      .name = "bash",
      .description = "Run a shell command. It gets no input. cd lasts.",
      .input_schema = object_schema({{"command", "string", ""},
                                     {"timeout", "integer", "seconds", false},
                                     {"background", "boolean", "for servers", false}}),
      .type = {},
      .extra = {}};
};

class JobTool final : public Tool {
 public:
  explicit JobTool(Shell& shell) : shell_(shell) {}

  const chat::Tool& description() const override { return description_; }
  Access access() const override { return Access::read; }
  std::string subject(const json::object& arguments) const override {
    return fmt::format("{}", find_int(arguments, "number").value_or(0));
  }

  ToolResult run(const json::object& arguments, const std::stop_token&) override {
    const auto number = static_cast<int>(find_int(arguments, "number").value_or(0));
    if (find_bool(arguments, "end").value_or(false)) shell_.end_job(number);
    const auto job = shell_.job(number);
    if (!job) {
      return tool_error(fmt::format(
          "there is no job {}; bash with background starts one and gives its number", number));
    }
    std::string text = job->output;
    if (!text.empty() && !text.ends_with('\n')) text += '\n';
    text += job->running ? "(still running)" : fmt::format("(ended, exit code {})", job->exit_code);
    return {.text = std::move(text), .is_error = false, .diff = {}};
  }

 private:
  Shell& shell_;
  chat::Tool description_{.name = "job",
                          .description = "Output of a background command.",
                          .input_schema = object_schema(
                              {{"number", "integer", ""}, {"end", "boolean", "end it", false}}),
                          .type = {},
                          .extra = {}};
};

}  // namespace

std::unique_ptr<Tool> make_bash_tool(Shell& shell) {
  return std::make_unique<BashTool>(shell);
}

std::unique_ptr<Tool> make_job_tool(Shell& shell) {
  return std::make_unique<JobTool>(shell);
}

}  // namespace hearth::agent
