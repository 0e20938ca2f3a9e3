#pragma once

#include <string>

#include "hearth/base/json.h"
#include "hearth/chat/request.h"
#include "hearth/wire/responses_tools.h"

namespace hearth::wire {

/// A body of `POST /v1/responses`, and what its answer has to know of it.
struct ResponsesRequest {
  chat::Request request;
  ResponsesTools tools;
  json::object echo;    ///< the fields that the response repeats
  bool store = true;    ///< it may be continued by `previous_response_id`
  bool sealed = false;  ///< reasoning items carry `encrypted_content`
};

/// The response that the body goes on from, or empty.
std::string previous_response_id(const json::value& body);

/// `input` as items: a string is a message of the user. What is wrong with it is for the decoder.
json::array input_items(const json::value& body);

/// `before` are the items of the responses that this one goes on from. `instructions` become the
/// first message. The middle's fields are those of decode_chat_request, and so is `extra_format`.
///
/// Errors: invalid_request, naming the path, as "input[2].content[0].text: expected a string, found
/// a number".
Result<ResponsesRequest> decode_responses_request(const json::value& body,
                                                  const json::array& before);

}  // namespace hearth::wire
