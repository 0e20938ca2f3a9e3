#include "hearth/agent/task_tool.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "hearth/agent/plain_text.h"
#include "hearth/agent/reach_server.h"
#include "hearth/agent/subagents.h"
#include "hearth/agent/tool_schema.h"
#include "hearth/agent/tool_style.h"

namespace hearth::agent {
namespace {

constexpr int max_turns = 40;
/// Shows a subagent's calls as lines of the session's.
class SubOutput final : public Output {
 public:
  SubOutput(Output& output, std::string name) : output_(output), name_(std::move(name)) {}

  void session(const SessionInfo&) override {}
  void status(std::string_view line) override { tell(line); }
  void progress(std::string_view) override {}
  void text(std::string_view) override {}
  void message(const chat::Message&, const chat::Usage&) override {}
  void tool_call(const ShownCall& call) override {
    const auto lines = lines_of(call.subject);
    tell(fmt::format("{} {}", call.name, lines.empty() ? "" : lines.front()));
  }
  void tool_result(const chat::ToolResultBlock&, const ToolResult&) override {}
  void diff(std::string_view) override {}
  void finished(const Outcome&) override {}

 private:
  void tell(std::string_view line) { output_.status(fmt::format("  {}: {}", name_, line)); }

  Output& output_;
  std::string name_;
};

class TaskTool final : public Tool {
 public:
  TaskTool(const Workplace& workplace, TaskFrom from) : work_(workplace), from_(from) {}

  const chat::Tool& description() const override { return description_; }
  Access access() const override { return Access::read; }
  std::string subject(const json::object& arguments) const override {
    return std::string(find_string(arguments, "prompt").value_or(""));
  }

  ToolResult run(const json::object& arguments, const std::stop_token& stop) override {
    if (from_ == TaskFrom::subagent) {
      return tool_error("a subagent cannot start another; do it yourself");
    }
    const std::string name(given_string(arguments, "agent").value_or("general"));
    const auto agents = subagents_for(work_.folder, work_.sources, work_.subagents);
    const auto agent = std::ranges::find(agents, name, &Subagent::name);
    if (agent == agents.end()) {
      std::string names;
      for (const Subagent& one : agents) names += (names.empty() ? "" : ", ") + one.name;
      return tool_error(fmt::format("there is no agent \"{}\"; there are: {}", name, names));
    }
    auto log = SessionLog::create(work_.log.path().parent_path() / "subagents");
    if (!log) return tool_error(log.error().message);
    log->append("subagent", {{"of", work_.log.id()}, {"agent", name}});
    return run_in(*log, *agent, arguments, stop);
  }

 private:
  ToolResult run_in(SessionLog& log, const Subagent& agent, const json::object& arguments,
                    const std::stop_token& stop) const {
    SubOutput output(work_.output, agent.name);
    Conversation conversation(log);
    if (find_bool(arguments, "fork").value_or(false)) {
      std::vector<chat::Message> so_far = work_.conversation.messages();
      // The answer that made this call has no results yet.
      if (!so_far.empty() && so_far.back().role == chat::Role::assistant) so_far.pop_back();
      conversation.replace(std::move(so_far), "fork of " + work_.log.id());
    }
    Permissions reading(
        PermissionMode::plan, {},
        {.rules = work_.permissions.rules(), .folder = work_.folder.root(), .sandboxed = {}});
    Shell shell(work_.folder, work_.sandbox, work_.environment);
    const auto tools = work_.make_tools(shell);
    Workplace place{.server = work_.server,
                    .folder = work_.folder,
                    .output = output,
                    .permissions = agent.only_reads ? reading : work_.permissions,
                    .log = log,
                    .tools = *tools,
                    .conversation = conversation,
                    .hooks = work_.hooks,
                    .before_change = work_.before_change,
                    .model = model_for(agent),
                    .profile = work_.profile,
                    .max_turns = max_turns,
                    .system_prompt = work_.system_prompt,
                    .append_system_prompt = work_.append_system_prompt,
                    .sandbox = work_.sandbox,
                    .environment = work_.environment,
                    .trial_sandbox = {},
                    .only_tools = agent.tools,
                    .is_subagent = true,
                    .sources = work_.sources,
                    .subagents = {},
                    .check = {},
                    .mending = work_.mending,
                    .max_tokens = work_.max_tokens,
                    .max_thinking = work_.max_thinking,
                    .start_server_again = work_.start_server_again,
                    .diagnose = work_.diagnose};
    // As the session's own: with another prompt a fork would be read anew.
    const bool native = work_.calling ? *work_.calling == Calling::native
                                      : work_.profile.style == StyleName::native;
    std::string prompt = agent.instructions;
    if (!prompt.empty()) prompt += "\n\n";
    prompt += subject(arguments);
    const auto style = make_tool_style(place, native ? Calling::native : Calling::forced);
    const Outcome outcome = style->run(prompt, stop);
    work_.hooks.run("SubagentStop", agent.name, {{"stop_hook_active", false}}, stop);
    std::string text = outcome.text.empty() ? "(no report)" : outcome.text;
    return {.text = std::move(text),
            .is_error = !outcome.good(),
            .diff = {},
            .loads = {},
            .requests = outcome.requests,
            .usage = outcome.usage};
  }

  std::string model_for(const Subagent& agent) const {
    if (agent.model.empty()) return work_.model;
    if (!offered_model(work_.server, agent.model).id.empty()) return agent.model;
    work_.output.status(fmt::format("{}: there is no model {}; the session's works instead.",
                                    agent.name, agent.model));
    return work_.model;
  }

  const Workplace& work_;
  TaskFrom from_;
  chat::Tool description_{
      .name = std::string(task_tool_name),
      .description = "Give a task to a subagent; several at once run side by side.",
      .input_schema = object_schema({{"prompt", "string", ""},
                                     {"agent", "string", "explore, review, general, …", false},
                                     {"fork", "boolean", "it knows this conversation", false}}),
      .type = {},
      .extra = {}};
};

}  // namespace

std::unique_ptr<Tool> make_task_tool(const Workplace& workplace, TaskFrom from) {
  return std::make_unique<TaskTool>(workplace, from);
}

}  // namespace hearth::agent
