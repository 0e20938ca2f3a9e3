#pragma once

#include "hearth/chat/event.h"

namespace hearth::agent {

/// Adds the tokens of further requests to a sum.
inline void add_usage(chat::Usage& sum, const chat::Usage& more) {
  sum.prompt_tokens += more.prompt_tokens;
  sum.reused_tokens += more.reused_tokens;
  sum.output_tokens += more.output_tokens;
}

}  // namespace hearth::agent
