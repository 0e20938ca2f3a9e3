#include "hearth/agent/stream_input.h"

#include <fmt/format.h>

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <iostream>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "hearth/agent/claude_code_names.h"
#include "hearth/agent/commands/slash_commands.h"
#include "hearth/agent/json_lines.h"
#include "hearth/agent/session/begin_session.h"
#include "hearth/agent/session/message_json.h"
#include "hearth/base/id.h"

namespace hearth::agent {
namespace {

/// What has arrived and waits for the session's thread.
struct Arrival {
  std::string task;
  std::optional<PermissionMode> mode;
  std::optional<std::string> model;
  std::string system_prompt = {};
  std::string append_system_prompt = {};
  std::vector<chat::Block> attached = {};  ///< to the task
};

/// To the question whether a call may be made.
struct ProgramsAnswer {
  bool allowed = false;
  std::optional<json::object> input = {};  ///< other arguments
};

/// A string, or the strings of a list.
std::string text_in(const json::object& object, std::string_view name) {
  const json::value* value = find(object, name);
  std::string text;
  if (value != nullptr && value->is_string()) text = value->get_string();
  if (value != nullptr && value->is_array()) {
    for (const json::value& piece : value->get_array()) {
      if (piece.is_string()) text += std::string_view(piece.get_string());
    }
  }
  return text;
}

/// Reads standard input in a thread of its own, so that an interruption and the answer to a
/// question arrive while a task runs.
class Input {
 public:
  /// `folder` is where the model's relative paths begin.
  explicit Input(std::filesystem::path folder) : folder_(std::move(folder)) {
    reader_ = std::thread([this] { read(); });
  }
  ~Input() { reader_.join(); }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

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

  std::stop_token stop_token() {
    const std::lock_guard lock(mutex_);
    return stop_.get_token();
  }

  Consent ask(const Question& question) {
    const std::string id = new_id("req_");
    json::object request{
        {"subtype", "can_use_tool"},
        {"tool_name", known_tool_name(question.tool)},
        {"input", question.call.arguments == nullptr
                      ? json::object()
                      : known_arguments(question.tool, *question.call.arguments, folder_)},
        {"tool_use_id", question.call.id}};
    write_json_line(
        {{"type", "control_request"}, {"request_id", id}, {"request", std::move(request)}});
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return answers_.contains(id) || ended_ || stop_.stop_requested(); });
    const auto answer = answers_.find(id);
    if (answer == answers_.end()) return Consent::no;
    const ProgramsAnswer given = std::move(answer->second);
    answers_.erase(answer);
    if (given.allowed && given.input && question.call.arguments != nullptr) {
      *question.call.arguments = our_arguments(question.tool, *given.input, folder_);
    }
    return given.allowed ? Consent::yes : Consent::no;
  }

 private:
  void read() {
    std::string line;
    while (std::getline(std::cin, line)) {
      if (line.empty()) continue;
      const auto value = parse_json(line);
      if (!value || !value->is_object()) {
        write_json_line({{"type", "system"},
                         {"subtype", "status"},
                         {"text", "a line on standard input is no JSON object and is left out"}});
        continue;
      }
      take(value->get_object());
    }
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

  void take(const json::object& message) {
    const auto type = find_string(message, "type");
    if (type == "user") {
      if (const json::object* inner = find_object(message, "message")) {
        Arrival arrival;
        chat::Message said = message_from_json(*inner);
        arrival.task = chat::text_of(said);
        for (chat::Block& block : said.content) {
          if (std::holds_alternative<chat::ImageBlock>(block) ||
              std::holds_alternative<chat::DocumentBlock>(block)) {
            arrival.attached.push_back(std::move(block));
          }
        }
        arrive(std::move(arrival));
      }
    } else if (type == "control_request") {
      const json::object* request = find_object(message, "request");
      take_control(find_string(message, "request_id").value_or(""),
                   request == nullptr ? json::object() : *request);
    } else if (type == "control_response") {
      if (const json::object* response = find_object(message, "response")) take_answer(*response);
    }
  }

  void arrive(Arrival arrival) {
    const std::lock_guard lock(mutex_);
    arrivals_.push_back(std::move(arrival));
    changed_.notify_all();
  }

  void take_control(std::string_view id, const json::object& request) {
    const auto subtype = find_string(request, "subtype").value_or("");
    json::object response{{"subtype", "success"}, {"request_id", id}};
    if (subtype == "initialize") {
      Arrival arrival;
      arrival.system_prompt = text_in(request, "systemPrompt");
      arrival.append_system_prompt = text_in(request, "appendSystemPrompt");
      arrive(std::move(arrival));
      response["response"] = json::object{{"commands", json::array()},
                                          {"models", json::array()},
                                          {"account", json::object()},
                                          {"output_style", "default"},
                                          {"available_output_styles", json::array{"default"}}};
    } else if (subtype == "interrupt") {
      const std::lock_guard lock(mutex_);
      stop_.request_stop();
      changed_.notify_all();
    } else if (subtype == "set_permission_mode") {
      const auto mode = parse_permission_mode(find_string(request, "mode").value_or(""));
      if (mode) {
        Arrival arrival;
        arrival.mode = mode;
        arrive(std::move(arrival));
      } else {
        response["subtype"] = "error";
        response["error"] = "there is no such permission mode";
      }
    } else if (subtype == "set_model") {
      Arrival arrival;
      arrival.model = find_string(request, "model").value_or("");
      arrive(std::move(arrival));
    } else {
      response["subtype"] = "error";
      response["error"] = fmt::format("the control request \"{}\" is not supported", subtype);
    }
    write_json_line({{"type", "control_response"}, {"response", std::move(response)}});
  }

  void take_answer(const json::object& response) {
    const auto id = find_string(response, "request_id");
    const json::object* answer = find_object(response, "response");
    if (!id) return;
    const std::lock_guard lock(mutex_);
    ProgramsAnswer given;
    if (answer != nullptr) {
      given.allowed = find_string(*answer, "behavior") == "allow";
      if (const json::object* input = find_object(*answer, "updatedInput")) given.input = *input;
    }
    answers_[std::string(*id)] = std::move(given);
    changed_.notify_all();
  }

  std::filesystem::path folder_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Arrival> arrivals_;
  std::map<std::string, ProgramsAnswer> answers_;
  std::stop_source stop_;
  bool ended_ = false;
  std::thread reader_;
};

}  // namespace

int run_stream_input(const AgentOptions& options, const AgentNeeds& needs) {
  const auto output =
      make_json_output(options.partial_messages ? JsonEvents::with_pieces : JsonEvents::whole);
  std::error_code ec;
  Input input(std::filesystem::weakly_canonical(options.folder, ec));
  auto session =
      begin_session(options, needs, *output,
                    {.ask = [&](const Question& question) { return input.ask(question); }});
  if (!session) {
    output->finished(outcome_of(session.error()));
    // The reader waits for the end of the input; nobody else does.
    std::_Exit(1);
  }
  while (auto arrival = input.next()) {
    (*session)->set_system_prompt(arrival->system_prompt, arrival->append_system_prompt);
    if (arrival->mode) (*session)->set_mode(*arrival->mode);
    if (arrival->model && !arrival->model->empty()) (*session)->set_model(*arrival->model);
    if (arrival->task.empty()) continue;
    for (chat::Block& block : arrival->attached) (*session)->attach(std::move(block));
    const std::stop_token stop = input.stop_token();
    run_line(**session, arrival->task, stop,
             [&](const std::string& task) { return (*session)->run(task, stop); });
  }
  return 0;
}

}  // namespace hearth::agent
