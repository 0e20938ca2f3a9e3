#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "hearth/base/error.h"
#include "hearth/base/json.h"
#include "hearth/chat/message.h"

namespace hearth::chat {

enum class StopReason {
  end_turn,
  max_tokens,
  stop_sequence,
  tool_use,
  pause_turn,  ///< the server's own tools are not done; the same conversation again goes on
  refusal,
  context_full
};

std::string_view to_string(StopReason reason);

struct Usage {
  int prompt_tokens = 0;  ///< the whole prompt, reused and computed
  int reused_tokens = 0;  ///< of these, not computed for this request
  int output_tokens = 0;
  /// Computed while the server was idle since the request before, in the hope of a next one.
  int ahead_tokens = 0;
  int thinking_tokens = 0;  ///< of the output, where known
  /// The server told none; these are guesses from the texts.
  bool estimated = false;
};

struct Timings {
  double queue_ms = 0;
  double prefill_ms = 0;
  double decode_ms = 0;
  double ttft_ms = 0;  ///< from arrival to the first output token
};

/// What an answer says that has no meaning in the middle, as the server's format writes it: for a
/// client that speaks the same one.
struct OwnFields {
  std::string format = {};  ///< "anthropic", "openai", or empty
  json::object members = {};
  /// Null where they are in another format.
  [[nodiscard]] const json::object* in(std::string_view wanted) const {
    return format == wanted ? &members : nullptr;
  }
};

/// The prompt is known and the work has begun. `usage` is final but for the output, unless
/// `usage_known` is false (most remote servers tell it at the end).
struct Started {
  Usage usage;
  bool usage_known = true;
  /// What was reused, from where, and why not more, in a sentence for a person; empty where the
  /// server does not tell.
  std::string cache_note = {};
  /// Which of several servers of one provider answers; empty where there is only one. To a client
  /// of ours, the route that answers.
  std::string server = {};
  OwnFields own = {};  ///< of the answer, as far as it is known
};

/// Sent while a prompt is read, at most a few times a second.
struct PrefillProgress {
  int computed = 0;  ///< prompt tokens computed so far for this request
  int reused = 0;
  int total = 0;
  double eta_ms = 0;
  bool estimated = false;  ///< `computed` is what has probably been read by now, not a report
};

struct TokenProbability {
  int id = -1;       ///< in the model's vocabulary; -1: the server does not tell
  std::string text;  ///< its bytes, which may be a part of a UTF-8 code point
  double logprob = 0;
};

/// A token of the answer's text.
struct SampledToken {
  TokenProbability chosen;
  std::vector<TokenProbability> top;  ///< the likeliest in its place, in order
};

struct TextDelta {
  std::string text;
  std::vector<SampledToken> tokens = {};  ///< with Request::top_logprobs
};

/// Closes the current text block, for servers whose answers have several in a row.
struct TextEnd {
  std::vector<json::object> citations;  ///< of the block, as the Messages API writes them
};

struct ThinkingDelta {
  std::string text;
};

/// Closes the current thinking block; `redacted` carries one that the provider encrypted.
struct ThinkingSignature {
  std::string signature;
  std::string redacted;
};

/// `index` counts the answer's tool calls from 0. Calls of different index may interleave (some
/// servers send them so); an encoder whose format forbids it holds the later one back.
struct ToolCallStart {
  int index = 0;
  std::string id;
  std::string name;
  OwnFields own = {};  ///< of the call
};

struct ToolCallDelta {
  int index = 0;
  std::string arguments;  ///< the next piece of the arguments' JSON text
};

/// Members of the answer's message. Pieces of one member come in order, each a list of its own.
struct MessageFields {
  OwnFields own;
};

struct Finished {
  StopReason reason = StopReason::end_turn;
  std::string stop_sequence;  ///< which one, with StopReason::stop_sequence
  Usage usage;
  Timings timings;
  /// Of the whole answer, those of Started among them. `usage` is as the server told it, and
  /// `stop_reason` is there where StopReason has no such name.
  OwnFields own = {};
};

/// One of several answers to a request is whole; what follows belongs to the next one.
struct ChoiceFinished {
  Finished end;  ///< its own
};

struct Failed {
  Error error;
};

/// An answer is: Started or Failed; then progress and deltas; then exactly one of Finished, Failed.
/// Several answers to one request come one after the other, ChoiceFinished between them.
using Event = std::variant<Started, PrefillProgress, TextDelta, TextEnd, ThinkingDelta,
                           ThinkingSignature, ToolCallStart, ToolCallDelta, ServerToolBlock,
                           MessageFields, ChoiceFinished, Finished, Failed>;

/// Called in order, from one thread at a time. Must not block.
using EventSink = std::move_only_function<void(Event)>;

}  // namespace hearth::chat
