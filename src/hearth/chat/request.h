#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "hearth/base/json.h"
#include "hearth/chat/message.h"

namespace hearth::chat {

struct Tool {
  std::string name;
  std::string description;
  json::object input_schema;  ///< JSON Schema of the arguments
  /// Known to parser and grammar, rendered only where a ToolReferenceBlock names it.
  bool defer_loading = false;
  /// The client's type where it is not a plain function: `web_search_20250305`, `custom`, …
  std::string type;
  json::object extra;
};

struct ToolChoice {
  enum class Mode { automatic, any, tool, none };
  Mode mode = Mode::automatic;
  std::string name;  ///< with Mode::tool
  /// With Mode::automatic and Mode::any: the only tools that may be called; empty: all. The model
  /// sees all of them still, so that the prompt stays the same.
  std::vector<std::string> allowed;
  bool disable_parallel = false;
};

/// Unset values are the model's or the route's to choose.
struct Sampling {
  std::optional<double> temperature;
  std::optional<double> top_p;
  std::optional<double> min_p;
  std::optional<int> top_k;
  std::optional<double> frequency_penalty;
  std::optional<double> presence_penalty;
  /// What the logits of the answer's last `repeat_last_n` tokens (-1: all; unset: 64) are divided
  /// by, or multiplied with if negative, as llama.cpp does it. 0 and 1: nothing.
  std::optional<double> repeat_penalty;
  std::optional<int> repeat_last_n;
  std::optional<std::uint32_t> seed;
};

/// What `sampling` leaves unset is taken from `defaults`.
void fill_unset(Sampling& sampling, const Sampling& defaults);

/// Added to the logit of a token: its number in the model's vocabulary, or text, of which every
/// token is meant.
struct LogitBias {
  std::variant<int, std::string> token;
  double bias = 0;  ///< minus infinity: never
};

struct Thinking {
  enum class Mode { unset, enabled, adaptive, disabled };
  Mode mode = Mode::unset;
  std::optional<int> budget_tokens;
  std::string effort;  ///< "low", "medium", "high", … or empty
  [[nodiscard]] bool on() const { return mode == Mode::enabled || mode == Mode::adaptive; }
};

/// Sets how hard to think; "none" switches thinking off.
void set_effort(Thinking& thinking, std::string effort);

/// What a client asks, whatever format it came in.
struct Request {
  std::string model;
  /// The system prompt is the first message, with Role::system; further system messages stand
  /// where the client put them.
  std::vector<Message> messages;
  std::vector<Tool> tools;
  ToolChoice tool_choice;
  std::optional<int> max_tokens;
  Sampling sampling;
  std::vector<LogitBias> logit_bias;
  /// Report the log-probability of each token of the text, and of so many others in its place.
  std::optional<int> top_logprobs;
  std::vector<std::string> stop;
  Thinking thinking;
  std::optional<json::value> json_schema;  ///< the answer must be JSON after this schema
  std::string grammar;                     ///< the answer must be in this language, in GBNF
  bool stream = false;
  std::string session;  ///< the client's own key of the conversation, or empty
  /// What the client switched on of its API by a header (`anthropic-beta`), with commas; for a
  /// provider that speaks the same.
  std::string api_features;
  /// The route was made for requests with a server's own tools: its model is asked though it gets
  /// none of them.
  bool may_lack_server_tools = false;
  /// Top-level fields without meaning in the middle (`metadata`, `service_tier`, …).
  json::object extra;
  /// The format whose fields all `extra` objects hold ("anthropic", "openai"), or empty for none in
  /// particular: a provider that speaks another one leaves them out.
  std::string extra_format;
  /// The route's own fields for its provider, in the provider's format; passed on as they stand.
  json::object provider_extra;
  /// What was ignored or changed while decoding, one sentence each, for the request's record.
  std::vector<std::string> warnings;
};

[[nodiscard]] const Tool* find_tool(const Request& request, std::string_view name);

}  // namespace hearth::chat
