#include "hearth/agent/commands/slash_commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "hearth/agent/commands/built_in_commands.h"
#include "hearth/agent/context/custom_files.h"
#include "hearth/agent/context/front_matter.h"
#include "hearth/agent/folder.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/session/session.h"

namespace hearth::agent {
namespace {

constexpr std::size_t most_command_bytes = 100'000;

struct BuiltInCommand {
  std::string_view name;
  std::string_view arguments;
  std::string_view description;
  void (*run)(Session&, std::string_view arguments, const std::stop_token& stop);
};

void show_help(Session& session, std::string_view, const std::stop_token&) {
  for (const CommandSummary& command : list_commands(session.folder().root(), session.sources())) {
    say(session, fmt::format("  /{:<20} {}", fmt::format("{} {}", command.name, command.arguments),
                             command.description));
  }
}

constexpr std::array built_in_commands{
    BuiltInCommand{"help", "", "These commands", &show_help},
    BuiltInCommand{"undo", "", "Take back what the last run changed in files", &undo_changes},
    BuiltInCommand{"diff", "", "What the last run changed in files", &show_changes},
    BuiltInCommand{"rewind", "[N]", "Forget the last N tasks; files stay", &rewind_tasks},
    BuiltInCommand{"compact", "[WISH]", "Make the conversation shorter", &compact_conversation},
    BuiltInCommand{"context", "", "What fills the model's window", &show_context},
    BuiltInCommand{"cost", "", "What was read, reused and written", &show_cost},
    BuiltInCommand{"cache", "", "What the server keeps", &show_cache},
    BuiltInCommand{"model", "[NAME]", "The model, or another one", &show_or_set_model},
    BuiltInCommand{"permissions", "[MODE]", "What may be done without asking",
                   &show_or_set_permissions},
    BuiltInCommand{"plan", "", "Only read and plan, or back", &switch_plan_mode},
    BuiltInCommand{"mcp", "", "The MCP servers and their tools", &show_mcp_servers},
    BuiltInCommand{"agents", "", "The subagents that tasks can be given to", &show_agents},
    BuiltInCommand{"doctor", "", "What works here, and what does not", &show_doctor},
    BuiltInCommand{"resume", "", "Earlier sessions in this folder", &show_sessions},
    BuiltInCommand{"export", "[FILE]", "Write the conversation as Markdown or HTML",
                   &export_conversation},
    BuiltInCommand{"quit", "", "End", nullptr},
};

/// The text of a command of the user's own, with the arguments in it; nothing if there is none of
/// that name, or it cannot be read, which is told.
std::optional<std::string> custom_task(Session& session, std::string_view name,
                                       std::string_view arguments) {
  for (const CustomFile& file :
       find_custom_files(session.folder().root(), CustomKind::command, session.sources())) {
    if (file.name != name) continue;
    const auto text = read_text_file(file.file, file.file.string(), most_command_bytes);
    if (text) return with_arguments(parse_front_matter(*text).body, arguments);
    say(session, text.error().message);
    return std::nullopt;
  }
  say(session, fmt::format("There is no command /{}; /help lists them.", name));
  return std::nullopt;
}

}  // namespace

std::vector<CommandSummary> list_commands(const std::filesystem::path& folder,
                                          const SettingSources& sources) {
  std::vector<CommandSummary> commands;
  commands.reserve(built_in_commands.size());
  for (const BuiltInCommand& command : built_in_commands) {
    commands.push_back({std::string(command.name), std::string(command.arguments),
                        std::string(command.description)});
  }
  for (const CustomFile& file : find_custom_files(folder, CustomKind::command, sources)) {
    const auto text = read_text_file(file.file, file.file.string(), most_command_bytes);
    const FrontMatter parsed = text ? parse_front_matter(*text) : FrontMatter();
    commands.push_back({file.name, parsed.field("argument-hint"), parsed.field("description")});
  }
  return commands;
}

SlashResult run_slash_command(Session& session, std::string_view line,
                              const std::stop_token& stop) {
  using Kind = SlashResult::Kind;
  line = trimmed(line);
  const std::size_t space = std::min(line.find(' '), line.size());
  const std::string_view name = line.substr(std::min<std::size_t>(1, line.size()), space - 1);
  // A path is no command.
  if (!line.starts_with('/') || name.find('/') != std::string_view::npos) {
    return {.kind = Kind::no_command};
  }
  const std::string_view arguments = trimmed(line.substr(space));
  const auto command = std::ranges::find(built_in_commands, name, &BuiltInCommand::name);
  if (command == built_in_commands.end()) {
    auto task = custom_task(session, name, arguments);
    if (!task) return {};
    return {.kind = Kind::task, .task = std::move(*task)};
  }
  if (command->run == nullptr) return {.kind = Kind::ended};
  command->run(session, arguments, stop);
  return {};
}

Outcome run_line(Session& session, const std::string& line, const std::stop_token& stop,
                 const std::function<Outcome(const std::string& task)>& work) {
  const SlashResult result = run_slash_command(session, line, stop);
  if (result.kind == SlashResult::Kind::no_command) return work(line);
  if (result.kind == SlashResult::Kind::task) return work(result.task);
  Outcome outcome;
  outcome.session_id = session.id();
  session.output().finished(outcome);
  return outcome;
}

}  // namespace hearth::agent
