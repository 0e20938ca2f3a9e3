#pragma once

#include <gtest/gtest.h>

#include <string>

#include "hearth/wire/anthropic_decode.h"
#include "hearth/wire/anthropic_encode.h"
#include "hearth/wire/openai_decode.h"

namespace hearth::wire {

inline chat::Request from_messages(const std::string& fields) {
  const auto body =
      parse_json(R"({"model":"m","max_tokens":4000,"messages":[{"role":"user","content":"Hi"}])" +
                 fields + "}");
  const auto request = decode_messages_request(body.value());
  EXPECT_TRUE(request) << (request ? "" : request.error().message);
  return request.value_or(chat::Request{});
}

inline chat::Request from_chat(const std::string& fields, const std::string& messages = "") {
  const std::string list = messages.empty() ? R"({"role":"user","content":"Hi"})" : messages;
  const auto body = parse_json(R"({"model":"m","messages":[)" + list + "]" + fields + "}");
  const auto request = decode_chat_request(body.value());
  EXPECT_TRUE(request) << (request ? "" : request.error().message);
  return request.value_or(chat::Request{});
}

inline json::object to_anthropic(const chat::Request& request) {
  return encode_messages_request(request, MessagesServer::anthropic);
}

}  // namespace hearth::wire
