#pragma once

#include <string_view>

#include "hearth/base/json.h"
#include "hearth/chat/request.h"

namespace hearth::wire {

/// How a model of Gemini's is told to think: before 2.5 not at all, 2.5 with a budget in tokens,
/// since 3 with a level. Names that say no version are taken for 2.5, whose way all later ones
/// understand; models of other names do not think.
enum class GeminiThinking { none, budget, level };

GeminiThinking gemini_thinking(std::string_view model);

/// `thinkingConfig`; empty where the request says nothing of it, or the model knows none.
json::object gemini_thinking_config(const chat::Thinking& thinking, std::string_view model);

}  // namespace hearth::wire
