// What a provider would refuse, or has no place for, in the requests that are sent to it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "decoded_requests.h"

#include "hearth/wire/anthropic_decode.h"
#include "hearth/wire/anthropic_encode.h"
#include "hearth/wire/gemini_encode.h"
#include "hearth/wire/openai_decode.h"
#include "hearth/wire/openai_encode.h"
#include "hearth/wire/openai_events.h"
#include "hearth/wire/responses_decode.h"

namespace hearth::wire {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

/// A second turn, behind an answer with thoughts.
chat::Request with_thoughts() {
  const auto body = parse_json(R"({"model":"m","max_tokens":9,"messages":[
      {"role":"user","content":"Hi"},
      {"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"s"},
                                     {"type":"redacted_thinking","data":"d"},
                                     {"type":"text","text":"a"}]},
      {"role":"user","content":"Go on"}]})");
  return decode_messages_request(body.value()).value();
}

TEST(ToAnthropic, TextsWithNothingToReadAreLeftOut) {
  const json::object sent = to_anthropic(from_chat("", R"(
      {"role":"system","content":""},
      {"role":"user","content":"Hi"},
      {"role":"assistant","content":"","tool_calls":[
          {"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},
      {"role":"tool","tool_call_id":"c","content":""},
      {"role":"assistant","content":" \n"},
      {"role":"user","content":"Go on"})"));
  EXPECT_FALSE(sent.contains("system"));
  const json::array& messages = sent.at("messages").as_array();
  ASSERT_EQ(messages.size(), 4U) << to_json(sent);
  EXPECT_EQ(messages[1].at("content").as_array().size(), 1U);
  EXPECT_EQ(messages[1].at("content").at(0).at("type"), "tool_use");
  EXPECT_EQ(messages[2].at("content").at(0).at("content"), json::array{});
  EXPECT_EQ(messages[3].at("content").at(0).at("text"), "Go on");
}

TEST(ToAnthropic, ATemperatureIsOneAtMost) {
  const chat::Request hot = from_chat(R"(,"temperature":1.5)");
  EXPECT_EQ(to_anthropic(hot).at("temperature"), 1.0);
  EXPECT_THAT(left_out_of_messages(hot), Contains(HasSubstr("temperature lowered from 1.5 to 1")));
  const chat::Request warm = from_chat(R"(,"temperature":0.5)");
  EXPECT_EQ(to_anthropic(warm).at("temperature"), 0.5);
  EXPECT_THAT(left_out_of_messages(warm), testing::IsEmpty());
  EXPECT_EQ(encode_messages_request(hot).at("temperature"), 1.5) << "our own server takes it";
}

TEST(ToAnthropic, ABudgetLeavesRoomForTheAnswer) {
  const std::string thinking = R"(,"thinking":{"type":"enabled","budget_tokens":16000})";
  chat::Request request = from_messages(thinking);
  json::object sent = to_anthropic(request);
  EXPECT_EQ(sent.at("max_tokens"), 4000);
  EXPECT_EQ(sent.at("thinking").at("budget_tokens"), 2000);
  EXPECT_THAT(left_out_of_messages(request), Contains(HasSubstr("lowered from 16000 to 2000")));
  request.max_tokens.reset();
  sent = to_anthropic(request);
  EXPECT_EQ(sent.at("thinking").at("budget_tokens"), 16000);
  EXPECT_GT(sent.at("max_tokens").as_int64(), 16000);
  request.max_tokens = 1000;
  EXPECT_EQ(to_anthropic(request).at("thinking"), (json::object{{"type", "disabled"}}));
  request.api_features = "interleaved-thinking-2025-05-14";
  EXPECT_EQ(to_anthropic(request).at("thinking").at("budget_tokens"), 16000);
}

TEST(ToAnthropic, FieldsOfAnotherApiAreNamed) {
  const chat::Request request = from_chat(R"(,"service_tier":"flex","store":true)");
  EXPECT_FALSE(to_anthropic(request).contains("service_tier"));
  EXPECT_THAT(left_out_of_messages(request), Contains("left out service_tier, store: fields of "
                                                      "another API"));
  EXPECT_EQ(encode_chat_request(request).at("service_tier"), "flex");
}

TEST(ToAnthropic, ACountIsAskedWithoutWhatOnlyAnswersHave) {
  chat::Request request = from_messages(R"(,"temperature":1,"stop_sequences":["x"],"stream":true,
      "tools":[{"name":"f","input_schema":{"type":"object"}}],"system":"s")");
  request.session = "s";
  request.provider_extra = {{"speed", "fast"}};
  const json::object sent = encode_count_tokens_request(request);
  std::vector<std::string> names;
  for (const auto& member : sent) names.emplace_back(member.key());
  EXPECT_THAT(names, testing::UnorderedElementsAre("model", "messages", "system", "tools"));
}

TEST(ToOthers, AToolThatIsNotSentIsNotDemanded) {
  const chat::Request request = from_messages(
      R"(,"tools":[{"name":"f","input_schema":{"type":"object","properties":{"a":{}}}},
                   {"name":"later","defer_loading":true,"input_schema":{"type":"object"}}],
          "tool_choice":{"type":"tool","name":"later"})");
  EXPECT_FALSE(encode_chat_request(request).contains("tool_choice"));
  EXPECT_FALSE(encode_gemini_request(request).contains("toolConfig"));
  EXPECT_THAT(left_out_of_chat(request), Contains(HasSubstr("later is not sent")));
  EXPECT_THAT(left_out_of_gemini(request), Contains(HasSubstr("later is not sent")));
}

TEST(ToOthers, FieldsOfToolsAndMessagesThatAreNotSentAreNamed) {
  const chat::Request anthropic = from_messages(R"(,"tools":[{"name":"f","strict":true,
      "input_examples":[{}],"cache_control":{"type":"ephemeral"},"input_schema":{"type":"object"}}])");
  const char* of_tools = "left out input_examples, strict of tools: fields of another API";
  EXPECT_THAT(left_out_of_chat(anthropic), Contains(of_tools));
  EXPECT_THAT(left_out_of_gemini(anthropic), Contains(of_tools));
  EXPECT_THAT(left_out_of_messages(anthropic), testing::IsEmpty());
  const chat::Request openai = from_chat(
      R"(,"tools":[{"type":"function","function":{"name":"f","strict":true}}])",
      R"({"role":"user","content":"Hi","name":"Ann"},{"role":"assistant","content":"x","refusal":"y"})");
  EXPECT_THAT(left_out_of_messages(openai), Contains("left out strict of tools, name, refusal of "
                                                     "messages: fields of another API"));
  EXPECT_THAT(left_out_of_chat(openai), testing::IsEmpty());
}

TEST(ToOthers, ASchemaOfTheAnswerIsNoFieldThatIsLeftOut) {
  const chat::Request request = from_chat(
      R"(,"max_completion_tokens":9,"response_format":{"type":"json_schema","json_schema":
          {"name":"n","strict":true,"schema":{"type":"object"}}})");
  EXPECT_EQ(to_anthropic(request).at("output_config").at("format").at("type"), "json_schema");
  EXPECT_EQ(to_anthropic(request).at("max_tokens"), 9);
  EXPECT_THAT(left_out_of_messages(request), testing::IsEmpty());
  EXPECT_THAT(left_out_of_gemini(request), testing::IsEmpty());
}

TEST(ToGemini, ThoughtsThatAreNotItsOwnAreNamed) {
  EXPECT_THAT(left_out_of_gemini(with_thoughts()),
              Contains(HasSubstr("left out earlier thoughts and redacted thinking")));
}

chat::Request with_allowed(const std::string& mode, const std::string& names) {
  return from_chat(
      R"(,"tools":[{"type":"function","function":{"name":"f"}},
                   {"type":"function","function":{"name":"g"}},
                   {"type":"function","function":{"name":"h"}}],
          "tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":")" +
      mode + R"(","tools":[)" + names + "]}}");
}

constexpr std::string_view f_and_g =
    R"({"type":"function","function":{"name":"f"}},{"type":"function","function":{"name":"g"}})";

TEST(ToolChoice, AllowedToolsReachThoseWhoHaveAFieldForThem) {
  const chat::Request request = with_allowed("required", std::string(f_and_g));
  EXPECT_EQ(request.tool_choice.mode, chat::ToolChoice::Mode::any);
  EXPECT_EQ(request.tool_choice.allowed, (std::vector<std::string>{"f", "g"}));
  EXPECT_EQ(encode_chat_request(request).at("tool_choice").at("type"), "allowed_tools");
  EXPECT_EQ(encode_messages_request(request).at("tool_choice"),
            (json::object{{"type", "any"}, {"allowed_tools", {"f", "g"}}}));
  EXPECT_EQ(encode_gemini_request(request)
                .at("toolConfig")
                .at("functionCallingConfig")
                .at("allowedFunctionNames"),
            (json::array{"f", "g"}));
  EXPECT_EQ(to_anthropic(request).at("tool_choice"), (json::object{{"type", "any"}}));
  EXPECT_THAT(left_out_of_messages(request), Contains(HasSubstr("all stay allowed")));
}

TEST(ToolChoice, TheOnlyAllowedToolIsDemandedWhereThereIsNoSuchField) {
  const chat::Request request =
      with_allowed("required", R"({"type":"function","function":{"name":"g"}})");
  EXPECT_EQ(to_anthropic(request).at("tool_choice"),
            (json::object{{"type", "tool"}, {"name", "g"}}));
  EXPECT_THAT(left_out_of_messages(request), Not(Contains(HasSubstr("all stay allowed"))));
}

TEST(ToolChoice, AllowedToolsOfHearthsOwnMessagesComeBackAsTheyWere) {
  const chat::Request request = with_allowed("auto", std::string(f_and_g));
  const auto again = decode_messages_request(json::value(encode_messages_request(request)));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->tool_choice.mode, chat::ToolChoice::Mode::automatic);
  EXPECT_EQ(again->tool_choice.allowed, (std::vector<std::string>{"f", "g"}));
}

TEST(ToolChoice, AllowedToolsOfResponsesAreKeptWithTheirNamespaces) {
  const auto body = parse_json(R"({"model":"m","input":"Hi","tools":[
      {"type":"function","name":"f"},{"type":"function","name":"g"},
      {"type":"namespace","name":"team","description":"d","tools":[{"type":"function","name":"h"}]}],
      "tool_choice":{"type":"allowed_tools","mode":"required","tools":[
          {"type":"function","name":"g"},{"type":"function","namespace":"team","name":"h"}]}})");
  const auto decoded = decode_responses_request(body.value(), {});
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded->request.tool_choice.mode, chat::ToolChoice::Mode::any);
  EXPECT_EQ(decoded->request.tool_choice.allowed, (std::vector<std::string>{"g", "team__h"}));
}

TEST(ToolChoice, AllowedToolsThatAreNoFunctionsAllowAllWithAWarning) {
  const chat::Request request = with_allowed("auto", R"({"type":"web_search"})");
  EXPECT_THAT(request.tool_choice.allowed, testing::IsEmpty());
  EXPECT_THAT(request.warnings, Contains(HasSubstr("names no function")));
}

TEST(ToOpenAi, EffortsThatItDoesNotKnowAreHigh) {
  const chat::Request request =
      from_messages(R"(,"thinking":{"type":"adaptive"},"output_config":{"effort":"max"})");
  EXPECT_EQ(encode_chat_request(request).at("reasoning_effort"), "high");
  EXPECT_THAT(left_out_of_chat(request), Contains(R"(the effort "max" is sent as "high")"));
  EXPECT_EQ(encode_chat_request(from_chat(R"(,"reasoning_effort":"none")")).at("reasoning_effort"),
            "none");
}

TEST(ToOpenAi, ThinkingIsAskedForInTheRoutesWay) {
  chat::Request request = from_messages(R"(,"thinking":{"type":"enabled","budget_tokens":2000})");
  EXPECT_THAT(left_out_of_chat(request), Contains(HasSubstr("thinking: chat completions have no")));
  EXPECT_FALSE(encode_chat_request(request).contains("reasoning"));
  request.provider_extra = {{"thinking_form", "reasoning"}};
  EXPECT_EQ(encode_chat_request(request).at("reasoning"), (json::object{{"max_tokens", 2000}}));
  EXPECT_FALSE(encode_chat_request(request).contains("thinking_form"));
  EXPECT_THAT(left_out_of_chat(request), testing::IsEmpty());
  request.provider_extra = {{"thinking_form", "thinking"}};
  EXPECT_EQ(encode_chat_request(request).at("thinking"),
            (json::object{{"type", "enabled"}, {"budget_tokens", 2000}}));
  EXPECT_EQ(encode_chat_request(request).at("enable_thinking"), true);
  request.thinking = {.mode = chat::Thinking::Mode::disabled, .budget_tokens = {}, .effort = {}};
  EXPECT_EQ(encode_chat_request(request).at("enable_thinking"), false);
  request.provider_extra = {{"thinking_form", "reasoning"}};
  EXPECT_EQ(encode_chat_request(request).at("reasoning"), (json::object{{"enabled", false}}));
}

TEST(ToOpenAi, WhatIsLeftOutOfThoughtsIsTold) {
  chat::Request request = with_thoughts();
  EXPECT_THAT(left_out_of_chat(request), Contains(HasSubstr("earlier thoughts")));
  EXPECT_THAT(left_out_of_chat(request), Contains(HasSubstr("redacted thinking")));
  request.provider_extra = {{"reasoning_content", true}};
  EXPECT_THAT(left_out_of_chat(request), Not(Contains(HasSubstr("earlier thoughts"))));
}

TEST(ToOpenAi, TheLimitKeepsTheClientsName) {
  chat::Request request = from_chat(R"(,"max_completion_tokens":7)");
  request.provider_extra = {{"max_tokens", 100}};
  json::object sent = encode_chat_request(request);
  EXPECT_EQ(sent.at("max_completion_tokens"), 7);
  EXPECT_FALSE(sent.contains("max_tokens"));
  request.max_tokens = 5;  // a route's ceiling
  EXPECT_EQ(encode_chat_request(request).at("max_completion_tokens"), 5);
  chat::Request old = from_chat(R"(,"max_tokens":7)");
  EXPECT_EQ(encode_chat_request(old).at("max_tokens"), 7);
  old.provider_extra = {{"max_completion_tokens", true}};
  sent = encode_chat_request(old);
  EXPECT_EQ(sent.at("max_completion_tokens"), 7);
  EXPECT_FALSE(sent.contains("max_tokens"));
}

TEST(ToOpenAi, MarksOfCachesReachOpenRoutersClaude) {
  const auto body = parse_json(R"({"model":"m","max_tokens":9,
      "system":[{"type":"text","text":"a"},
                {"type":"text","text":"b","cache_control":{"type":"ephemeral"}}],
      "messages":[{"role":"user","content":"Hi"},
                  {"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":{}}]},
                  {"role":"user","content":[
                      {"type":"tool_result","tool_use_id":"t","content":"x",
                       "cache_control":{"type":"ephemeral"}},
                      {"type":"text","text":"c","citations":[],
                       "cache_control":{"type":"ephemeral"}}]}]})");
  chat::Request request = decode_messages_request(body.value()).value();
  request.model = "anthropic/Claude-opus-4";
  EXPECT_THAT(to_json(encode_chat_request(request)), Not(HasSubstr("cache_control")));
  request.provider_extra = {{"thinking_form", "reasoning"}};
  const json::object sent = encode_chat_request(request);
  const json::array& messages = sent.at("messages").as_array();
  EXPECT_EQ(to_json(messages[0].at("content")),
            R"([{"type":"text","text":"a"},)"
            R"({"type":"text","text":"b","cache_control":{"type":"ephemeral"}}])");
  EXPECT_EQ(messages[1].at("content"), "Hi");
  EXPECT_EQ(messages[3].at("cache_control").at("type"), "ephemeral");
  EXPECT_EQ(messages[3].at("content"), "x");
  EXPECT_EQ(to_json(messages[4].at("content")),
            R"([{"type":"text","text":"c","cache_control":{"type":"ephemeral"}}])");
  request.model = "openai/gpt-5";
  EXPECT_THAT(to_json(encode_chat_request(request)), Not(HasSubstr("cache_control")));
}

TEST(ToOpenAi, MarksOfCachesAreLeftOutWhereTheRouteSaysSo) {
  chat::Request request = from_chat(
      R"(,"tools":[{"type":"function","cache_control":{},"function":{"name":"f","strict":true}}])",
      R"({"role":"user","content":[{"type":"text","text":"Hi","cache_control":{}}]})");
  EXPECT_THAT(to_json(encode_chat_request(request)), HasSubstr("cache_control"));
  request.provider_extra = {{"cache_control", false}};
  const json::object sent = encode_chat_request(request);
  EXPECT_THAT(to_json(sent), Not(HasSubstr("cache_control")));
  EXPECT_EQ(sent.at("messages").at(0).at("content"), "Hi");
  EXPECT_EQ(sent.at("tools").at(0).at("function").at("strict"), true);
}

TEST(ToOpenAi, WhatOnlyThisFormatHasIsKept) {
  const json::object sent = encode_chat_request(from_chat(
      R"(,"stream":true,"stream_options":{"include_usage":false,"include_obfuscation":false},
          "tools":[{"type":"function","cache_control":{"type":"ephemeral"},
                    "function":{"name":"f","strict":true}}])",
      R"({"role":"user","name":"Ann","content":[
              {"type":"text","text":"Hi","cache_control":{"type":"ephemeral"}}]},
         {"role":"assistant","content":"a","refusal":"r","reasoning_details":[{"type":"x"}],
          "tool_calls":[{"id":"c","type":"function","index":0,"function":{"name":"f","arguments":"{}"},
                         "extra_content":{"google":{"thought_signature":"s"}}}]},
         {"role":"tool","tool_call_id":"c","name":"f","content":"y"},
         {"role":"assistant","function_call":{"name":"f","arguments":"{}"},"content":null})"));
  EXPECT_EQ(to_json(sent.at("stream_options")),
            R"({"include_usage":true,"include_obfuscation":false})");
  const json::value& tool = sent.at("tools").at(0);
  EXPECT_EQ(tool.at("cache_control").at("type"), "ephemeral");
  EXPECT_EQ(to_json(tool.at("function")), R"({"name":"f","parameters":{},"strict":true})");
  const json::array& messages = sent.at("messages").as_array();
  EXPECT_EQ(messages[0].at("name"), "Ann");
  EXPECT_EQ(messages[0].at("content").at(0).at("cache_control").at("type"), "ephemeral");
  EXPECT_EQ(messages[1].at("refusal"), "r");
  EXPECT_EQ(messages[1].at("reasoning_details").at(0).at("type"), "x");
  EXPECT_EQ(to_json(messages[1].at("tool_calls").at(0)),
            R"({"id":"c","type":"function","function":{"name":"f","arguments":"{}"},)"
            R"("extra_content":{"google":{"thought_signature":"s"}}})");
  EXPECT_EQ(messages[2].at("name"), "f");
  EXPECT_EQ(messages[3].at("function_call").at("name"), "f");
}

TEST(ToOpenAi, TheProvidersFieldsAreDefaults) {
  chat::Request request =
      from_chat(R"(,"temperature":0.5,"provider":{"sort":"price"},"max_tokens":7)");
  request.provider_extra = {{"temperature", 2},
                            {"max_tokens", 100},
                            {"provider", {{"sort", "speed"}, {"only", json::array{"x"}}}},
                            {"extra", 1}};
  const json::object sent = encode_chat_request(request);
  EXPECT_EQ(sent.at("temperature"), 0.5);
  EXPECT_EQ(sent.at("max_tokens"), 7);
  EXPECT_EQ(sent.at("provider").at("sort"), "price");
  EXPECT_EQ(sent.at("provider").at("only").at(0), "x");
  EXPECT_EQ(sent.at("extra"), 1);
}

TEST(ToOpenAi, SchemasAreSentWithoutTheirOwnSchemaWhereTheRouteSaysSo) {
  chat::Request request =
      from_messages(R"(,"tools":[{"name":"f","input_schema":{"$schema":"x","type":"object"}}])");
  const auto parameters = [&] {
    return encode_chat_request(request).at("tools").at(0).at("function").at("parameters");
  };
  EXPECT_TRUE(parameters().as_object().contains("$schema"));
  request.provider_extra = {{"$schema", false}};
  EXPECT_FALSE(parameters().as_object().contains("$schema"));
  EXPECT_FALSE(encode_chat_request(request).contains("$schema"));
}

chat::Finished end_of(const char* choice, std::vector<std::string> stops) {
  ChatCompletionEventDecoder decoder(std::move(stops));
  auto events = decoder.feed(
      "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\ndata: "
      "{\"choices\":[" +
      std::string(choice) + "]}\n\ndata: [DONE]\n\n");
  const auto* finished = std::get_if<chat::Finished>(&events.back());
  return finished == nullptr ? chat::Finished{} : *finished;
}

TEST(FromOpenAi, TheStopSequenceIsTheOneThatAServerTells) {
  for (const char* choice : {R"({"delta":{},"finish_reason":"stop","stop_reason":"END"})",
                             R"({"delta":{},"finish_reason":"stop","matched_stop":"END"})"}) {
    EXPECT_EQ(end_of(choice, {"X", "END"}).reason, chat::StopReason::stop_sequence) << choice;
    EXPECT_EQ(end_of(choice, {"X", "END"}).stop_sequence, "END");
    EXPECT_EQ(end_of(choice, {}).reason, chat::StopReason::end_turn);
  }
  const char* number = R"({"delta":{},"finish_reason":"stop","stop_reason":151645})";
  EXPECT_EQ(end_of(number, {"END"}).reason, chat::StopReason::end_turn);
}

}  // namespace
}  // namespace hearth::wire
