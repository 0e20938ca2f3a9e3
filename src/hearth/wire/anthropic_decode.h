#pragma once

#include "hearth/base/json.h"
#include "hearth/chat/request.h"

namespace hearth::wire {

/// The body of `POST /v1/messages` (Anthropic Messages API, version 2023-06-01 and its betas as
/// Claude Code sends them).
///
/// Canonical form: two bodies that mean the same give equal messages. A content that is a string is
/// one text block; `system` is the first message with Role::system, one text block per system
/// block; system messages further on stay where they are; a system block that starts with
/// "x-anthropic-billing-header:" is left out, with a warning. Messages are never merged.
///
/// Fields that mean nothing in the middle stay in the `extra` they came in; what is left of
/// `thinking`, `output_config` and `tool_choice` (such as `display`) stays in `extra` under the
/// field's name. `extra_format` is "anthropic". `metadata.user_id` with a `session_id` in its JSON
/// (or after "_session_") becomes `session`.
///
/// Errors: invalid_request, naming the path, what was expected and what was found, as
/// "messages.2.content.0.text: expected a string, found a number".
Result<chat::Request> decode_messages_request(const json::value& body);

/// The body of `POST /v1/messages/count_tokens`: the same without `max_tokens`.
Result<chat::Request> decode_count_tokens_request(const json::value& body);

}  // namespace hearth::wire
