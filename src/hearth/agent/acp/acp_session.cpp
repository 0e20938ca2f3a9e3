#include "hearth/agent/acp/acp_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "hearth/agent/commands/slash_commands.h"
#include "hearth/agent/plain_text.h"

namespace hearth::agent {
namespace {

constexpr std::array modes_there_are{PermissionMode::normal, PermissionMode::accept_edits,
                                     PermissionMode::plan, PermissionMode::bypass};

std::string_view kind_of(std::string_view tool, Access access) {
  if (tool == "grep" || tool == "glob") return "search";
  if (tool == "web_fetch") return "fetch";
  switch (access) {
    case Access::read: return "read";
    case Access::edit: return "edit";
    case Access::execute: return "execute";
    case Access::network: return "fetch";
  }
  return "other";
}

json::object text_content(std::string_view text) {
  return {{"type", "text"}, {"text", without_escapes(text)}};
}

json::array shown_text(std::string_view text) {
  return {json::object{{"type", "content"}, {"content", text_content(text)}}};
}

std::string_view stop_reason_of(const Outcome& outcome) {
  switch (outcome.end) {
    case Outcome::End::max_turns:
    case Outcome::End::limit: return "max_turn_requests";
    case Outcome::End::interrupted: return "cancelled";
    case Outcome::End::success:
    case Outcome::End::not_solved:
    case Outcome::End::no_structured_output:
    case Outcome::End::error: break;
  }
  return outcome.stop_reason == "max_tokens" ? "max_tokens" : "end_turn";
}

}  // namespace

/// Tells the editor what happens.
class AcpSession::Shown final : public Output {
 public:
  explicit Shown(const AcpSession& session) : to_(session) {}

  void session(const SessionInfo&) override {}
  void status(std::string_view line) override { chunk("agent_thought_chunk", line); }
  void progress(std::string_view) override {}
  void text(std::string_view delta) override { chunk("agent_message_chunk", delta); }
  void thinking(std::string_view delta) override { chunk("agent_thought_chunk", delta); }
  void message(const chat::Message&, const chat::Usage&) override {}
  void tool_call(const ShownCall& call) override {
    if (call.id.empty()) return;
    json::object fields{{"sessionUpdate", "tool_call"},
                        {"toolCallId", call.id},
                        {"title", fmt::format("{} {}", call.name, without_escapes(call.subject))},
                        {"kind", kind_of(call.name, call.access)},
                        {"status", "in_progress"}};
    const bool names_file = call.name == "read" || call.name == "edit" || call.name == "write";
    if (names_file && to_.session_) {
      const auto path = to_.session_->folder().root() / std::string(call.subject);
      fields["locations"] = json::array{json::object{{"path", path.string()}}};
    }
    to_.update(std::move(fields));
  }
  void tool_result(const chat::ToolResultBlock& block, const ToolResult& result) override {
    to_.update({{"sessionUpdate", "tool_call_update"},
                {"toolCallId", block.tool_use_id},
                {"status", result.is_error ? "failed" : "completed"},
                {"content", shown_text(result.diff.empty() ? result.text : result.diff)}});
  }
  void diff(std::string_view unified) override { chunk("agent_thought_chunk", unified); }
  void finished(const Outcome& outcome) override {
    // What the harness itself found out was not streamed.
    if (!outcome.good() || outcome.solved) chunk("agent_message_chunk", outcome.text);
  }

 private:
  void chunk(std::string_view kind, std::string_view text) const {
    if (!text.empty()) to_.update({{"sessionUpdate", kind}, {"content", text_content(text)}});
  }

  const AcpSession& to_;
};

AcpSession::AcpSession(AgentOptions options, AcpPeer& peer)
    : options_(std::move(options)), peer_(peer), output_(std::make_unique<Shown>(*this)) {}

AcpSession::~AcpSession() {
  cancel();
}

Result<std::unique_ptr<AcpSession>> AcpSession::open(AgentOptions options, const AgentNeeds& needs,
                                                     AcpPeer& peer) {
  std::unique_ptr<AcpSession> made(new AcpSession(std::move(options), peer));
  auto session = begin_session(
      made->options_, needs, *made->output_,
      {.ask = [self = made.get()](const Question& question) { return self->ask(question); }});
  if (!session) return std::unexpected(session.error());
  made->session_ = std::move(*session);
  return made;
}

void AcpSession::update(json::object fields) const {
  // Before there is a session, there is nobody to tell it of.
  if (!session_) return;
  peer_.notify("session/update", {{"sessionId", id()}, {"update", std::move(fields)}});
}

void AcpSession::tell_commands() const {
  static constexpr std::array of_the_terminal{"help", "quit", "resume"};
  json::array commands;
  for (const CommandSummary& command :
       list_commands(session_->folder().root(), session_->sources())) {
    if (std::ranges::find(of_the_terminal, command.name) != of_the_terminal.end()) continue;
    json::object told{{"name", command.name}, {"description", command.description}};
    if (!command.arguments.empty()) told["input"] = json::object{{"hint", command.arguments}};
    commands.push_back(std::move(told));
  }
  update(
      {{"sessionUpdate", "available_commands_update"}, {"availableCommands", std::move(commands)}});
}

void AcpSession::replay() const {
  for (const chat::Message& message : session_->conversation().messages()) {
    const std::string text = chat::text_of(message);
    if (text.empty()) continue;
    const bool answer = message.role == chat::Role::assistant;
    update({{"sessionUpdate", answer ? "agent_message_chunk" : "user_message_chunk"},
            {"content", text_content(text)}});
  }
}

bool AcpSession::prompt(std::string task, std::vector<chat::Block> attached,
                        json::value request_id) {
  if (running_.exchange(true)) return false;
  if (worker_.joinable()) worker_.join();
  stop_ = {};
  for (chat::Block& block : attached) session_->attach(std::move(block));
  worker_ = std::jthread([this, task = std::move(task), request_id = std::move(request_id)] {
    const std::stop_token stop = stop_.get_token();
    const Outcome outcome = run_line(
        *session_, task, stop, [&](const std::string& line) { return session_->run(line, stop); });
    running_ = false;
    peer_.reply(request_id, {{"stopReason", stop_reason_of(outcome)}});
  });
  return true;
}

void AcpSession::cancel() {
  stop_.request_stop();
}

bool AcpSession::set_mode(std::string_view name) {
  const auto mode = parse_permission_mode(name);
  if (!mode) return false;
  session_->set_mode(*mode);
  return true;
}

json::object AcpSession::modes() const {
  json::array available;
  for (const PermissionMode mode : modes_there_are) {
    available.push_back(json::object{{"id", to_string(mode)}, {"name", to_string(mode)}});
  }
  return {{"currentModeId", to_string(session_->mode())}, {"availableModes", std::move(available)}};
}

Consent AcpSession::ask(const Question& question) {
  const auto option = [](std::string_view id, std::string_view name, std::string_view kind) {
    return json::object{{"optionId", id}, {"name", name}, {"kind", kind}};
  };
  json::object call{{"toolCallId", question.call.id},
                    {"title", fmt::format("{} {}", question.tool, question.subject)}};
  if (question.call.arguments != nullptr) call["rawInput"] = *question.call.arguments;
  const auto answer =
      peer_.ask("session/request_permission",
                {{"sessionId", id()},
                 {"toolCall", std::move(call)},
                 {"options", json::array{option("yes", "Allow", "allow_once"),
                                         option("always", "Always allow", "allow_always"),
                                         option("no", "Reject", "reject_once")}}},
                stop_.get_token());
  const json::object* outcome = answer ? find_object(*answer, "outcome") : nullptr;
  if (outcome == nullptr) return Consent::no;
  const auto chosen = find_string(*outcome, "optionId").value_or("");
  if (chosen == "always") return Consent::always;
  return chosen == "yes" ? Consent::yes : Consent::no;
}

}  // namespace hearth::agent
