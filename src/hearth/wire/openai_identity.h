#pragma once

#include <string_view>

#include "hearth/wire/answer_encoder.h"

namespace hearth::wire {

/// Fills in what the caller left open: an id that begins with `prefix`, the time.
void complete_identity(AnswerIdentity& identity, std::string_view prefix);

}  // namespace hearth::wire
