#pragma once

#include <string>
#include <vector>

#include "hearth/base/json.h"
#include "hearth/chat/request.h"

namespace hearth::wire {

/// Whose server a request is for. Hearth's own takes back thinking that it signed itself, and
/// sampling fields that the API does not have (`seed`, `min_p`, `frequency_penalty`,
/// `presence_penalty`). The API itself refuses these, and system messages within the conversation
/// unless the client sent it so: there they become user text in <system> tags, in place.
enum class MessagesServer { hearth, anthropic };

/// The body of a request to a Messages server. `extra`, of the request and of its blocks, is passed
/// on if `extra_format` is "anthropic" or empty; of `provider_extra` what is not there yet. The API
/// refuses texts with nothing to read in them, temperatures above 1 and budgets for thinking that
/// leave no room for the answer: they are left out, or changed. A request without
/// `max_tokens` asks for `default_max_tokens`. A session without `metadata` becomes
/// `metadata.user_id`. Characters that the API forbids in tool ids become '_'.
json::object encode_messages_request(const chat::Request& request,
                                     MessagesServer server = MessagesServer::hearth);

/// What `request` asks that MessagesServer::anthropic has no place for, or gets otherwise, one
/// sentence each.
std::vector<std::string> left_out_of_messages(const chat::Request& request);

/// The body of a request to MessagesServer::anthropic that asks how many tokens `request` has.
json::object encode_count_tokens_request(const chat::Request& request);

inline constexpr int default_max_tokens = 8192;

}  // namespace hearth::wire
