#include "hearth/agent/session/begin_session.h"

#include <fmt/format.h>

#include <utility>

#include "hearth/agent/interrupt.h"
#include "hearth/agent/mcp/mcp_config.h"
#include "hearth/agent/permission/settings.h"
#include "hearth/base/xdg.h"

namespace hearth::agent {
namespace {

/// The session to go on with; nothing if a new one is wanted. Errors: not_found, io.
Result<std::optional<StoredSession>> session_before(const AgentOptions& options,
                                                    const Folder& folder) {
  std::string id = options.resume;
  if (id.empty()) {
    if (!options.go_on) return std::nullopt;
    const auto sessions = list_sessions(sessions_dir(), folder.root(), {}, 1);
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
  if (options.measured) return SessionLog::create(options.measured->log_folder);
  if (!before) return SessionLog::create(sessions_dir(), options.session_id);
  if (!before->damage.empty()) {
    output.status(fmt::format("Session {}: {}.", before->summary.id, before->damage));
  }
  if (before->damage.empty() && !options.fork) {
    return SessionLog::reopen(sessions_dir(), before->summary.id);
  }
  auto log = SessionLog::create(sessions_dir(), options.session_id);
  if (!log) return log;
  // In front, where a list of sessions looks for the folder.
  log->append("copy", {{"of", before->summary.id}, {"folder", before->summary.folder}});
  Conversation copy(*log);
  copy.replace(before->messages, "copy of " + before->summary.id, before->task_starts);
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

/// The rules of --allowedTools and --disallowedTools.
void add_rules_of(const AgentOptions& options, const Folder& folder, Settings& settings,
                  Output& output) {
  const auto add = [&](const std::vector<std::string>& texts, Effect effect,
                       std::string_view source) {
    for (const std::string& text : texts) {
      auto rule = parse_permission_rule(text, effect, folder.root(), source);
      if (rule) {
        settings.rules.add(std::move(*rule));
      } else {
        output.status(rule.error().message);
      }
    }
  };
  add(options.allowed_tools, Effect::allow, "--allowedTools");
  add(options.disallowed_tools, Effect::deny, "--disallowedTools");
}

/// The further folders that commands may change and file tools reach. Those of the settings that
/// are not there are only told. Errors: not_found.
Result<void> add_folders(const AgentOptions& options, Settings& settings, Folder& folder,
                         Output& output) {
  for (const std::filesystem::path& path : settings.further_folders) {
    if (const auto added = folder.add(path); !added) {
      output.status(fmt::format("permissions.additionalDirectories: {}", added.error().message));
    }
  }
  for (const std::filesystem::path& path : options.further_folders) {
    if (const auto added = folder.add(path); !added) {
      return fail(ErrorKind::not_found, fmt::format("--add-dir: {}", added.error().message));
    }
  }
  for (const std::filesystem::path& path : folder.further()) {
    settings.sandbox.writable.push_back(path.string());
  }
  return {};
}

/// Of a measured session none but what the measurement says.
Settings settings_for(const AgentOptions& options, const Folder& folder, bool trusted) {
  Settings settings;
  if (!options.measured) return load_settings(folder, trusted, options.sources);
  settings.sandbox = options.measured->sandbox;
  settings.environment = options.measured->environment;
  return settings;
}

}  // namespace

Result<Server> server_for(const AgentOptions& options, const AgentNeeds& needs, Output& output,
                          bool interactive) {
  std::stop_source stop;
  InterruptWatch watch(stop, InterruptWatch::Keys::ignored);
  const ServerWish wish{.named = options.server,
                        .own = needs.own_server ? needs.own_server() : OwnServer{},
                        .interactive = interactive,
                        .idle_exit_minutes = options.idle_exit_minutes};
  return reach_server(wish, needs.ensure_model, stop.get_token(),
                      {.status = [&](std::string_view line) { output.status(line); },
                       .progress = [&](std::string_view line) { output.progress(line); }});
}

Result<std::unique_ptr<Session>> begin_session(const AgentOptions& options, const AgentNeeds& needs,
                                               Output& output, Person person) {
  auto folder = Folder::open(options.folder);
  if (!folder) return std::unexpected(folder.error());
  const bool goes_on = options.go_on || !options.resume.empty();
  if (!options.session_id.empty() && goes_on && !options.fork) {
    return fail(ErrorKind::config,
                "--session-id names a new session: give --fork-session, too, or leave it out");
  }
  auto before = session_before(options, *folder);
  if (!before) return std::unexpected(before.error());
  auto log = log_for(options, *before, output);
  if (!log) return std::unexpected(log.error());
  const bool trusted = is_trusted(options, *folder, output);
  auto profiles = ProfileList::load(own_profiles_file());
  if (!profiles) return std::unexpected(profiles.error());
  Settings settings = settings_for(options, *folder, trusted);
  if (!options.settings.empty()) {
    if (const auto added = add_settings(settings, options.settings, *folder); !added) {
      return std::unexpected(added.error());
    }
  }
  if (const auto added = add_folders(options, settings, *folder, output); !added) {
    return std::unexpected(added.error());
  }
  settings.hooks.insert(settings.hooks.end(), options.hooks.begin(), options.hooks.end());
  McpConfig mcp = options.measured || options.only_given_mcp
                      ? McpConfig{}
                      : load_mcp_config(folder->root(), trusted, options.sources);
  mcp.servers.insert(mcp.servers.end(), options.mcp_servers.begin(), options.mcp_servers.end());
  for (const std::string& more : options.mcp_config) {
    if (const auto added = add_mcp_servers(mcp, more); !added) {
      return std::unexpected(added.error());
    }
  }
  tell_problems(settings, mcp, *folder, trusted, output);
  for (const std::string& option : options.unused) {
    output.status(fmt::format("{} is Claude Code's and changes nothing here.", option));
  }
  add_rules_of(options, *folder, settings, output);
  // Who has an `ask` is a program, or the terminal's own, which has asked before.
  auto server = server_for(options, needs, output, !options.prompt && !person.ask);
  if (!server) return std::unexpected(server.error());
  const OfferedModel model = offered_model(*server, options.model);
  return std::make_unique<Session>(options, needs, output,
                                   SessionStart{.folder = std::move(*folder),
                                                .log = std::move(*log),
                                                .settings = std::move(settings),
                                                .server = std::move(*server),
                                                .model = model,
                                                .profiles = std::move(*profiles),
                                                .mcp = std::move(mcp),
                                                .before = std::move(*before),
                                                .person = std::move(person)});
}

}  // namespace hearth::agent
