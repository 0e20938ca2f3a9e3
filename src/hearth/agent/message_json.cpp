#include "hearth/agent/message_json.h"

#include "hearth/chat/request.h"
#include "hearth/wire/anthropic_answer.h"
#include "hearth/wire/anthropic_encode.h"

namespace hearth::agent {

json::value message_as_json(const chat::Message& message) {
  chat::Request request;
  request.messages.push_back(message);
  const json::object body = wire::encode_messages_request(request);
  const json::array* messages = find_array(body, "messages");
  return messages == nullptr || messages->empty() ? json::value(json::object()) : messages->front();
}

json::object usage_as_json(const chat::Usage& usage) {
  return wire::messages_usage(usage);
}

}  // namespace hearth::agent
