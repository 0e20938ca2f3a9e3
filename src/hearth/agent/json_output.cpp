#include <fmt/format.h>

#include <cstdio>

#include "hearth/agent/output.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/session/message_json.h"

namespace hearth::agent {
namespace {

std::string_view subtype_of(Outcome::End end) {
  switch (end) {
    case Outcome::End::success: return "success";
    case Outcome::End::max_turns: return "error_max_turns";
    case Outcome::End::not_solved:
    case Outcome::End::interrupted:
    case Outcome::End::error: return "error_during_execution";
  }
  return "error_during_execution";
}

class JsonOutput final : public Output {
 public:
  explicit JsonOutput(bool stream) : stream_(stream) {}

  void session(const SessionInfo& info) override {
    info_ = info;
    json::array tools;
    for (const std::string& tool : info.tools) tools.emplace_back(tool);
    event({{"type", "system"},
           {"subtype", "init"},
           {"cwd", info.folder},
           {"tools", std::move(tools)},
           {"model", info.model},
           {"style", info.style},
           {"permissionMode", info.permission_mode}});
  }

  void status(std::string_view line) override {
    event({{"type", "system"}, {"subtype", "status"}, {"text", without_escapes(line)}});
  }
  void progress(std::string_view) override {}
  void text(std::string_view) override {}

  void message(const chat::Message& message) override {
    event({{"type", "assistant"}, {"message", message_as_json(message)}});
  }
  void tool_call(std::string_view, std::string_view) override {}
  void tool_result(const chat::ToolResultBlock& block, const ToolResult&) override {
    chat::Message message{.role = chat::Role::user, .content = {block}};
    event({{"type", "user"}, {"message", message_as_json(message)}});
  }
  void diff(std::string_view unified) override {
    event({{"type", "system"}, {"subtype", "diff"}, {"diff", without_escapes(unified)}});
  }

  void finished(const Outcome& outcome) override {
    json::object result{{"type", "result"},
                        {"subtype", subtype_of(outcome.end)},
                        {"is_error", !outcome.good()},
                        {"duration_ms", static_cast<std::int64_t>(outcome.duration_ms)},
                        {"num_turns", outcome.turns},
                        {"result", without_escapes(outcome.text)},
                        {"stop_reason", outcome.stop_reason},
                        {"session_id", outcome.session_id},
                        {"usage", usage_as_json(outcome.usage)}};
    if (outcome.solved) result["solved"] = *outcome.solved;
    write(result);
  }

 private:
  void event(json::object object) {
    if (!stream_) return;
    object["session_id"] = info_.id;
    write(object);
  }
  static void write(const json::object& object) {
    fmt::print(stdout, "{}\n", to_json(json::value(object)));
    std::fflush(stdout);
  }

  bool stream_;
  SessionInfo info_;
};

}  // namespace

std::unique_ptr<Output> make_json_output(OutputFormat format) {
  return std::make_unique<JsonOutput>(format == OutputFormat::stream_json);
}

}  // namespace hearth::agent
