#include "hearth/agent/agent.h"

#include <fmt/format.h>

#include <cstdio>
#include <iostream>
#include <utility>

#include "hearth/agent/commands/slash_commands.h"
#include "hearth/agent/interrupt.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/session/session.h"
#include "hearth/base/xdg.h"

namespace hearth::agent {
namespace {

/// The session to go on with; nothing if a new one is wanted. Errors: not_found, io.
Result<std::optional<StoredSession>> session_before(const AgentOptions& options,
                                                    const Folder& folder) {
  std::string id = options.resume;
  if (id.empty()) {
    if (!options.go_on) return std::nullopt;
    const auto sessions = list_sessions(sessions_dir(), folder.root());
    if (sessions.empty()) {
      return fail(ErrorKind::not_found, fmt::format("no session has worked in {} yet; begin one "
                                                    "without --continue",
                                                    folder.root().string()));
    }
    id = sessions.front().id;
  }
  auto stored = load_session(sessions_dir(), id);
  if (!stored) return std::unexpected(stored.error());
  return std::optional<StoredSession>(std::move(*stored));
}

/// The log to write to. One that is damaged stays as it is: a copy of its good part goes on.
Result<SessionLog> log_for(const AgentOptions& options, std::optional<StoredSession>& before,
                           Output& output) {
  if (!before) return SessionLog::create(sessions_dir());
  if (!before->damage.empty()) {
    output.status(fmt::format("Session {}: {}.", before->summary.id, before->damage));
  }
  if (before->damage.empty() && !options.fork) {
    return SessionLog::reopen(sessions_dir(), before->summary.id);
  }
  auto log = SessionLog::create(sessions_dir());
  if (!log) return log;
  Conversation copy(*log);
  copy.replace(before->messages, "copy of " + before->summary.id);
  before->task_starts.clear();
  return log;
}

bool is_trusted(const AgentOptions& options, const Folder& folder, Output& output) {
  const TrustedFolders trusted(state_dir() / "trusted-folders.json");
  if (trusted.trusts(folder)) return true;
  if (!options.trust) return false;
  if (const auto kept = trusted.trust(folder); !kept) output.status(kept.error().message);
  return true;
}

/// Tells what of the settings does not count, and why.
void tell_problems(const Settings& settings, const McpConfig& mcp, const Folder& folder,
                   bool trusted, Output& output) {
  for (const std::string& problem : settings.problems) output.status(problem);
  for (const std::string& problem : mcp.problems) output.status(problem);
  std::error_code ec;
  const bool servers = !trusted && std::filesystem::exists(folder.root() / ".mcp.json", ec);
  if (settings.trust_needed || servers) {
    output.status(
        "The settings in this folder allow or run things. They are left out until you trust the "
        "folder: look at .hearth/, .claude/ and .mcp.json, then start once with --trust.");
  }
}

Result<Server> server_for(const AgentOptions& options, const EnsureModel& ensure_model,
                          Output& output) {
  std::stop_source stop;
  InterruptWatch watch(stop, InterruptWatch::Keys::ignored);
  const ServerWish wish{.named = options.server,
                        .interactive = !options.prompt,
                        .idle_exit_minutes = options.idle_exit_minutes};
  return reach_server(wish, ensure_model, stop.get_token(),
                      {.status = [&](std::string_view line) { output.status(line); },
                       .progress = [&](std::string_view line) { output.progress(line); }});
}

int converse(Session& session, Output& output) {
  output.status(
      "Type a task, /help for commands, or an empty line to end. Esc or Ctrl-C "
      "interrupts.");
  bool good = true;
  while (true) {
    fmt::print("> ");
    std::fflush(stdout);
    std::string line;
    if (!std::getline(std::cin, line) || trimmed(line).empty()) break;
    switch (run_slash_command(session, line)) {
      case SlashResult::ended: return good ? 0 : 1;
      case SlashResult::done: continue;
      case SlashResult::no_command: break;
    }
    good = session.run(line).good();
  }
  return good ? 0 : 1;
}

}  // namespace

std::filesystem::path sessions_dir() {
  return state_dir() / "sessions";
}

int run_agent(const AgentOptions& options, const AgentNeeds& needs) {
  const bool interactive = !options.prompt;
  const auto output = options.format == OutputFormat::text || interactive
                          ? make_terminal_output(interactive)
                          : make_json_output(options.format);
  const auto refuse = [&](const Error& error) {
    Outcome outcome;
    outcome.end = Outcome::End::error;
    outcome.stop_reason = "error";
    outcome.text = error.message;
    output->finished(outcome);
    return 1;
  };
  auto folder = Folder::open(options.folder);
  if (!folder) return refuse(folder.error());
  auto before = session_before(options, *folder);
  if (!before) return refuse(before.error());
  auto log = log_for(options, *before, *output);
  if (!log) return refuse(log.error());
  const bool trusted = is_trusted(options, *folder, *output);
  Settings settings = load_settings(*folder, trusted);
  McpConfig mcp = load_mcp_config(folder->root(), trusted);
  tell_problems(settings, mcp, *folder, trusted, *output);
  auto server = server_for(options, needs.ensure_model, *output);
  if (!server) return refuse(server.error());
  const OfferedModel model = first_model(*server);
  Session session(options, needs, *output,
                  {.folder = std::move(*folder),
                   .log = std::move(*log),
                   .settings = std::move(settings),
                   .server = std::move(*server),
                   .model = model,
                   .mcp = std::move(mcp),
                   .before = std::move(*before)});
  if (!interactive) return session.run(*options.prompt).good() ? 0 : 1;
  return converse(session, *output);
}

}  // namespace hearth::agent
