#include "hearth/wire/answer_blocks.h"

#include <utility>

namespace hearth::wire {

void ObjectEnd::feed(std::string_view piece) {
  for (const char c : piece) {
    if (escaped_) {
      escaped_ = false;
    } else if (in_string_) {
      if (c == '\\') escaped_ = true;
      if (c == '"') in_string_ = false;
    } else if (c == '"') {
      in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
      begun_ = true;
    } else if (c == '}' || c == ']') {
      --depth_;
    }
  }
}

AnswerBlock& AnswerBlocks::last_of(AnswerBlock::Kind kind) {
  if (blocks_.empty() || blocks_.back().kind != kind || blocks_.back().closed) {
    blocks_.emplace_back().kind = kind;
  }
  return blocks_.back();
}

void AnswerBlocks::add(const chat::Event& event) {
  using Kind = AnswerBlock::Kind;
  if (const auto* text = std::get_if<chat::TextDelta>(&event)) {
    if (!text->text.empty()) last_of(Kind::text).text += text->text;
  } else if (const auto* ending = std::get_if<chat::TextEnd>(&event)) {
    if (blocks_.empty() || blocks_.back().kind != Kind::text) return;
    blocks_.back().citations = ending->citations;
    blocks_.back().closed = true;
  } else if (const auto* thinking = std::get_if<chat::ThinkingDelta>(&event)) {
    if (!thinking->text.empty()) last_of(Kind::thinking).text += thinking->text;
  } else if (const auto* signature = std::get_if<chat::ThinkingSignature>(&event)) {
    if (signature->redacted.empty()) {
      AnswerBlock& block = last_of(Kind::thinking);
      block.signature = signature->signature;
      block.closed = true;
    } else {
      AnswerBlock& block = blocks_.emplace_back();
      block.kind = Kind::redacted;
      block.text = signature->redacted;
      block.closed = true;
    }
  } else if (const auto* call = std::get_if<chat::ToolCallStart>(&event)) {
    calls_[call->index] = popped_ + blocks_.size();
    AnswerBlock& block = blocks_.emplace_back();
    block.kind = Kind::tool;
    block.id = call->id;
    block.name = call->name;
    block.own = call->own;
  } else if (const auto* own = std::get_if<chat::ServerToolBlock>(&event)) {
    if (server_tools_ == ServerTools::left_out) return;
    AnswerBlock& block = blocks_.emplace_back();
    block.kind = Kind::server_tool;
    block.original = own->original;
    block.closed = true;
  } else if (const auto* delta = std::get_if<chat::ToolCallDelta>(&event)) {
    const auto found = calls_.find(delta->index);
    if (found == calls_.end() || found->second < popped_) return;
    AnswerBlock& block = blocks_[found->second - popped_];
    block.text += delta->arguments;
    block.arguments_end.feed(delta->arguments);
  }
}

bool AnswerBlocks::front_is_whole(End end) const {
  if (end == End::reached) return true;
  const AnswerBlock& block = blocks_.front();
  if (block.closed) return true;
  if (blocks_.size() < 2) return false;
  return block.kind != AnswerBlock::Kind::tool || block.arguments_end.reached();
}

void AnswerBlocks::pop() {
  blocks_.pop_front();
  ++popped_;
}

}  // namespace hearth::wire
