#pragma once

#include <string>
#include <string_view>

#include "hearth/base/json.h"
#include "hearth/chat/request.h"

namespace hearth::wire {

/// Members of chat::Request::provider_extra that say how the provider wants a request written, and
/// are no fields of a body.
namespace written {
/// true: thoughts of earlier turns go along.
inline constexpr std::string_view thoughts = "reasoning_content";
/// true: the limit is sent under this name.
inline constexpr std::string_view limit = "max_completion_tokens";
/// How thinking is asked for: "reasoning", an object as OpenRouter has it, or "thinking", an object
/// as Anthropic has it beside `enable_thinking`.
inline constexpr std::string_view thinking = "thinking_form";
/// false: schemas of tools do not name what they are written in.
inline constexpr std::string_view schema = "$schema";
/// false: marks of caches are left out.
inline constexpr std::string_view cache_marks = "cache_control";
}  // namespace written

/// Whether the route turned such a thing on.
bool is_switched_on(const chat::Request& request, std::string_view name);
bool is_switched_off(const chat::Request& request, std::string_view name);

/// `provider_extra` without those.
json::object provider_fields(const chat::Request& request);

/// Adds the members of `from` that `to` does not have; where both hold an object, its members
/// likewise.
void add_missing(json::object& to, const json::object& from);

/// Adds the provider's fields that `body` does not have; where both hold an object, its
/// members likewise. What the client set stays.
void add_provider_fields(json::object& body, const chat::Request& request);

/// Which of the client's fields a provider of `format` does not get, since they are another
/// format's: of the body, of tools and, from chat completions, of messages. One sentence; empty if
/// there are none.
std::string foreign_fields_note(const chat::Request& request, std::string_view format);

}  // namespace hearth::wire
