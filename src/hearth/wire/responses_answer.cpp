#include "hearth/wire/responses_answer.h"

#include <utility>

#include "hearth/wire/openai_identity.h"
#include "hearth/wire/responses_object.h"
#include "hearth/wire/sse.h"

namespace hearth::wire {

struct ResponsesStream::State {
  ResponsesShape shape;
  AnswerBlocks blocks;
  json::array output;
  bool started = false;
  bool done = false;
  bool open = false;       ///< an item is open
  std::string id_of_item;  ///< of the open item
  std::string text;        ///< of the open item, as far as it came
  int sequence = 0;
  std::string out;

  void send(std::string_view type, json::object fields) {
    json::object event;
    event["type"] = type;
    event["sequence_number"] = sequence++;
    for (auto& member : fields) event.emplace(member.key(), std::move(member.value()));
    out += sse_frame(type, to_json(event));
  }

  /// An event about the open item.
  void send_of_item(std::string_view type, json::object fields) {
    fields["item_id"] = id_of_item;
    fields["output_index"] = output.size();
    send(type, std::move(fields));
  }
  void send_of_part(std::string_view type, json::object fields) {
    fields["content_index"] = 0;
    send_of_item(type, std::move(fields));
  }

  void start() {
    if (std::exchange(started, true)) return;
    send("response.created", {{"response", response_begun(shape)}});
    send("response.in_progress", {{"response", response_begun(shape)}});
  }

  static bool has_part(const AnswerBlock& block) {
    return block.kind == AnswerBlock::Kind::text || block.kind == AnswerBlock::Kind::thinking;
  }

  void open_item(const AnswerBlock& block) {
    open = true;
    id_of_item = item_id(block, output.size(), shape);
    text.clear();
    const bool redacted = block.kind == AnswerBlock::Kind::redacted;
    send("response.output_item.added", {{"output_index", output.size()},
                                        {"item", output_item(block, redacted ? block.text : "",
                                                             id_of_item, "in_progress", shape)}});
    if (has_part(block)) {
      send_of_part("response.content_part.added", {{"part", text_part(block.kind, {})}});
    }
  }

  void send_text(const AnswerBlock& block) {
    if (block.text.empty()) return;
    text += block.text;
    switch (block.kind) {
      case AnswerBlock::Kind::text:
        send_of_part("response.output_text.delta",
                     {{"delta", block.text}, {"logprobs", json::array{}}});
        break;
      case AnswerBlock::Kind::thinking:
        send_of_part("response.reasoning_text.delta", {{"delta", block.text}});
        break;
      case AnswerBlock::Kind::tool:
        // A custom tool's input is known when its JSON is whole.
        if (!is_custom(block, shape)) {
          send_of_item("response.function_call_arguments.delta", {{"delta", block.text}});
        }
        break;
      case AnswerBlock::Kind::redacted:
      case AnswerBlock::Kind::server_tool: break;
    }
  }

  void close_item(const AnswerBlock& block, std::string_view status) {
    if (block.kind == AnswerBlock::Kind::text) {
      send_of_part("response.output_text.done", {{"text", text}, {"logprobs", json::array{}}});
    } else if (block.kind == AnswerBlock::Kind::thinking) {
      send_of_part("response.reasoning_text.done", {{"text", text}});
    } else if (is_custom(block, shape)) {
      const std::string input = custom_input(text);
      send_of_item("response.custom_tool_call_input.delta", {{"delta", input}});
      send_of_item("response.custom_tool_call_input.done", {{"input", input}});
    } else if (block.kind == AnswerBlock::Kind::tool) {
      send_of_item("response.function_call_arguments.done",
                   {{"name", shape.tools.find(block.name).name}, {"arguments", text}});
    }
    if (has_part(block)) {
      send_of_part("response.content_part.done", {{"part", text_part(block.kind, text)}});
    }
    json::object item = output_item(block, text, id_of_item, status, shape);
    send("response.output_item.done", {{"output_index", output.size()}, {"item", item}});
    output.push_back(std::move(item));
    open = false;
  }

  /// Sends what the blocks allow: all of the first one, the next as soon as that is whole. The last
  /// one gets `last_status`.
  void advance(AnswerBlocks::End end, std::string_view last_status = "completed") {
    while (AnswerBlock* block = blocks.front()) {
      if (!open) open_item(*block);
      send_text(*block);
      block->text.clear();
      if (!blocks.front_is_whole(end)) return;
      AnswerBlock whole = std::move(*block);
      blocks.pop();
      close_item(whole, blocks.front() == nullptr ? last_status : "completed");
    }
  }

  void finish(const chat::Finished& end) {
    advance(AnswerBlocks::End::reached, response_status(end));
    json::object response = response_ended(shape, end, std::move(output));
    if (shape.on_done) shape.on_done(response);
    send(std::string("response.") + std::string(response_status(end)),
         {{"response", std::move(response)}});
    done = true;
  }

  void fail(const Error& error) {
    advance(AnswerBlocks::End::reached, "incomplete");
    send("response.failed", {{"response", response_failed(shape, error, std::move(output))}});
    done = true;
  }
};

namespace {

ResponsesShape completed(ResponsesShape shape) {
  complete_identity(shape.identity, response_prefix);
  return shape;
}

}  // namespace

ResponsesStream::ResponsesStream(ResponsesShape shape) : state_(std::make_unique<State>()) {
  state_->shape = completed(std::move(shape));
}

ResponsesStream::~ResponsesStream() = default;

std::string ResponsesStream::encode(const chat::Event& event) {
  State& state = *state_;
  if (const auto* progress = std::get_if<chat::PrefillProgress>(&event)) {
    return prefill_comment(*progress);
  }
  state.start();
  if (const auto* finished = std::get_if<chat::Finished>(&event)) {
    state.finish(*finished);
  } else if (const auto* failed = std::get_if<chat::Failed>(&event)) {
    state.fail(failed->error);
  } else {
    state.blocks.add(event);
    state.advance(AnswerBlocks::End::open);
  }
  return std::exchange(state.out, {});
}

std::string ResponsesStream::ping() {
  return sse_comment("ping");
}

bool ResponsesStream::done() const {
  return state_->done;
}

ResponsesCollector::ResponsesCollector(ResponsesShape shape)
    : shape_(completed(std::move(shape))) {}

json::object ResponsesCollector::whole(AnswerBlocks& blocks, const chat::Finished& end) {
  json::array output;
  while (AnswerBlock* front = blocks.front()) {
    const AnswerBlock block = std::move(*front);
    blocks.pop();
    const bool last = blocks.front() == nullptr;
    output.push_back(output_item(block, block.text, item_id(block, output.size(), shape_),
                                 last ? response_status(end) : "completed", shape_));
  }
  json::object response = response_ended(shape_, end, std::move(output));
  if (shape_.on_done) shape_.on_done(response);
  return response;
}

}  // namespace hearth::wire
