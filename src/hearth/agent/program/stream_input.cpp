#include "hearth/agent/program/stream_input.h"

#include <fmt/format.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

#include "hearth/agent/claude_code_names.h"
#include "hearth/agent/commands/slash_commands.h"
#include "hearth/agent/json_lines.h"
#include "hearth/agent/program/initialize.h"
#include "hearth/agent/program/program_channel.h"
#include "hearth/agent/session/begin_session.h"
#include "hearth/agent/session/message_json.h"

namespace hearth::agent {
namespace {

/// What has arrived and waits for the session's thread.
struct Arrival {
  bool is_task = false;
  std::string task = {};
  std::vector<chat::Block> attached = {};  ///< to the task
  std::optional<PermissionMode> mode = {};
  std::optional<std::string> model = {};
  std::string system_prompt = {};
  std::string append_system_prompt = {};
};

/// A user message as a task.
Arrival task_in(const json::object& message) {
  Arrival arrival{.is_task = true};
  chat::Message said = message_from_json(message);
  arrival.task = chat::text_of(said);
  for (chat::Block& block : said.content) {
    if (std::holds_alternative<chat::ImageBlock>(block) ||
        std::holds_alternative<chat::DocumentBlock>(block)) {
      arrival.attached.push_back(std::move(block));
    }
  }
  if (arrival.task.empty() && !arrival.attached.empty()) arrival.task = "See what is attached.";
  return arrival;
}

/// What a program sends while a task runs, and what it answers, arrives in a thread of its own.
class Input {
 public:
  explicit Input(const AgentOptions& options)
      : options_(options),
        channel_({.line = [this](const json::object& line) { take(line); },
                  .end =
                      [this] {
                        const std::lock_guard lock(mutex_);
                        ended_ = true;
                        changed_.notify_all();
                      }}) {}

  /// Nothing: the input has ended.
  std::optional<Arrival> next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !arrivals_.empty() || ended_; });
    if (arrivals_.empty()) return std::nullopt;
    Arrival arrival = std::move(arrivals_.front());
    arrivals_.pop_front();
    // An interruption is of the task that runs.
    stop_ = {};
    return arrival;
  }

  /// Those of the command line with what the program said when it greeted; what it says later of
  /// the session's beginning comes too late.
  AgentOptions options_to_begin_with() {
    const std::lock_guard lock(mutex_);
    begun_ = true;
    return options_;
  }

  /// What is asked of the session while it works; null before it is there and when it is no more.
  void set_session(Session* session) {
    const std::lock_guard lock(mutex_);
    session_ = session;
  }

  std::stop_token stop_token() {
    const std::lock_guard lock(mutex_);
    return stop_.get_token();
  }

  ConsentAnswer ask(const Question& question, const std::filesystem::path& folder) {
    json::object request{
        {"subtype", "can_use_tool"},
        {"tool_name", known_tool_name(question.tool)},
        {"input", question.call.arguments == nullptr
                      ? json::object()
                      : known_arguments(question.tool, *question.call.arguments, folder)},
        {"tool_use_id", question.call.id}};
    const auto answer = channel_.ask(std::move(request), stop_token());
    if (!answer) return {Consent::no, answer.error().message};
    const bool allowed = find_string(*answer, "behavior") == "allow";
    if (!allowed) {
      if (find_bool(*answer, "interrupt").value_or(false)) interrupt();
      return {Consent::no, std::string(find_string(*answer, "message").value_or(""))};
    }
    const json::object* input = find_object(*answer, "updatedInput");
    if (input != nullptr && question.call.arguments != nullptr) {
      *question.call.arguments = our_arguments(question.tool, *input, folder);
    }
    return take_updates(*answer) ? Consent::always : Consent::yes;
  }

 private:
  /// Whether such calls are not to be asked about any more.
  bool take_updates(const json::object& answer) {
    bool always = false;
    const json::array* updates = find_array(answer, "updatedPermissions");
    if (updates == nullptr) return false;
    for (const json::value& item : *updates) {
      const json::object* update = item.if_object();
      if (update == nullptr) continue;
      const auto type = find_string(*update, "type");
      always = always || (type == "addRules" && find_string(*update, "behavior") == "allow");
      const auto mode = parse_permission_mode(find_string(*update, "mode").value_or(""));
      if (type == "setMode" && mode) set_mode(*mode);
    }
    return always;
  }

  void take(const json::object& message) {
    const auto type = find_string(message, "type");
    if (type == "user") {
      if (const json::object* inner = find_object(message, "message")) arrive(task_in(*inner));
    } else if (type == "control_request") {
      const json::object* request = find_object(message, "request");
      take_control(find_string(message, "request_id").value_or(""),
                   request == nullptr ? json::object() : *request);
    }
  }

  void arrive(Arrival arrival) {
    const std::lock_guard lock(mutex_);
    arrivals_.push_back(std::move(arrival));
    changed_.notify_all();
  }

  void take_control(std::string_view id, const json::object& request) {
    auto answer = answer_to(request);
    json::object response{{"subtype", answer ? "success" : "error"}, {"request_id", id}};
    if (!answer) {
      response["error"] = answer.error().message;
    } else if (!answer->empty()) {
      response["response"] = std::move(*answer);
    }
    write_json_line({{"type", "control_response"}, {"response", std::move(response)}});
  }

  Result<json::object> answer_to(const json::object& request) {
    const auto subtype = find_string(request, "subtype").value_or("");
    if (subtype == "initialize") return greet(request);
    if (subtype == "interrupt") {
      interrupt();
    } else if (subtype == "set_permission_mode") {
      const auto mode = parse_permission_mode(find_string(request, "mode").value_or(""));
      if (!mode) return fail(ErrorKind::invalid_request, "there is no such permission mode");
      set_mode(*mode);
    } else if (subtype == "set_model") {
      Arrival arrival;
      arrival.model = find_string(request, "model").value_or("");
      arrive(std::move(arrival));
    } else if (subtype == "mcp_status") {
      return mcp_status();
    } else {
      return fail(ErrorKind::invalid_request,
                  fmt::format("the control request \"{}\" is not supported", subtype));
    }
    return json::object();
  }

  Result<json::object> greet(const json::object& request) {
    std::unique_lock lock(mutex_);
    AgentOptions options = options_;
    const auto taken = take_initialize(request, channel_, options);
    if (!taken) return std::unexpected(taken.error());
    Arrival arrival;
    if (begun_) {
      arrival.system_prompt = options.system_prompt;
      arrival.append_system_prompt = options.append_system_prompt;
    } else {
      options_ = options;
    }
    lock.unlock();
    arrive(std::move(arrival));
    return initialize_response(options);
  }

  void interrupt() {
    const std::lock_guard lock(mutex_);
    stop_.request_stop();
  }

  void set_mode(PermissionMode mode) {
    const std::lock_guard lock(mutex_);
    if (session_ != nullptr) return session_->set_mode(mode);
    Arrival arrival;
    arrival.mode = mode;
    arrivals_.push_back(std::move(arrival));
    changed_.notify_all();
  }

  Result<json::object> mcp_status() {
    json::array servers;
    const std::lock_guard lock(mutex_);
    if (session_ != nullptr) {
      for (const McpServers::State& state : session_->mcp().states()) {
        json::object server{{"name", state.name},
                            {"status", state.problem.empty() ? "connected" : "failed"}};
        if (!state.problem.empty()) server["error"] = state.problem;
        servers.push_back(std::move(server));
      }
    }
    return json::object{{"mcpServers", std::move(servers)}};
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  AgentOptions options_;
  std::deque<Arrival> arrivals_;
  std::stop_source stop_;
  Session* session_ = nullptr;
  bool begun_ = false;
  bool ended_ = false;
  ProgramChannel channel_;  ///< last: its thread uses the others
};

/// A message that says nothing still gets its result: the program waits for it.
Outcome empty_task(const Session& session) {
  Outcome outcome = outcome_of({.message = "The message has no text."});
  outcome.session_id = session.id();
  return outcome;
}

void work_on(Session& session, Arrival arrival, const std::stop_token& stop) {
  session.set_system_prompt(arrival.system_prompt, arrival.append_system_prompt);
  if (arrival.mode) session.set_mode(*arrival.mode);
  if (arrival.model && !arrival.model->empty()) session.set_model(*arrival.model);
  if (!arrival.is_task) return;
  if (arrival.task.empty()) return session.output().finished(empty_task(session));
  for (chat::Block& block : arrival.attached) session.attach(std::move(block));
  run_line(session, arrival.task, stop,
           [&](const std::string& task) { return session.run(task, stop); });
}

}  // namespace

int run_stream_input(const AgentOptions& options, const AgentNeeds& needs) {
  const auto output =
      make_json_output(options.partial_messages ? JsonEvents::with_pieces : JsonEvents::whole);
  std::error_code ec;
  const std::filesystem::path folder = std::filesystem::weakly_canonical(options.folder, ec);
  Input input(options);
  auto arrival = input.next();
  if (!arrival) return 0;
  const AgentOptions begun = input.options_to_begin_with();
  auto session =
      begin_session(begun, needs, *output,
                    {.ask = [&](const Question& question) { return input.ask(question, folder); }});
  if (!session) {
    output->finished(outcome_of(session.error()));
    // The reader waits for the end of the input; nobody else does.
    std::_Exit(1);
  }
  input.set_session(session->get());
  for (; arrival; arrival = input.next()) {
    work_on(**session, std::move(*arrival), input.stop_token());
  }
  input.set_session(nullptr);
  return 0;
}

}  // namespace hearth::agent
