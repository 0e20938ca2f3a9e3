#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "hearth/chat/message.h"

namespace hearth::wire {

/// `encrypted_content` of a reasoning item: thoughts, their signature, or a redacted block, so that
/// a client that keeps nothing else gives them back whole. It is written in base64 and not
/// encrypted: what is in it is the client's to see anyway.
std::string seal_thinking(const chat::ThinkingBlock& thinking);
std::string seal_thinking(const chat::RedactedThinkingBlock& redacted);

/// The block again; empty if `sealed` is not one of ours.
std::optional<chat::Block> unseal_thinking(std::string_view sealed);

}  // namespace hearth::wire
