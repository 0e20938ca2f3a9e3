#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "hearth/base/json.h"
#include "hearth/chat/event.h"

namespace hearth::wire {

/// chat::Events as golden files write them: {"text": "…"}, {"call": 0, "id", "name"}, ….
inline json::object event_to_json(const chat::Event& event) {
  struct Write {
    static json::object usage(const chat::Usage& u) {
      return {{"prompt", u.prompt_tokens},
              {"reused", u.reused_tokens},
              {"output", u.output_tokens},
              {"thinking", u.thinking_tokens}};
    }
    json::object operator()(const chat::Started& e) const {
      return {{"started", usage(e.usage)}, {"usage_known", e.usage_known}};
    }
    json::object operator()(const chat::PrefillProgress& e) const {
      return {{"prefill", {e.computed, e.reused, e.total}}, {"eta_ms", e.eta_ms}};
    }
    static json::object token(const chat::TokenProbability& t) {
      return {{"token", t.text}, {"logprob", t.logprob}};
    }
    json::object operator()(const chat::TextDelta& e) const {
      json::object object{{"text", e.text}};
      if (e.tokens.empty()) return object;
      json::array tokens;
      for (const chat::SampledToken& sampled : e.tokens) {
        json::object one = token(sampled.chosen);
        json::array top;
        for (const chat::TokenProbability& other : sampled.top) top.push_back(token(other));
        one["top"] = std::move(top);
        tokens.push_back(std::move(one));
      }
      object["tokens"] = std::move(tokens);
      return object;
    }
    json::object operator()(const chat::TextEnd& e) const {
      json::array citations;
      for (const json::object& citation : e.citations) citations.push_back(citation);
      return {{"text_end", std::move(citations)}};
    }
    json::object operator()(const chat::ThinkingDelta& e) const { return {{"thinking", e.text}}; }
    json::object operator()(const chat::ThinkingSignature& e) const {
      return {{"signature", e.signature}, {"redacted", e.redacted}};
    }
    json::object operator()(const chat::ToolCallStart& e) const {
      return {{"call", e.index}, {"id", e.id}, {"name", e.name}};
    }
    json::object operator()(const chat::ToolCallDelta& e) const {
      return {{"call", e.index}, {"arguments", e.arguments}};
    }
    json::object operator()(const chat::ServerToolBlock& e) const {
      return {{"server_tool", e.original}};
    }
    json::object operator()(const chat::MessageFields& e) const {
      return {{"fields", e.own.members}};
    }
    json::object operator()(const chat::ChoiceFinished& e) const {
      return {{"choice_finished", chat::to_string(e.end.reason)}, {"usage", usage(e.end.usage)}};
    }
    json::object operator()(const chat::Finished& e) const {
      return {{"finished", chat::to_string(e.reason)},
              {"stop_sequence", e.stop_sequence},
              {"usage", usage(e.usage)}};
    }
    json::object operator()(const chat::Failed& e) const {
      return {{"failed", to_string(e.error.kind)}, {"message", e.error.message}};
    }
  };
  return std::visit(Write{}, event);
}

inline json::array events_to_json(const std::vector<chat::Event>& events) {
  json::array list;
  for (const chat::Event& event : events) list.push_back(event_to_json(event));
  return list;
}

inline chat::Usage usage_from_json(const json::object* object) {
  chat::Usage usage;
  if (object == nullptr) return usage;
  usage.prompt_tokens = static_cast<int>(find_int(*object, "prompt").value_or(0));
  usage.reused_tokens = static_cast<int>(find_int(*object, "reused").value_or(0));
  usage.output_tokens = static_cast<int>(find_int(*object, "output").value_or(0));
  usage.thinking_tokens = static_cast<int>(find_int(*object, "thinking").value_or(0));
  return usage;
}

inline chat::StopReason stop_reason_from_name(std::string_view name) {
  using chat::StopReason;
  for (const StopReason reason :
       {StopReason::end_turn, StopReason::max_tokens, StopReason::stop_sequence,
        StopReason::tool_use, StopReason::pause_turn, StopReason::refusal,
        StopReason::context_full}) {
    if (chat::to_string(reason) == name) return reason;
  }
  throw std::runtime_error("unknown stop reason");
}

inline chat::Event event_from_json(const json::object& o) {
  const auto text = [&](std::string_view key) {
    return std::string(find_string(o, key).value_or(""));
  };
  const auto call = static_cast<int>(find_int(o, "call").value_or(0));
  if (o.contains("started")) {
    return chat::Started{usage_from_json(find_object(o, "started")),
                         find_bool(o, "usage_known").value_or(true)};
  }
  if (const json::array* p = find_array(o, "prefill")) {
    return chat::PrefillProgress{json::value_to<int>(p->at(0)), json::value_to<int>(p->at(1)),
                                 json::value_to<int>(p->at(2)),
                                 find_number(o, "eta_ms").value_or(0)};
  }
  if (o.contains("text")) return chat::TextDelta{text("text")};
  if (const json::array* citations = find_array(o, "text_end")) {
    chat::TextEnd end;
    for (const json::value& citation : *citations) end.citations.push_back(citation.get_object());
    return end;
  }
  if (o.contains("thinking")) return chat::ThinkingDelta{text("thinking")};
  if (o.contains("signature")) return chat::ThinkingSignature{text("signature"), text("redacted")};
  if (const json::object* own = find_object(o, "server_tool")) return chat::ServerToolBlock{*own};
  if (o.contains("name")) return chat::ToolCallStart{call, text("id"), text("name")};
  if (o.contains("arguments")) return chat::ToolCallDelta{call, text("arguments")};
  if (o.contains("finished")) {
    chat::Finished end;
    end.reason = stop_reason_from_name(text("finished"));
    end.stop_sequence = text("stop_sequence");
    end.usage = usage_from_json(find_object(o, "usage"));
    end.timings = {1, 200, 500, 210};
    return end;
  }
  if (o.contains("failed")) {
    return chat::Failed{{ErrorKind::unavailable, text("message")}};
  }
  throw std::runtime_error("unknown event " + to_json(o));
}

}  // namespace hearth::wire
