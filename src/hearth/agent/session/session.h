#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "hearth/agent/agent.h"
#include "hearth/agent/check_command.h"
#include "hearth/agent/interrupt.h"
#include "hearth/agent/lsp/diagnostics.h"
#include "hearth/agent/mcp/mcp_servers.h"
#include "hearth/agent/permission/settings.h"
#include "hearth/agent/person.h"
#include "hearth/agent/process.h"
#include "hearth/agent/session/compaction.h"
#include "hearth/agent/session/file_states.h"
#include "hearth/agent/session/rewind_places.h"
#include "hearth/agent/session/session_store.h"
#include "hearth/agent/shell/shell.h"
#include "hearth/agent/style.h"
#include "hearth/agent/task_tool.h"
#include "hearth/agent/workplace.h"
#include "hearth/base/temporary_folder.h"

namespace hearth::agent {

/// What a session begins with.
struct SessionStart {
  Folder folder;
  SessionLog log;
  Settings settings;
  Server server;
  OfferedModel model;
  ProfileList profiles;  ///< the user's own
  McpConfig mcp;
  std::optional<StoredSession> before;  ///< the session that goes on
  /// Without an `ask`: whoever sits at the terminal, line by line, if anybody does.
  Person person = {};
};

/// One session, from its first task to its last: what the styles work with, and what a person can
/// do between two tasks.
class Session {
 public:
  /// All but `start` outlives it.
  Session(const AgentOptions& options, const AgentNeeds& needs, Output& output, SessionStart start);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Works on a task; keys and signals interrupt it.
  Outcome run(const std::string& task);
  /// The same, interrupted by `stop` alone.
  Outcome run(const std::string& task, const std::stop_token& stop);

  [[nodiscard]] const std::string& id() const { return log_.id(); }
  [[nodiscard]] const Folder& folder() const { return folder_; }
  [[nodiscard]] const Conversation& conversation() const { return conversation_; }
  [[nodiscard]] const Settings& settings() const { return settings_; }
  [[nodiscard]] const Server& server() const { return server_; }
  [[nodiscard]] const McpServers& mcp() const { return mcp_; }
  [[nodiscard]] const SettingSources& sources() const { return options_.sources; }
  [[nodiscard]] const std::vector<Subagent>& given_subagents() const { return options_.subagents; }
  [[nodiscard]] Shell& shell() { return shell_; }
  [[nodiscard]] Output& output() { return output_; }
  [[nodiscard]] const AgentNeeds& needs() const { return needs_; }
  [[nodiscard]] const std::string& model() const { return workplace_.model; }
  [[nodiscard]] int window() const { return window_; }
  [[nodiscard]] const chat::Usage& usage() const { return usage_; }
  [[nodiscard]] int turns() const { return turns_; }
  /// How long it took in all until answers began.
  [[nodiscard]] double reading_ms() const { return reading_ms_; }
  /// How long the conversation was at the last request, with its answer; 0 before the first. An
  /// estimate where it was made shorter, or is gone on with.
  [[nodiscard]] int last_prompt_tokens() const { return last_prompt_tokens_; }
  [[nodiscard]] PermissionMode mode() const { return permissions_.mode(); }

  void set_mode(PermissionMode mode);
  void set_model(const std::string& model);
  /// In place of our own system prompt, and after it; empty strings change nothing.
  void set_system_prompt(const std::string& whole, const std::string& after);

  /// Makes the files what they were before the last run that changed any. Errors: not_found.
  Result<std::vector<std::string>> undo();
  /// What the last run changed. Errors: not_found.
  Result<std::string> diff();
  /// Errors: see compact().
  Result<Compacted> make_shorter(const std::string& wish, const std::stop_token& stop);
  /// The tasks that are in the conversation, the oldest first.
  [[nodiscard]] const std::vector<TaskStart>& tasks() const { return task_starts_; }
  /// Where it can go back to, the oldest task first.
  [[nodiscard]] std::vector<RewindPlace> rewind_places() const;
  /// Goes back to the first `messages` messages, one of rewind_places(); files stay.
  void rewind(std::size_t messages);
  /// Makes the files what they were when there were so many messages; which have changed by that.
  /// Errors: those of Checkpoints.
  Result<std::vector<std::string>> rewind_files(std::size_t messages);

  /// Sends an image, say, along with the next task. One that the model cannot see is told instead.
  void attach(chat::Block block);
  /// Runs a command that the person typed, outside of the sandbox; the model is told with the next
  /// task. Errors: io.
  Result<CommandResult> run_typed_command(const std::string& line, const std::stop_token& stop);

  /// The whole request as it would be sent now.
  [[nodiscard]] chat::Request request() const;

 private:
  /// The one who was given; else the one at the terminal, if the session is interactive.
  Person person_at_terminal(Person given);
  Consent ask(const Question& question);
  std::optional<std::string> ask_line(std::string_view question);
  /// Named or found out, without asking.
  [[nodiscard]] std::optional<CheckCommand> known_check(const std::string& task) const;
  std::optional<CheckCommand> check_for(const std::string& task);
  Style& style_for(const std::string& task);
  void announce(StyleName style);
  void tell_profile();
  void use_model(const std::string& model, const OfferedModel& offered);
  void tell_mcp_problems();
  void tell_missing_tools();
  /// Commands, subagents, skills and MCP servers.
  void tell_what_there_is(SessionInfo& info) const;
  /// Those beside the tools on files and commands, in a fixed order.
  void add_tools(Toolbox& tools, TaskFrom from);
  void begin_conversation(const std::stop_token& stop);
  /// False if a hook does not let the task through; `outcome` says why.
  bool ask_prompt_hooks(const std::string& task, const std::stop_token& stop, Outcome& outcome);
  /// What the task names, for the model as if it had looked it up: files with an `@`, and where
  /// calls are forced functions, too.
  void add_what_is_named(const std::string& task, bool is_forced, const std::stop_token& stop);
  /// Whether there are any.
  bool add_mentioned_files(const std::string& task, const std::stop_token& stop);
  /// But for functions that the model was told of. Whether it sees the code of any.
  bool add_named_functions(const std::vector<std::string>& names, const std::stop_token& stop);
  Result<std::vector<std::string>> restore_files(const std::string& state);
  /// `style` at work, for as long as the options allow.
  Outcome run_in_time(Style& style, const std::string& task, const std::stop_token& stop);
  /// Before each change; keeps a state of the files once in a step of the model's.
  void keep_files();
  /// While the model answers, where files have changed.
  void keep_files_ahead();
  [[nodiscard]] std::string state_label() const;
  /// What was done with whole files is part of the conversation for the tasks that follow.
  void remember_repair(const std::string& task, const Outcome& outcome);
  void compact_if_full(const std::stop_token& stop);
  /// Folder, date and branch, where they are not what the model was last told.
  void tell_surroundings();
  /// Instructions, and what there is besides the built-in tools: with the next message.
  void tell_what_holds();
  /// The present content of the first few of `files`, in at most `room` bytes: with the next
  /// message.
  void tell_files_in_work(const std::vector<std::string>& files, std::size_t room,
                          const std::stop_token& stop);
  /// An image outside of the folder, which the person named.
  [[nodiscard]] ToolResult read_image_elsewhere(const std::string& name) const;
  /// A file's content with the next message, as if the model had read it. False if it was not read.
  bool add_file_note(const std::string& name, const std::stop_token& stop);
  [[nodiscard]] bool is_our_server() const;
  /// Our own server, started again if it has ended; of others nothing is asked. Errors: those of
  /// reach_server().
  Result<void> reach_our_server(const std::stop_token& stop);
  /// Where the checks of candidates run: as commands do. Nothing where commands have no sandbox.
  std::optional<TrialSandbox> trial_sandbox();
  /// Asks the person whether an answer that failed shall be asked for again.
  bool wants_to_go_on(const Error& error);

  const AgentOptions& options_;
  const AgentNeeds& needs_;
  bool interactive_;  ///< by lines on the terminal
  Person person_;
  Folder folder_;
  Settings settings_;
  SessionLog log_;
  Output& output_;
  Server server_;
  ProfileList profiles_;
  ProfileInForce profile_in_force_;
  Shell shell_;
  Diagnostics diagnostics_;
  McpServers mcp_;
  bool sees_images_ = false;
  Toolbox tools_;
  Conversation conversation_;
  Hooks hooks_;
  Permissions permissions_;
  FileStates file_states_;
  Workplace workplace_;
  int window_ = 0;
  chat::Usage usage_;
  int turns_ = 0;
  double reading_ms_ = 0;
  int last_prompt_tokens_ = 0;
  InterruptWatch* watch_ = nullptr;
  std::unique_ptr<Style> tool_style_;
  std::unique_ptr<Style> repair_style_;
  std::optional<StyleName> announced_;
  bool asked_for_check_ = false;
  std::mutex keeping_files_;
  bool kept_ = false;         ///< in this run
  std::size_t kept_at_ = 0;   ///< with so many messages the last time
  std::string state_before_;  ///< of the last run that changed files; empty if there is none
  std::vector<TaskStart> task_starts_;
  bool resumed_ = false;
  std::string told_surroundings_;
  std::string present_task_;      ///< in work; else empty
  int length_at_compaction_ = 0;  ///< in tokens, after the last one or the last attempt at one
  std::optional<TemporaryFolder> build_caches_;  ///< of candidates' checks
};

}  // namespace hearth::agent
