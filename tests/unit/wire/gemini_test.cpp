// What golden files do not show of Gemini's API: signatures through a client, ids, addresses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/wire/anthropic_answer.h"
#include "hearth/wire/anthropic_decode.h"
#include "hearth/wire/anthropic_encode.h"
#include "hearth/wire/gemini_encode.h"
#include "hearth/wire/gemini_events.h"
#include "hearth/wire/gemini_schema.h"
#include "hearth/wire/gemini_thinking.h"
#include "hearth/wire/http_status.h"

namespace hearth::wire {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<chat::Event> events_of_gemini(std::string_view chunk) {
  GeminiEventDecoder decoder;
  std::vector<chat::Event> events = decoder.feed("data: " + std::string(chunk) + "\n\n");
  for (auto& event : decoder.finish()) events.push_back(event);
  return events;
}

constexpr std::string_view signed_call =
    R"({"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"a":1}},)"
    R"("thoughtSignature":"U0lH"},{"functionCall":{"name":"f"}}]},"finishReason":"STOP"}]})";

/// What a client of the Messages API sends back of an answer.
chat::Request next_request(std::string_view chunk) {
  MessagesCollector collector({"id", "m"});
  for (const chat::Event& event : events_of_gemini(chunk)) collector.add(event);
  json::object turn{{"role", "assistant"}, {"content", collector.response()->at("content")}};
  json::object body{{"model", "gemini-3-pro"},
                    {"max_tokens", 9},
                    {"messages", {{{"role", "user"}, {"content", "Hi"}}, std::move(turn)}}};
  return decode_messages_request(body).value();
}

TEST(Gemini, ASignatureComesBackOnItsPartThroughAClient) {
  const json::object body = encode_gemini_request(next_request(signed_call));
  const json::array& parts = body.at("contents").at(1).at("parts").as_array();
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[0].at("thoughtSignature"), "U0lH");
  EXPECT_EQ(parts[0].at("functionCall").at("args").at("a"), 1);
  EXPECT_FALSE(parts[1].as_object().contains("thoughtSignature"));
}

TEST(Gemini, ItsSignaturesDoNotGoToAnthropic) {
  const json::object body =
      encode_messages_request(next_request(signed_call), MessagesServer::anthropic);
  EXPECT_THAT(to_json(body), Not(HasSubstr("U0lH")));
  EXPECT_THAT(to_json(body), Not(HasSubstr("thinking")));
}

TEST(Gemini, CallsWithoutAnIdGetDifferentOnes) {
  std::vector<std::string> ids;
  for (const chat::Event& event : events_of_gemini(signed_call)) {
    if (const auto* start = std::get_if<chat::ToolCallStart>(&event)) ids.push_back(start->id);
  }
  ASSERT_EQ(ids.size(), 2U);
  EXPECT_FALSE(ids[0].empty());
  EXPECT_NE(ids[0], ids[1]);
}

TEST(Gemini, TheModelIsInTheUrlWithoutTheKey) {
  const std::string expected =
      "https://h/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse";
  EXPECT_EQ(gemini_url("https://h/v1beta/models/", "gemini-2.5-pro"), expected);
  EXPECT_EQ(gemini_url("https://h/v1beta", "models/gemini-2.5-pro"), expected);
  EXPECT_THAT(gemini_url("https://h/models", "a?b/c"), HasSubstr("/models/a%3Fb%2Fc:stream"));
}

TEST(Gemini, AWrongKeyIsUnauthorized) {
  const Error error = error_of_response(
      400, R"([{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT",)"
           R"("details":[{"reason":"API_KEY_INVALID"}]}}])");
  EXPECT_EQ(error.kind, ErrorKind::unauthorized);
  EXPECT_THAT(error.message, HasSubstr("API key not valid."));
}

TEST(Gemini, EveryGenerationIsToldToThinkInItsWay) {
  chat::Thinking thinking;
  const auto config = [&](std::string_view model) {
    return to_json(gemini_thinking_config(thinking, model));
  };
  EXPECT_EQ(config("gemini-2.5-pro"), "{}");
  thinking.mode = chat::Thinking::Mode::enabled;
  thinking.budget_tokens = 100000;
  EXPECT_EQ(config("gemini-2.5-pro"), R"({"includeThoughts":true,"thinkingBudget":32768})");
  EXPECT_EQ(config("gemini-flash-latest"), R"({"includeThoughts":true,"thinkingBudget":24576})");
  EXPECT_EQ(config("models/gemini-3.1-pro"), R"({"includeThoughts":true,"thinkingLevel":"high"})");
  EXPECT_EQ(config("gemini-10-pro"), R"({"includeThoughts":true,"thinkingLevel":"high"})");
  EXPECT_EQ(config("gemini-2.0-flash"), "{}");
  EXPECT_EQ(config("gemma-3-27b-it"), "{}");
  thinking = {.mode = chat::Thinking::Mode::adaptive, .budget_tokens = {}, .effort = {}};
  EXPECT_EQ(config("gemini-2.5-pro"), R"({"includeThoughts":true,"thinkingBudget":-1})");
  EXPECT_EQ(config("gemini-3-pro"), R"({"includeThoughts":true})");
  thinking.mode = chat::Thinking::Mode::disabled;
  EXPECT_EQ(config("gemini-2.5-pro"), R"({"thinkingBudget":128})");
  EXPECT_EQ(config("gemini-2.5-flash"), R"({"thinkingBudget":0})");
  EXPECT_EQ(config("gemini-3-flash"), R"({"thinkingLevel":"minimal"})");
}

TEST(Gemini, AnObjectOfTheRouteAddsToTheBodysOwn) {
  chat::Request request;
  request.model = "gemini-2.5-pro";
  request.max_tokens = 9;
  request.provider_extra = {{"generationConfig", {{"mediaResolution", "LOW"}}},
                            {"safetySettings", json::array{}}};
  const json::object body = encode_gemini_request(request);
  EXPECT_EQ(to_json(body.at("generationConfig")),
            R"({"maxOutputTokens":9,"mediaResolution":"LOW"})");
  EXPECT_TRUE(body.at("safetySettings").is_array());
}

TEST(Gemini, WhatItHasNoPlaceForIsSaid) {
  chat::Request request;
  request.stop = {"1", "2", "3", "4", "5", "6"};
  request.grammar = "root ::= \"a\"";
  EXPECT_THAT(left_out_of_gemini(request),
              testing::ElementsAre(HasSubstr("grammar"), HasSubstr("five")));
  EXPECT_EQ(
      encode_gemini_request(request).at("generationConfig").at("stopSequences").as_array().size(),
      5U);
}

TEST(GeminiSchema, ReferencesThatMultiplyEnd) {
  json::object defs{{"d0", {{"type", "string"}}}};
  for (int i = 1; i < 60; ++i) {
    const json::object below{{"$ref", "#/$defs/d" + std::to_string(i - 1)}};
    defs["d" + std::to_string(i)] =
        json::object{{"type", "object"}, {"properties", {{"a", below}, {"b", below}}}};
  }
  const json::object schema{{"$ref", "#/$defs/d59"}, {"$defs", defs}};
  EXPECT_LT(to_json(gemini_schema(schema)).size(), std::size_t{4} << 20);
}

}  // namespace
}  // namespace hearth::wire
