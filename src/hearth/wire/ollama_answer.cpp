#include "hearth/wire/ollama_answer.h"

#include <fmt/chrono.h>

#include <ctime>
#include <utility>

#include "hearth/wire/anthropic_blocks.h"
#include "hearth/wire/openai_identity.h"

namespace hearth::wire {
namespace {

std::string time_text(std::int64_t seconds) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(seconds)));
}

AnswerIdentity completed(AnswerIdentity identity) {
  complete_identity(identity, "");
  return identity;
}

std::int64_t nanoseconds(double ms) {
  return static_cast<std::int64_t>(ms * 1e6);
}

json::object tool_call(const AnswerBlock& block) {
  return {{"id", block.id},
          {"function", {{"name", block.name}, {"arguments", parse_arguments(block.text)}}}};
}

/// What one line or answer holds.
struct Part {
  std::string text;
  std::string thinking;
  json::array calls;

  void take(const AnswerBlock& block) {
    switch (block.kind) {
      case AnswerBlock::Kind::text: text += block.text; break;
      case AnswerBlock::Kind::thinking: thinking += block.text; break;
      case AnswerBlock::Kind::tool: calls.push_back(tool_call(block)); break;
      case AnswerBlock::Kind::redacted:
      case AnswerBlock::Kind::server_tool: break;
    }
  }
  [[nodiscard]] bool empty() const { return text.empty() && thinking.empty() && calls.empty(); }
};

json::object object_of(OllamaForm form, const AnswerIdentity& identity, Part part) {
  json::object object;
  object["model"] = identity.model;
  object["created_at"] = time_text(identity.created);
  json::object message;
  json::object& holder = form == OllamaForm::chat ? message : object;
  if (form == OllamaForm::chat) message["role"] = "assistant";
  holder[form == OllamaForm::chat ? "content" : "response"] = part.text;
  if (!part.thinking.empty()) holder["thinking"] = part.thinking;
  if (!part.calls.empty()) holder["tool_calls"] = std::move(part.calls);
  if (form == OllamaForm::chat) object["message"] = std::move(message);
  object["done"] = false;
  return object;
}

void set_end(json::object& object, const chat::Finished& end) {
  const bool cut =
      end.reason == chat::StopReason::max_tokens || end.reason == chat::StopReason::context_full;
  const chat::Timings& timings = end.timings;
  object["done"] = true;
  object["done_reason"] = cut ? "length" : "stop";
  object["total_duration"] = nanoseconds(timings.queue_ms + timings.prefill_ms + timings.decode_ms);
  object["load_duration"] = 0;
  object["prompt_eval_count"] = end.usage.prompt_tokens;
  object["prompt_eval_duration"] = nanoseconds(timings.prefill_ms);
  object["eval_count"] = end.usage.output_tokens;
  object["eval_duration"] = nanoseconds(timings.decode_ms);
}

std::string line(const json::object& object) {
  return to_json(object) + "\n";
}

}  // namespace

json::object ollama_error(const Error& error) {
  return {{"error", error.message}};
}

json::object ollama_loaded(OllamaForm form, const std::string& model) {
  json::object object = object_of(form, completed({.id = {}, .model = model, .created = 0}), {});
  object["done"] = true;
  object["done_reason"] = "load";
  return object;
}

struct OllamaStream::State {
  OllamaForm form;
  AnswerIdentity identity;
  AnswerBlocks blocks;
  bool done = false;

  /// Text and thoughts as far as they came, calls that are whole.
  Part advance(AnswerBlocks::End end) {
    Part part;
    while (AnswerBlock* block = blocks.front()) {
      const bool whole = blocks.front_is_whole(end);
      if (whole || block->kind != AnswerBlock::Kind::tool) {
        part.take(*block);
        block->text.clear();
      }
      if (!whole) break;
      blocks.pop();
    }
    return part;
  }
};

OllamaStream::OllamaStream(OllamaForm form, AnswerIdentity identity)
    : state_(std::make_unique<State>(State{form, completed(std::move(identity)), AnswerBlocks()})) {
}

OllamaStream::~OllamaStream() = default;

std::string OllamaStream::encode(const chat::Event& event) {
  State& state = *state_;
  if (const auto* failed = std::get_if<chat::Failed>(&event)) {
    state.done = true;
    return line(ollama_error(failed->error));
  }
  if (const auto* end = std::get_if<chat::Finished>(&event)) {
    state.done = true;
    std::string out;
    // Clients read calls from lines that are not the last.
    if (Part rest = state.advance(AnswerBlocks::End::reached); !rest.empty()) {
      out = line(object_of(state.form, state.identity, std::move(rest)));
    }
    json::object last = object_of(state.form, state.identity, {});
    set_end(last, *end);
    return out + line(last);
  }
  state.blocks.add(event);
  Part part = state.advance(AnswerBlocks::End::open);
  if (part.empty()) return {};
  return line(object_of(state.form, state.identity, std::move(part)));
}

std::string OllamaStream::ping() {
  return line(object_of(state_->form, state_->identity, {}));
}

bool OllamaStream::done() const {
  return state_->done;
}

OllamaCollector::OllamaCollector(OllamaForm form, AnswerIdentity identity)
    : form_(form), identity_(completed(std::move(identity))) {}

json::object OllamaCollector::whole(AnswerBlocks& blocks, const chat::Finished& end) {
  Part part;
  for (; AnswerBlock* block = blocks.front(); blocks.pop()) part.take(*block);
  json::object object = object_of(form_, identity_, std::move(part));
  set_end(object, end);
  return object;
}

}  // namespace hearth::wire
