#pragma once

#include <cstddef>

#include "hearth/chat/request.h"

namespace hearth::router {

/// About how many tokens such a text has, for models whose tokenizer is not here: 3.5 bytes each,
/// which is English, source code and JSON alike; other alphabets have more bytes and more tokens.
std::size_t estimated_tokens(std::size_t bytes);

/// The same of all that a model is shown of `request`, with what a template writes around it. Tools
/// with `defer_loading` count once they are referred to, thoughts of earlier turns do not.
std::size_t estimated_tokens(const chat::Request& request);

}  // namespace hearth::router
