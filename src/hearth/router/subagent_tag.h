#pragma once

#include <optional>
#include <string>

#include "hearth/chat/request.h"

namespace hearth::router {

struct SubagentTag {
  std::string text;   ///< the whole tag
  std::string model;  ///< what stands in it
};

/// The first <CCR-SUBAGENT-MODEL>…</CCR-SUBAGENT-MODEL> in a text of a system or user message. Tool
/// results are not looked at: they are not the user's words.
std::optional<SubagentTag> find_subagent_tag(const chat::Request& request);

/// Removes every occurrence of `tag` from the texts of system and user messages.
void remove_subagent_tag(chat::Request& request, const std::string& tag);

}  // namespace hearth::router
