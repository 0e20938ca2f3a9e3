// Commands about the conversation, its files and what it may do.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "hearth/agent/commands/built_in_commands.h"
#include "hearth/agent/commands/export.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/session/session.h"
#include "hearth/base/file.h"
#include "hearth/base/json.h"

namespace hearth::agent {

void say(Session& session, std::string_view text) {
  for (const std::string_view line : lines_of(text)) session.output().status(line);
}

void undo_changes(Session& session, std::string_view, const std::stop_token&) {
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
}

void show_changes(Session& session, std::string_view, const std::stop_token&) {
  const auto changes = session.diff();
  if (!changes) {
    say(session, changes.error().message);
  } else if (changes->empty()) {
    say(session, "No file has changed since.");
  } else {
    session.output().diff(*changes);
  }
}

void compact_conversation(Session& session, std::string_view wish, const std::stop_token& stop) {
  session.output().progress("making the conversation shorter");
  const auto compacted = session.make_shorter(std::string(wish), stop);
  say(session, compacted ? compacted->summary : compacted.error().message);
}

void rewind_tasks(Session& session, std::string_view arguments, const std::stop_token&) {
  std::size_t count = 1;
  if (!arguments.empty()) {
    const auto number = parse_json(arguments);
    if (!number || !number->is_int64() || number->get_int64() < 1) {
      say(session, "/rewind takes how many tasks to go back, such as /rewind 2.");
      return;
    }
    count = static_cast<std::size_t>(number->get_int64());
  }
  const std::size_t before = session.conversation().messages().size();
  const auto& tasks = session.tasks();
  if (!tasks.empty()) session.rewind(tasks[tasks.size() - std::min(count, tasks.size())].messages);
  say(session, fmt::format("{} messages fewer. The files are as they are; /undo changes them back.",
                           before - session.conversation().messages().size()));
}

void show_or_set_permissions(Session& session, std::string_view name, const std::stop_token&) {
  if (!name.empty()) {
    const auto mode = parse_permission_mode(name);
    if (!mode) {
      say(session, fmt::format("There is no mode \"{}\"; it is default, acceptEdits, plan or "
                               "bypassPermissions.",
                               name));
      return;
    }
    session.set_mode(*mode);
  }
  say(session, fmt::format("The permission mode is {}.", to_string(session.mode())));
  for (const PermissionRule& rule : session.settings().rules.all()) {
    say(session, fmt::format("  {}", rule.text));
  }
  if (!session.shell().sandboxed()) {
    say(session,
        fmt::format("Commands run without a sandbox: {}.", session.shell().why_not_sandboxed()));
    return;
  }
  const SandboxSettings& sandbox = session.settings().sandbox;
  std::string network = sandbox.network ? "with network" : "without network";
  if (!sandbox.network && !sandbox.hosts.empty()) {
    network = fmt::format("with {} in reach", fmt::join(sandbox.hosts, ", "));
  }
  say(session, fmt::format("Commands run in a sandbox, {}.", network));
}

void switch_plan_mode(Session& session, std::string_view, const std::stop_token& stop) {
  const bool planning = session.mode() == PermissionMode::plan;
  show_or_set_permissions(session, planning ? "default" : "plan", stop);
}

void show_sessions(Session& session, std::string_view, const std::stop_token&) {
  const auto all = list_sessions(sessions_dir(), session.folder().root());
  say(session, "Sessions in this folder; `hearth --resume ID` goes on with one:");
  for (const SessionSummary& summary : all) {
    constexpr std::size_t most_title = 60;
    const auto lines = lines_of(summary.title);
    say(session, fmt::format("  {}  {}{}", summary.id,
                             lines.empty() ? "" : lines.front().substr(0, most_title),
                             summary.id == session.id() ? "  (this one)" : ""));
  }
}

void export_conversation(Session& session, std::string_view name, const std::stop_token&) {
  const std::string file = name.empty() ? fmt::format("{}.md", session.id()) : std::string(name);
  const bool html = file.ends_with(".html") || file.ends_with(".htm");
  // Also what the model no longer sees.
  const auto stored = load_session(sessions_dir(), session.id());
  const auto& messages = stored ? stored->said : session.conversation().messages();
  const std::string text =
      html ? as_html(messages, session.id()) : as_markdown(messages, session.id());
  const std::filesystem::path path = session.folder().root() / file;
  const auto written = write_file_atomically(path, text);
  say(session, written ? fmt::format("Written to {}.", path.string()) : written.error().message);
}

}  // namespace hearth::agent
