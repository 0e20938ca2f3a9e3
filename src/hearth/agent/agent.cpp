#include "hearth/agent/agent.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "hearth/agent/interrupt.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/task_kind.h"
#include "hearth/agent/tool_style.h"
#include "hearth/agent/whole_files_style.h"
#include "hearth/base/clock.h"
#include "hearth/base/json.h"
#include "hearth/base/xdg.h"

namespace hearth::agent {
namespace {

/// One session, from its first task to its last.
class Session {
 public:
  Session(const AgentOptions& options, Folder folder, SessionLog log, Output& output, Server server,
          std::string model)
      : options_(options),
        interactive_(!options.prompt),
        folder_(std::move(folder)),
        log_(std::move(log)),
        output_(output),
        server_(std::move(server)),
        permissions_(options.permission_mode, asker()),
        workplace_{.server = server_,
                   .folder = folder_,
                   .output = output_,
                   .permissions = permissions_,
                   .log = log_,
                   .model = std::move(model),
                   .profile = {},
                   .max_turns = options.max_turns} {
    workplace_.profile = profile_for(workplace_.model);
    if (options.attempts > 0) workplace_.profile.attempts = options.attempts;
    if (options.style) workplace_.profile.style = workplace_.profile.repair = *options.style;
  }

  Outcome run(const std::string& task) {
    const auto started = Clock::now();
    std::stop_source stop;
    InterruptWatch watch(
        stop, interactive_ ? InterruptWatch::Keys::watched : InterruptWatch::Keys::ignored);
    watch_ = &watch;
    log_.append("task", {{"text", task}, {"folder", folder_.root().string()}});
    Style& style = style_for(task);
    Outcome outcome = style.run(task, stop.get_token());
    watch_ = nullptr;
    outcome.duration_ms = ms_since(started);
    outcome.session_id = log_.id();
    json::object end{{"text", outcome.text}, {"stop_reason", outcome.stop_reason}};
    if (outcome.solved) end["solved"] = *outcome.solved;
    log_.append("end", std::move(end));
    log_.sync();
    output_.finished(outcome);
    return outcome;
  }

 private:
  Permissions::Ask asker() {
    if (!interactive_) return {};
    return [this](const Question& question) { return ask(question); };
  }

  Consent ask(const Question& question) {
    if (watch_ != nullptr) watch_->pause();
    Consent consent = Consent::no;
    while (true) {
      const auto line =
          ask_line(fmt::format("{} {}\n  allow? [y]es, [n]o, [a]lways: ", question.tool,
                               without_escapes(question.subject)));
      if (!line || *line == "n" || *line == "no") break;
      if (*line == "y" || *line == "yes") consent = Consent::yes;
      if (*line == "a" || *line == "always") consent = Consent::always;
      if (consent != Consent::no) break;
    }
    if (watch_ != nullptr) watch_->resume();
    return consent;
  }

  std::optional<std::string> ask_line(std::string_view question) {
    fmt::print("{}", question);
    std::fflush(stdout);
    std::string line;
    if (std::getline(std::cin, line)) return std::string(trimmed(line));
    if (watch_ != nullptr && watch_->interrupted()) {
      // The interrupted read is no end of input.
      std::clearerr(stdin);
      std::cin.clear();
      fmt::print("\n");
    }
    return std::nullopt;
  }

  std::optional<CheckCommand> check_for(const std::string& task) {
    if (!options_.check.empty()) return CheckCommand{options_.check, true};
    if (auto found = find_check(task, folder_)) return found;
    if (!interactive_ || asked_for_check_) return std::nullopt;
    asked_for_check_ = true;
    if (watch_ != nullptr) watch_->pause();
    const auto line = ask_line("Which command checks the work (empty: none)? ");
    if (watch_ != nullptr) watch_->resume();
    if (!line || line->empty()) return std::nullopt;
    return CheckCommand{*line, true};
  }

  Style& style_for(const std::string& task) {
    if (workplace_.profile.repair == StyleName::whole_files &&
        (asks_for_repair(task) || options_.style)) {
      if (auto check = check_for(task)) {
        announce(StyleName::whole_files);
        repair_style_ = make_whole_files_style(workplace_, std::move(*check));
        return *repair_style_;
      }
    }
    const bool native = workplace_.profile.style == StyleName::native;
    announce(native ? StyleName::native : StyleName::forced);
    if (!tool_style_) {
      tool_style_ = make_tool_style(workplace_, native ? Calling::native : Calling::forced);
    }
    return *tool_style_;
  }

  void announce(StyleName style) {
    if (announced_ == style) return;
    announced_ = style;
    SessionInfo info{.id = log_.id(),
                     .folder = folder_.root().string(),
                     .model = workplace_.model.empty() ? "default" : workplace_.model,
                     .style = std::string(to_string(style)),
                     .permission_mode = std::string(to_string(options_.permission_mode)),
                     .tools = {}};
    for (const chat::Tool& tool : opening_request(folder_, Calling::native).tools) {
      info.tools.push_back(tool.name);
    }
    log_.append("session", {{"id", info.id},
                            {"folder", info.folder},
                            {"model", info.model},
                            {"style", info.style},
                            {"permission_mode", info.permission_mode}});
    output_.session(info);
  }

  const AgentOptions& options_;
  bool interactive_;
  Folder folder_;
  SessionLog log_;
  Output& output_;
  Server server_;
  Permissions permissions_;
  Workplace workplace_;
  InterruptWatch* watch_ = nullptr;
  std::unique_ptr<Style> tool_style_;
  std::unique_ptr<Style> repair_style_;
  std::optional<StyleName> announced_;
  bool asked_for_check_ = false;
};

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
  output.status("Type a task, or an empty line to end. Esc or Ctrl-C interrupts.");
  bool good = true;
  while (true) {
    fmt::print("> ");
    std::fflush(stdout);
    std::string line;
    if (!std::getline(std::cin, line) || trimmed(line).empty()) break;
    good = session.run(line).good();
  }
  return good ? 0 : 1;
}

}  // namespace

int run_agent(const AgentOptions& options, const EnsureModel& ensure_model) {
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
  auto log = SessionLog::create(state_dir() / "sessions");
  if (!log) return refuse(log.error());
  auto server = server_for(options, ensure_model, *output);
  if (!server) return refuse(server.error());
  std::string model = options.model.empty() ? first_model(*server).id : options.model;
  Session session(options, std::move(*folder), std::move(*log), *output, std::move(*server),
                  std::move(model));
  if (!interactive) return session.run(*options.prompt).good() ? 0 : 1;
  return converse(session, *output);
}

}  // namespace hearth::agent
