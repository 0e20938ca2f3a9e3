#pragma once

#include <string>
#include <vector>

#include "hearth/chat/request.h"
#include "hearth/wire/fields.h"

namespace hearth::wire {

/// temperature, top_p, min_p, top_k, the penalties, seed: of chat and raw completions. A negative
/// seed or top_k, which some clients send for "none", is unset.
chat::Sampling decode_sampling(Fields& body);

/// `stop`: a string or a list of strings. Empty ones, which would stop at once, are left out.
std::vector<std::string> decode_stop(Fields& body);

}  // namespace hearth::wire
