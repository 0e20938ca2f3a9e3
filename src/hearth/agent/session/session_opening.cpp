// What a session tells at its beginning: the model of the folder, the output of itself.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <utility>

#include "hearth/agent/claude_code_names.h"
#include "hearth/agent/commands/slash_commands.h"
#include "hearth/agent/context/custom_files.h"
#include "hearth/agent/context/instructions.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/process.h"
#include "hearth/agent/session/session.h"
#include "hearth/agent/skill_tool.h"
#include "hearth/agent/subagents.h"

namespace hearth::agent {
namespace {

/// The branch; empty outside a repository.
std::string git_note(const Folder& folder) {
  constexpr std::chrono::seconds patience{5};
  // Nothing that looks at files: a filter in the folder's own settings of git would be run for it,
  // outside of the sandbox.
  const auto branch =
      run_command({.line = "git -c core.fsmonitor=false branch --show-current 2>/dev/null",
                   .folder = folder.root(),
                   .timeout = patience},
                  {});
  if (!branch || !branch->passed()) return {};
  const std::string_view name = trimmed(branch->output);
  return name.empty() ? "" : fmt::format("git: branch {}\n", name);
}

/// What is true at the beginning of a session and need not stay so.
std::string opening_note(const Folder& folder) {
  std::string further;
  for (const std::filesystem::path& path : folder.further()) {
    further += fmt::format("Also: {} (by absolute paths)\n", path.string());
  }
  return fmt::format("Folder: {}\n{}Today: {:%Y-%m-%d}\n{}", folder.root().string(), further,
                     fmt::localtime(std::time(nullptr)), git_note(folder));
}

}  // namespace

void Session::tell_mcp_problems() {
  for (const McpServers::State& state : mcp_.states()) {
    if (state.problem.empty()) continue;
    output_.status(fmt::format("MCP server {}: {}", state.name, state.problem));
  }
}

void Session::tell_missing_tools() {
  if (!options_.tools) return;
  for (const std::string& name : our_tool_names(*options_.tools)) {
    if (tools_.find(name) == nullptr) {
      output_.status(fmt::format("--tools: there is no tool {} here.", name));
    }
  }
}

void Session::begin_conversation(const std::stop_token& stop) {
  if (!conversation_.messages().empty() && !std::exchange(resumed_, false)) {
    return tell_surroundings();
  }
  const std::string_view source = conversation_.messages().empty() ? "startup" : "resume";
  const HookOutcome hooks = hooks_.run("SessionStart", source, {{"source", source}}, stop);
  for (const std::string& message : hooks.messages) output_.status(message);
  if (source == "startup" && !options_.measured) {
    tell_what_holds();
  }
  if (!hooks.context.empty()) conversation_.add_note(hooks.context);
  tell_surroundings();
}

void Session::tell_surroundings() {
  std::string note = opening_note(folder_);
  if (note == told_surroundings_) return;
  conversation_.add_note(note);
  told_surroundings_ = std::move(note);
}

void Session::tell_what_holds() {
  const Instructions instructions = load_instructions(folder_.root(), options_.sources);
  for (const std::string& problem : instructions.problems) output_.status(problem);
  for (std::string note : {instructions.text, mcp_.note(),
                           subagents_note(folder_, options_.sources, options_.subagents),
                           skills_note(folder_, options_.sources)}) {
    if (!note.empty()) conversation_.add_note(std::move(note));
  }
}

void Session::announce(StyleName style) {
  if (announced_ == style) return;
  announced_ = style;
  SessionInfo info{.id = log_.id(),
                   .folder = folder_.root().string(),
                   .model = workplace_.model.empty() ? "default" : workplace_.model,
                   .style = std::string(to_string(style)),
                   .permission_mode = std::string(to_string(permissions_.mode())),
                   .tools = {},
                   .window = window_};
  for (const chat::Tool& tool : tools_.descriptions()) info.tools.push_back(tool.name);
  if (!options_.measured) tell_what_there_is(info);
  log_.append("session", {{"id", info.id},
                          {"folder", info.folder},
                          {"model", info.model},
                          {"style", info.style},
                          {"permission_mode", info.permission_mode}});
  output_.session(info);
  tell_profile();
}

void Session::tell_what_there_is(SessionInfo& info) const {
  for (const McpServers::State& state : mcp_.states()) {
    info.mcp_servers.push_back({state.name, state.problem.empty()});
  }
  for (const CommandSummary& command : list_commands(folder_.root(), options_.sources)) {
    info.commands.push_back(command.name);
  }
  for (const Subagent& agent : subagents_for(folder_, options_.sources, options_.subagents)) {
    info.subagents.push_back(agent.name);
  }
  for (const CustomFile& skill :
       find_custom_files(folder_.root(), CustomKind::skill, options_.sources)) {
    info.skills.push_back(skill.name);
  }
}

void Session::tell_profile() {
  if (!profile_in_force_.own || options_.measured) return;
  output_.status(fmt::format("Profile: {}{}", own_profiles_file().string(),
                             profile_in_force_.measured.empty()
                                 ? ""
                                 : fmt::format(", measured on {}", profile_in_force_.measured)));
}

}  // namespace hearth::agent
