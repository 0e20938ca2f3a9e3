#pragma once

#include <optional>
#include <string_view>

#include "hearth/base/error.h"
#include "hearth/base/json.h"

namespace hearth::wire {

/// The error of a prompt that does not fit. Claude Code reads the two numbers of this text and
/// shows them without a retry, so the words are fixed: "prompt is too long: N tokens > M maximum".
/// invalid_request, hence 400.
Error prompt_too_long(std::size_t tokens, std::size_t maximum);

/// Whether `error` is that: what a client reads stands at its beginning.
bool is_overflow(const Error& error);

/// The same of what a server said: in its words, in the names of its error object (`code`, `type`),
/// or with the numbers in it. Where these are not known, the server's words stand in their place.
/// Nothing if it is another error. `object` may be null.
std::optional<Error> overflow_of(std::string_view words, const json::object* object);

}  // namespace hearth::wire
