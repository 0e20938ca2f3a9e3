#include "hearth/agent/commands/slash_commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <string>

#include "hearth/agent/commands/export.h"
#include "hearth/agent/context/custom_files.h"
#include "hearth/agent/context/front_matter.h"
#include "hearth/agent/interrupt.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/session/message_json.h"
#include "hearth/agent/session/session.h"
#include "hearth/base/file.h"
#include "hearth/base/json.h"
#include "hearth/base/log.h"
#include "hearth/wire/anthropic_encode.h"

namespace hearth::agent {
namespace {

struct SlashCommand {
  std::string_view name;
  std::string_view arguments;
  std::string_view description;
  SlashResult (*run)(Session&, std::string_view arguments);
};

void say(Session& session, std::string_view text) {
  for (const std::string_view line : lines_of(text)) session.output().status(line);
}

SlashResult help(Session& session, std::string_view);

SlashResult quit(Session&, std::string_view) {
  return SlashResult::ended;
}

SlashResult undo(Session& session, std::string_view) {
  const auto undone = session.undo();
  if (!undone) {
    say(session, undone.error().message);
  } else if (undone->empty()) {
    say(session, "No file has changed since.");
  } else {
    say(session,
        "These files are as they were before the last run (a second /undo brings the "
        "changes back):");
    for (const std::string& name : *undone) say(session, "  " + name);
  }
  return SlashResult::done;
}

SlashResult diff(Session& session, std::string_view) {
  const auto changes = session.diff();
  if (!changes) {
    say(session, changes.error().message);
  } else if (changes->empty()) {
    say(session, "No file has changed since.");
  } else {
    session.output().diff(*changes);
  }
  return SlashResult::done;
}

SlashResult compact_now(Session& session, std::string_view wish) {
  std::stop_source stop;
  const InterruptWatch watch(stop, InterruptWatch::Keys::watched);
  session.output().progress("making the conversation shorter");
  const auto compacted = session.make_shorter(std::string(wish), stop.get_token());
  say(session, compacted ? compacted->summary : compacted.error().message);
  return SlashResult::done;
}

SlashResult rewind_tasks(Session& session, std::string_view arguments) {
  std::size_t count = 1;
  if (!arguments.empty()) {
    const auto number = parse_json(arguments);
    if (!number || !number->is_int64() || number->get_int64() < 1) {
      say(session, "/rewind takes how many tasks to go back, such as /rewind 2.");
      return SlashResult::done;
    }
    count = static_cast<std::size_t>(number->get_int64());
  }
  const std::size_t before = session.conversation().messages().size();
  session.rewind(count);
  say(session, fmt::format("{} messages fewer. The files are as they are; /undo changes them back.",
                           before - session.conversation().messages().size()));
  return SlashResult::done;
}

/// The tokens of a request as the server counts them; nothing if it does not.
std::optional<std::int64_t> counted(const Server& server, const chat::Request& request) {
  constexpr std::chrono::seconds patience{10};
  json::object body = wire::encode_messages_request(request);
  body.erase("max_tokens");
  body.erase("stream");
  const auto reply = http_post(server, "/v1/messages/count_tokens",
                               to_json(json::value(std::move(body))), patience);
  if (!reply || reply->status != 200) return std::nullopt;
  const auto value = parse_json(reply->body);
  if (!value || !value->is_object()) return std::nullopt;
  return find_int(value->get_object(), "input_tokens");
}

SlashResult context(Session& session, std::string_view) {
  // An empty conversation cannot be counted.
  const chat::Message least{.role = chat::Role::user,
                            .content = {chat::TextBlock{.text = "x", .extra = {}}}};
  chat::Request all = session.request();
  if (all.messages.size() == 1) all.messages.push_back(least);
  const auto total = counted(session.server(), all);
  if (!total) {
    say(session, "The server does not count tokens.");
    return SlashResult::done;
  }
  chat::Request part = all;
  part.messages.resize(1);
  part.messages.push_back(least);
  const auto opening = counted(session.server(), part);
  part.tools.clear();
  part.tool_choice = {};
  const auto system = counted(session.server(), part);
  const auto row = [&](std::string_view what, std::int64_t tokens) {
    const int width =
        session.window() > 0 ? static_cast<int>(30 * tokens / std::max(session.window(), 1)) : 0;
    say(session, fmt::format("  {:<14} {:>8}  {}", what, tokens,
                             std::string(static_cast<std::size_t>(std::clamp(width, 0, 30)), '#')));
  };
  say(session,
      session.window() > 0
          ? fmt::format("{} of {} tokens:", *total, session.window())
          : fmt::format("{} tokens (the server does not tell the model's window):", *total));
  if (opening && system) {
    row("system prompt", *system);
    row("tools", *opening - *system);
    row("conversation", std::max<std::int64_t>(0, *total - *opening));
  }
  return SlashResult::done;
}

SlashResult cost(Session& session, std::string_view) {
  const chat::Usage& usage = session.usage();
  const int computed = usage.prompt_tokens - usage.reused_tokens;
  say(session,
      fmt::format(
          "{} requests. Read: {} tokens, of which {} were reused and {} computed ({:.1f} %). "
          "Written: {} tokens.",
          session.turns(), usage.prompt_tokens, usage.reused_tokens, computed,
          100.0 * computed / std::max(usage.prompt_tokens, 1), usage.output_tokens));
  return SlashResult::done;
}

SlashResult cache(Session& session, std::string_view) {
  constexpr std::chrono::seconds patience{5};
  const auto reply = http_get(session.server(), "/cache", patience);
  const auto value =
      reply && reply->status == 200 ? parse_json(reply->body) : Result<json::value>(json::value());
  const json::array* models =
      value && value->is_object() ? find_array(value->get_object(), "models") : nullptr;
  if (models == nullptr) {
    say(session, "The server does not tell what it keeps.");
    return SlashResult::done;
  }
  for (const json::value& item : *models) {
    if (item.is_object()) say(session, session.needs().cache_table(item.get_object()));
  }
  return SlashResult::done;
}

SlashResult model(Session& session, std::string_view name) {
  if (!name.empty()) session.set_model(std::string(name));
  say(session, fmt::format("The model is {}.",
                           session.model().empty() ? "the server's first" : session.model()));
  constexpr std::chrono::seconds patience{5};
  if (!name.empty()) return SlashResult::done;
  const auto reply = http_get(session.server(), "/v1/models", patience);
  const auto value =
      reply && reply->status == 200 ? parse_json(reply->body) : Result<json::value>(json::value());
  const json::array* models =
      value && value->is_object() ? find_array(value->get_object(), "data") : nullptr;
  if (models == nullptr) return SlashResult::done;
  say(session, "There are (/model NAME changes):");
  for (const json::value& item : *models) {
    if (const auto id = item.is_object() ? find_string(item.get_object(), "id") : std::nullopt) {
      say(session, fmt::format("  {}", *id));
    }
  }
  return SlashResult::done;
}

SlashResult permissions(Session& session, std::string_view name) {
  if (!name.empty()) {
    const auto mode = parse_permission_mode(name);
    if (!mode) {
      say(session, fmt::format("There is no mode \"{}\"; it is default, acceptEdits, plan or "
                               "bypassPermissions.",
                               name));
      return SlashResult::done;
    }
    session.set_mode(*mode);
  }
  say(session, fmt::format("The permission mode is {}.", to_string(session.mode())));
  for (const PermissionRule& rule : session.settings().rules.all()) {
    say(session, fmt::format("  {}", rule.text));
  }
  say(session, session.shell().sandboxed() ? "Commands run in a sandbox."
                                           : fmt::format("Commands run without a sandbox: {}.",
                                                         session.shell().why_not_sandboxed()));
  return SlashResult::done;
}

SlashResult plan(Session& session, std::string_view) {
  const bool planning = session.mode() == PermissionMode::plan;
  return permissions(session, planning ? "default" : "plan");
}

SlashResult mcp(Session& session, std::string_view) {
  const auto states = session.mcp().states();
  if (states.empty()) say(session, "No MCP server is configured (.mcp.json).");
  for (const McpServers::State& state : states) {
    say(session,
        fmt::format("  {:<20} {}", state.name,
                    state.problem.empty() ? fmt::format("{} tools", state.tools) : state.problem));
  }
  return SlashResult::done;
}

SlashResult sessions(Session& session, std::string_view) {
  const auto all = list_sessions(sessions_dir(), session.folder().root());
  say(session, "Sessions in this folder; `hearth --resume ID` goes on with one:");
  for (const SessionSummary& summary : all) {
    constexpr std::size_t most_title = 60;
    const auto lines = lines_of(summary.title);
    say(session, fmt::format("  {}  {}{}", summary.id,
                             lines.empty() ? "" : lines.front().substr(0, most_title),
                             summary.id == session.id() ? "  (this one)" : ""));
  }
  return SlashResult::done;
}

SlashResult export_to(Session& session, std::string_view name) {
  const std::string file = name.empty() ? fmt::format("{}.md", session.id()) : std::string(name);
  const bool html = file.ends_with(".html") || file.ends_with(".htm");
  const std::string text = html ? as_html(session.conversation().messages(), session.id())
                                : as_markdown(session.conversation().messages(), session.id());
  const std::filesystem::path path = session.folder().root() / file;
  const auto written = write_file_atomically(path, text);
  say(session, written ? fmt::format("Written to {}.", path.string()) : written.error().message);
  return SlashResult::done;
}

constexpr std::array built_in_commands{
    SlashCommand{"help", "", "These commands", &help},
    SlashCommand{"undo", "", "Take back what the last run changed in files", &undo},
    SlashCommand{"diff", "", "What the last run changed in files", &diff},
    SlashCommand{"rewind", "[N]", "Forget the last N tasks; files stay", &rewind_tasks},
    SlashCommand{"compact", "[WISH]", "Make the conversation shorter", &compact_now},
    SlashCommand{"context", "", "What fills the model's window", &context},
    SlashCommand{"cost", "", "What was read, reused and written", &cost},
    SlashCommand{"cache", "", "What the server keeps", &cache},
    SlashCommand{"model", "[NAME]", "The model, or another one", &model},
    SlashCommand{"permissions", "[MODE]", "What may be done without asking", &permissions},
    SlashCommand{"plan", "", "Only read and plan, or back", &plan},
    SlashCommand{"mcp", "", "The MCP servers and their tools", &mcp},
    SlashCommand{"resume", "", "Earlier sessions in this folder", &sessions},
    SlashCommand{"export", "[FILE]", "Write the conversation as Markdown or HTML", &export_to},
    SlashCommand{"quit", "", "End", &quit},
};

/// Runs a command of the user's own: its text, with the arguments in it, is the task. False if
/// there is none of that name.
bool run_custom(Session& session, std::string_view name, std::string_view arguments) {
  constexpr std::size_t most_bytes = 100'000;
  for (const CustomFile& file : find_custom_files(session.folder().root(), CustomKind::command)) {
    if (file.name != name) continue;
    const auto text = read_text_file(file.file, file.file.string(), most_bytes);
    if (!text) {
      say(session, text.error().message);
    } else {
      session.run(with_arguments(parse_front_matter(*text).body, arguments));
    }
    return true;
  }
  return false;
}

SlashResult help(Session& session, std::string_view) {
  for (const SlashCommand& command : built_in_commands) {
    say(session, fmt::format("  /{:<20} {}", fmt::format("{} {}", command.name, command.arguments),
                             command.description));
  }
  constexpr std::size_t most_bytes = 100'000;
  for (const CustomFile& file : find_custom_files(session.folder().root(), CustomKind::command)) {
    const auto text = read_text_file(file.file, file.file.string(), most_bytes);
    const FrontMatter parsed = text ? parse_front_matter(*text) : FrontMatter();
    say(session,
        fmt::format("  /{:<20} {}", fmt::format("{} {}", file.name, parsed.field("argument-hint")),
                    parsed.field("description")));
  }
  return SlashResult::done;
}

}  // namespace

SlashResult run_slash_command(Session& session, std::string_view line) {
  line = trimmed(line);
  if (!line.starts_with('/')) return SlashResult::no_command;
  const std::size_t space = std::min(line.find(' '), line.size());
  const std::string_view name = line.substr(1, space - 1);
  // A path is no command.
  if (name.find('/') != std::string_view::npos) return SlashResult::no_command;
  const auto command = std::ranges::find(built_in_commands, name, &SlashCommand::name);
  if (command == built_in_commands.end() &&
      run_custom(session, name, trimmed(line.substr(space)))) {
    return SlashResult::done;
  }
  if (command == built_in_commands.end()) {
    say(session, fmt::format("There is no command /{}; /help lists them.", name));
    return SlashResult::done;
  }
  return command->run(session, trimmed(line.substr(space)));
}

}  // namespace hearth::agent
