#include <fmt/format.h>

#include "hearth/agent/json_lines.h"
#include "hearth/agent/output.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/session/message_json.h"
#include "hearth/base/id.h"

namespace hearth::agent {
namespace {

std::string_view subtype_of(Outcome::End end) {
  switch (end) {
    case Outcome::End::success: return "success";
    case Outcome::End::max_turns: return "error_max_turns";
    case Outcome::End::not_solved:
    case Outcome::End::limit:
    case Outcome::End::interrupted:
    case Outcome::End::error: return "error_during_execution";
  }
  return "error_during_execution";
}

/// In the shapes of the Claude Code SDK.
class JsonOutput final : public Output {
 public:
  explicit JsonOutput(JsonEvents events) : events_(events) {}

  void session(const SessionInfo& info) override {
    info_ = info;
    json::array tools;
    for (const std::string& tool : info.tools) tools.emplace_back(tool);
    event({{"type", "system"},
           {"subtype", "init"},
           {"cwd", info.folder},
           {"tools", std::move(tools)},
           {"mcp_servers", json::array()},
           {"model", info.model},
           {"style", info.style},
           {"permissionMode", info.permission_mode},
           {"slash_commands", json::array()},
           {"apiKeySource", "none"},
           {"output_style", "default"}});
  }

  void status(std::string_view line) override {
    event({{"type", "system"}, {"subtype", "status"}, {"text", without_escapes(line)}});
  }
  void progress(std::string_view) override {}
  void text(std::string_view delta) override { partial("text_delta", "text", delta); }
  void thinking(std::string_view delta) override { partial("thinking_delta", "thinking", delta); }

  void message(const chat::Message& message, const chat::Usage& usage) override {
    json::object fields{{"id", new_id("msg_")}, {"type", "message"}, {"model", info_.model}};
    bool calls = false;
    for (const chat::Block& block : message.content) {
      calls = calls || std::holds_alternative<chat::ToolUseBlock>(block);
    }
    const json::value written = message_as_json(message);
    for (const auto& member : written.as_object()) {
      fields[member.key()] = member.value();
    }
    fields["stop_reason"] = calls ? "tool_use" : "end_turn";
    fields["stop_sequence"] = nullptr;
    fields["usage"] = usage_as_json(usage);
    event({{"type", "assistant"}, {"message", std::move(fields)}, {"parent_tool_use_id", nullptr}});
  }
  void tool_call(const ShownCall&) override {}
  void tool_result(const chat::ToolResultBlock& block, const ToolResult&) override {
    chat::Message message{.role = chat::Role::user, .content = {block}};
    event(
        {{"type", "user"}, {"message", message_as_json(message)}, {"parent_tool_use_id", nullptr}});
  }
  void diff(std::string_view unified) override {
    event({{"type", "system"}, {"subtype", "diff"}, {"diff", without_escapes(unified)}});
  }

  void finished(const Outcome& outcome) override {
    const auto duration = static_cast<std::int64_t>(outcome.duration_ms);
    json::object result{{"type", "result"},
                        {"subtype", subtype_of(outcome.end)},
                        {"is_error", !outcome.good()},
                        {"duration_ms", duration},
                        {"duration_api_ms", duration},
                        {"num_turns", outcome.turns},
                        {"result", without_escapes(outcome.text)},
                        {"stop_reason", outcome.stop_reason},
                        {"session_id", outcome.session_id},
                        {"total_cost_usd", 0.0},
                        {"usage", usage_as_json(outcome.usage)},
                        {"modelUsage", json::object()},
                        {"permission_denials", json::array()},
                        {"uuid", new_uuid()}};
    if (!outcome.good()) result["errors"] = json::array{json::value(without_escapes(outcome.text))};
    if (outcome.solved) result["solved"] = *outcome.solved;
    write_json_line(result);
  }

 private:
  void partial(std::string_view type, std::string_view key, std::string_view delta) {
    if (events_ != JsonEvents::with_pieces) return;
    json::object piece{{"type", type}};
    piece[key] = without_escapes(delta);
    event(
        {{"type", "stream_event"},
         {"event",
          json::object{{"type", "content_block_delta"}, {"index", 0}, {"delta", std::move(piece)}}},
         {"parent_tool_use_id", nullptr}});
  }

  void event(json::object object) {
    if (events_ == JsonEvents::none) return;
    object["session_id"] = info_.id;
    object["uuid"] = new_uuid();
    write_json_line(object);
  }

  JsonEvents events_;
  SessionInfo info_;
};

}  // namespace

std::unique_ptr<Output> make_json_output(JsonEvents events) {
  return std::make_unique<JsonOutput>(events);
}

}  // namespace hearth::agent
