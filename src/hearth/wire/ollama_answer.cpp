#include "hearth/wire/ollama_answer.h"

#include <fmt/chrono.h>

#include <ctime>
#include <optional>
#include <utility>

#include "hearth/base/clock.h"
#include "hearth/wire/answer_blocks.h"
#include "hearth/wire/anthropic_blocks.h"

namespace hearth::wire {
namespace {

std::string now_text() {
  const std::int64_t ms = unix_ms();
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(static_cast<std::time_t>(ms / 1000)), ms % 1000);
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
      case AnswerBlock::Kind::redacted: break;
    }
  }
  [[nodiscard]] bool empty() const { return text.empty() && thinking.empty() && calls.empty(); }
};

json::object object_of(OllamaForm form, const std::string& model, Part part) {
  json::object object;
  object["model"] = model;
  object["created_at"] = now_text();
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
  json::object object = object_of(form, model, {});
  object["done"] = true;
  object["done_reason"] = "load";
  return object;
}

struct OllamaStream::State {
  OllamaForm form;
  std::string model;
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
    : state_(std::make_unique<State>(State{form, std::move(identity.model), {}})) {}

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
      out = line(object_of(state.form, state.model, std::move(rest)));
    }
    json::object last = object_of(state.form, state.model, {});
    set_end(last, *end);
    return out + line(last);
  }
  state.blocks.add(event);
  Part part = state.advance(AnswerBlocks::End::open);
  if (part.empty()) return {};
  return line(object_of(state.form, state.model, std::move(part)));
}

std::string OllamaStream::ping() {
  return line(object_of(state_->form, state_->model, {}));
}

bool OllamaStream::done() const {
  return state_->done;
}

struct OllamaCollector::State {
  OllamaForm form;
  std::string model;
  AnswerBlocks blocks;
  std::optional<chat::Finished> end;
  std::optional<Error> error;
};

OllamaCollector::OllamaCollector(OllamaForm form, AnswerIdentity identity)
    : state_(std::make_unique<State>(State{form, std::move(identity.model), {}, {}, {}})) {}

OllamaCollector::~OllamaCollector() = default;

void OllamaCollector::add(const chat::Event& event) {
  if (const auto* finished = std::get_if<chat::Finished>(&event)) {
    state_->end = *finished;
  } else if (const auto* failed = std::get_if<chat::Failed>(&event)) {
    state_->error = failed->error;
  } else {
    state_->blocks.add(event);
  }
}

bool OllamaCollector::done() const {
  return state_->end.has_value() || state_->error.has_value();
}

Result<json::object> OllamaCollector::response() {
  if (state_->error) return std::unexpected(*state_->error);
  Part part;
  for (; AnswerBlock* block = state_->blocks.front(); state_->blocks.pop()) part.take(*block);
  json::object object = object_of(state_->form, state_->model, std::move(part));
  set_end(object, *state_->end);
  return object;
}

}  // namespace hearth::wire
