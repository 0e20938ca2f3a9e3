#include "hearth/chat/event.h"

namespace hearth::chat {

std::string_view to_string(StopReason reason) {
  switch (reason) {
    case StopReason::end_turn: return "end_turn";
    case StopReason::max_tokens: return "max_tokens";
    case StopReason::stop_sequence: return "stop_sequence";
    case StopReason::tool_use: return "tool_use";
    case StopReason::pause_turn: return "pause_turn";
    case StopReason::refusal: return "refusal";
    case StopReason::context_full: return "context_full";
  }
  return "end_turn";
}

}  // namespace hearth::chat
