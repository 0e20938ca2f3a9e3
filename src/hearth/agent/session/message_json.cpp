#include "hearth/agent/session/message_json.h"

#include "hearth/chat/request.h"
#include "hearth/wire/anthropic_answer.h"
#include "hearth/wire/anthropic_blocks.h"
#include "hearth/wire/anthropic_encode.h"

namespace hearth::agent {

json::value message_as_json(const chat::Message& message) {
  chat::Request request;
  request.messages.push_back(message);
  const json::object body = wire::encode_messages_request(request);
  const json::array* messages = find_array(body, "messages");
  return messages == nullptr || messages->empty() ? json::value(json::object()) : messages->front();
}

chat::Message message_from_json(const json::object& message) {
  chat::Message result;
  const bool is_answer = find_string(message, "role") == "assistant";
  result.role = is_answer ? chat::Role::assistant : chat::Role::user;
  wire::Problems problems(wire::PathStyle::dots);
  if (const json::value* content = find(message, "content")) {
    result.content = wire::decode_content(*content, "content", problems);
  }
  return result;
}

json::object usage_as_json(const chat::Usage& usage) {
  return wire::messages_usage(usage);
}

}  // namespace hearth::agent
