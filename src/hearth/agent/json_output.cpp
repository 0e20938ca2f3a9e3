#include <fmt/format.h>

#include <filesystem>
#include <optional>

#include "hearth/agent/claude_code_names.h"
#include "hearth/agent/json_lines.h"
#include "hearth/agent/output.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/session/message_json.h"
#include "hearth/base/id.h"

namespace hearth::agent {
namespace {

std::string_view subtype_of(const Outcome& outcome) {
  switch (outcome.end) {
    case Outcome::End::success: return "success";
    case Outcome::End::max_turns: return "error_max_turns";
    case Outcome::End::no_structured_output: return "error_max_structured_output_retries";
    case Outcome::End::not_solved:
    case Outcome::End::limit:
    case Outcome::End::interrupted:
    case Outcome::End::error: return "error_during_execution";
  }
  return "error_during_execution";
}

json::array strings(const std::vector<std::string>& list) {
  json::array array;
  for (const std::string& each : list) array.emplace_back(each);
  return array;
}

/// In the shapes of the Claude Code SDK.
class JsonOutput final : public Output {
 public:
  explicit JsonOutput(JsonEvents events) : events_(events) {}

  void session(const SessionInfo& info) override {
    info_ = info;
    json::array servers;
    for (const SessionInfo::McpServer& server : info.mcp_servers) {
      servers.push_back(json::object{{"name", server.name},
                                     {"status", server.connected ? "connected" : "failed"}});
    }
    event({{"type", "system"},
           {"subtype", "init"},
           {"cwd", info.folder},
           {"tools", strings(info.tools)},
           {"mcp_servers", std::move(servers)},
           {"model", info.model},
           {"style", info.style},
           {"permissionMode", info.permission_mode},
           {"slash_commands", strings(info.commands)},
           {"agents", strings(info.subagents)},
           {"skills", strings(info.skills)},
           {"plugins", json::array()},
           {"apiKeySource", "none"},
           {"output_style", "default"}});
  }

  void status(std::string_view line) override {
    event({{"type", "system"}, {"subtype", "status"}, {"text", without_escapes(line)}});
  }
  void progress(std::string_view) override {}
  void text(std::string_view delta) override { piece("text", "text_delta", "text", delta); }
  void thinking(std::string_view delta) override {
    piece("thinking", "thinking_delta", "thinking", delta);
  }

  void message(const chat::Message& message, const chat::Usage& usage) override {
    if (events_ == JsonEvents::with_pieces) begin_message();
    json::object fields{
        {"id", begun_.value_or(new_id("msg_"))}, {"type", "message"}, {"model", info_.model}};
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
    finish_pieces(fields);
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
    // What an answer that broke off had begun.
    begun_.reset();
    open_.clear();
    const auto duration = static_cast<std::int64_t>(outcome.duration_ms);
    json::object result{{"type", "result"},
                        {"subtype", subtype_of(outcome)},
                        {"is_error", !outcome.good()},
                        {"duration_ms", duration},
                        {"duration_api_ms", duration},
                        {"num_turns", outcome.turns},
                        {"result", without_escapes(outcome.text)},
                        {"stop_reason", outcome.stop_reason},
                        {"session_id", outcome.session_id},
                        {"total_cost_usd", 0.0},
                        {"usage", usage_as_json(outcome.usage)},
                        {"modelUsage", model_usage(outcome.usage)},
                        {"permission_denials", denials(outcome)},
                        {"uuid", new_uuid()}};
    if (!outcome.good()) result["errors"] = json::array{json::value(without_escapes(outcome.text))};
    if (outcome.solved) result["solved"] = *outcome.solved;
    if (outcome.structured) result["structured_output"] = *outcome.structured;
    write_json_line(result);
  }

 private:
  [[nodiscard]] json::object model_usage(const chat::Usage& usage) const {
    json::object models;
    if (info_.model.empty()) return models;
    models[info_.model] = json::object{{"inputTokens", usage.prompt_tokens - usage.reused_tokens},
                                       {"outputTokens", usage.output_tokens},
                                       {"cacheReadInputTokens", usage.reused_tokens},
                                       {"cacheCreationInputTokens", 0},
                                       {"webSearchRequests", 0},
                                       {"costUSD", 0.0},
                                       {"contextWindow", info_.window},
                                       {"maxOutputTokens", 0}};
    return models;
  }

  [[nodiscard]] json::array denials(const Outcome& outcome) const {
    json::array denials;
    for (const DeniedCall& call : outcome.denied) {
      const auto arguments = parse_json(call.arguments);
      json::object input = arguments && arguments->is_object()
                               ? known_arguments(call.tool, arguments->get_object(), info_.folder)
                               : json::object();
      denials.push_back(json::object{{"tool_name", known_tool_name(call.tool)},
                                     {"tool_use_id", call.id},
                                     {"tool_input", std::move(input)}});
    }
    return denials;
  }

  /// A piece of a text or a thought, as the Messages API streams it.
  void piece(std::string_view block, std::string_view type, std::string_view key,
             std::string_view delta) {
    if (events_ != JsonEvents::with_pieces) return;
    begin_message();
    if (open_ != block) {
      json::object content{{"type", block}};
      content[key] = "";
      begin_block(block, std::move(content));
    }
    json::object content{{"type", type}};
    content[key] = without_escapes(delta);
    add_to_block(std::move(content));
  }

  void begin_message() {
    if (begun_) return;
    begun_ = new_id("msg_");
    blocks_ = 0;
    stream({{"type", "message_start"},
            {"message", json::object{{"id", *begun_},
                                     {"type", "message"},
                                     {"role", "assistant"},
                                     {"model", info_.model},
                                     {"content", json::array()},
                                     {"stop_reason", nullptr},
                                     {"stop_sequence", nullptr},
                                     {"usage", usage_as_json({})}}}});
  }

  void begin_block(std::string_view kind, json::object content) {
    end_block();
    open_ = kind;
    stream({{"type", "content_block_start"},
            {"index", blocks_},
            {"content_block", std::move(content)}});
  }

  void add_to_block(json::object delta) {
    stream({{"type", "content_block_delta"}, {"index", blocks_}, {"delta", std::move(delta)}});
  }

  void end_block() {
    if (open_.empty()) return;
    stream({{"type", "content_block_stop"}, {"index", blocks_}});
    open_.clear();
    ++blocks_;
  }

  /// The calls of a message, which do not come in pieces, and its end.
  void finish_pieces(const json::object& message) {
    if (events_ != JsonEvents::with_pieces) return;
    if (const json::array* content = find_array(message, "content")) {
      for (const json::value& block : *content) {
        if (block.is_object()) tell_call(block.get_object());
      }
    }
    end_block();
    stream({{"type", "message_delta"},
            {"delta",
             json::object{{"stop_reason", message.at("stop_reason")}, {"stop_sequence", nullptr}}},
            {"usage", message.at("usage")}});
    stream({{"type", "message_stop"}});
    begun_.reset();
  }

  void tell_call(const json::object& block) {
    if (find_string(block, "type") != "tool_use") return;
    json::object begun = block;
    begun["input"] = json::object();
    begin_block("tool_use", std::move(begun));
    const json::value* input = find(block, "input");
    add_to_block({{"type", "input_json_delta"},
                  {"partial_json", input == nullptr ? "{}" : to_json(*input)}});
  }

  void stream(json::object what) {
    event({{"type", "stream_event"}, {"event", std::move(what)}, {"parent_tool_use_id", nullptr}});
  }

  void event(json::object object) {
    if (events_ == JsonEvents::none) return;
    object["session_id"] = info_.id;
    object["uuid"] = new_uuid();
    write_json_line(object);
  }

  JsonEvents events_;
  SessionInfo info_;
  std::optional<std::string> begun_;  ///< the ID of the message whose pieces are told
  std::string open_;                  ///< the kind of its block that is told
  int blocks_ = 0;                    ///< of it that have ended
};

}  // namespace

std::unique_ptr<Output> make_json_output(JsonEvents events) {
  return std::make_unique<JsonOutput>(events);
}

}  // namespace hearth::agent
