#include "hearth/agent/subagents.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "hearth/agent/comma_separated.h"
#include "hearth/agent/context/custom_files.h"
#include "hearth/agent/context/front_matter.h"
#include "hearth/agent/plain_text.h"
#include "hearth/base/lower_case.h"
#include "hearth/base/utf8.h"

namespace hearth::agent {
namespace {

constexpr std::size_t max_agent_file = 60'000;

std::vector<Subagent> built_in_subagents() {
  return {
      {"explore", "finds things in the code and reports where they are",
       "Find out what is asked, by reading. Report what you found with paths and line numbers, "
       "briefly.",
       true},
      {"review", "reads code for faults and reports them",
       "Read what is named with the eyes of a careful reviewer. Report each fault with its path "
       "and line, the worst first; say so if there is none.",
       true},
      {"general", "does a part of the work", "", false}};
}

/// Whether a list of tools, as the agents' files name them, changes nothing.
bool names_only_readers(const std::string& tools) {
  if (tools.empty()) return false;
  static constexpr std::array changing{"edit", "write", "bash", "multiedit", "task", "*"};
  const std::string lower = in_lower_case(tools);
  return std::ranges::none_of(
      changing, [&](const char* name) { return lower.find(name) != std::string::npos; });
}

/// "Read, Bash(git:*)" as the names of tools.
std::vector<std::string> names_in(std::string_view list) {
  std::vector<std::string> names;
  for (const std::string_view item : comma_separated(list)) {
    const std::string_view name = trimmed(item.substr(0, item.find('(')));
    if (name == "*") return {};
    if (!name.empty()) names.emplace_back(name);
  }
  return names;
}

/// Claude Code's short names are of models that are not here.
std::string model_of(const std::string& name) {
  static constexpr std::array elsewhere{"inherit", "sonnet", "opus", "haiku"};
  return std::ranges::find(elsewhere, name) == elsewhere.end() ? name : "";
}

/// The given ones and those of files; the latter are read anew, since they may change.
std::vector<Subagent> further_subagents(const Folder& folder, const SettingSources& sources,
                                        const std::vector<Subagent>& given) {
  std::vector<Subagent> agents = given;
  for (const CustomFile& file : find_custom_files(folder.root(), CustomKind::agent, sources)) {
    const auto text = read_text_file(file.file, file.file.string(), max_agent_file);
    if (!text) continue;
    const FrontMatter parsed = parse_front_matter(to_valid_utf8(*text));
    std::string name = parsed.field("name");
    if (name.empty()) name = file.name;
    if (std::ranges::find(agents, name, &Subagent::name) != agents.end()) continue;
    agents.push_back({std::move(name), parsed.field("description"),
                      std::string(trimmed(parsed.body)), names_only_readers(parsed.field("tools")),
                      names_in(parsed.field("tools")), model_of(parsed.field("model"))});
  }
  return agents;
}

/// A list of names as agents' files write it. Errors: config.
Result<std::string> list_in(const json::object& definition, std::string_view agent) {
  const json::value* tools = find(definition, "tools");
  if (tools == nullptr) return {};
  std::string list;
  const json::array* names = tools->if_array();
  for (const json::value& name : names == nullptr ? json::array{*tools} : *names) {
    if (!name.is_string()) {
      return fail(ErrorKind::config,
                  fmt::format("--agents: {}.tools: expected the names of tools", agent));
    }
    list += (list.empty() ? "" : ",") + std::string(name.get_string());
  }
  return list;
}

}  // namespace

std::vector<Subagent> subagents_for(const Folder& folder, const SettingSources& sources,
                                    const std::vector<Subagent>& given) {
  std::vector<Subagent> agents = further_subagents(folder, sources, given);
  for (Subagent& agent : built_in_subagents()) {
    const bool known = std::ranges::find(agents, agent.name, &Subagent::name) != agents.end();
    if (!known) agents.push_back(std::move(agent));
  }
  return agents;
}

std::string subagents_note(const Folder& folder, const SettingSources& sources,
                           const std::vector<Subagent>& given) {
  constexpr std::size_t max_description = 200;
  std::string note;
  for (const Subagent& agent : further_subagents(folder, sources, given)) {
    note += fmt::format("- {}: {}\n", agent.name, utf8_prefix(agent.description, max_description));
  }
  return note.empty() ? note : "Further agents for task:\n" + note;
}

Result<std::vector<Subagent>> parse_subagents(const json::object& definitions) {
  std::vector<Subagent> agents;
  for (const auto& [key, value] : definitions) {
    const std::string_view name = key;
    const json::object* definition = value.if_object();
    const auto prompt = definition == nullptr ? std::nullopt : find_string(*definition, "prompt");
    if (!prompt) {
      return fail(ErrorKind::config,
                  fmt::format("--agents: {}: expected an object with \"description\" and "
                              "\"prompt\"",
                              name));
    }
    const auto tools = list_in(*definition, name);
    if (!tools) return std::unexpected(tools.error());
    agents.push_back({std::string(name),
                      std::string(find_string(*definition, "description").value_or("")),
                      std::string(trimmed(*prompt)), names_only_readers(*tools), names_in(*tools),
                      model_of(std::string(find_string(*definition, "model").value_or("")))});
  }
  return agents;
}

}  // namespace hearth::agent
