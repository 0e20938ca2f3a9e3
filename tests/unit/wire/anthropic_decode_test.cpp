#include "hearth/wire/anthropic_decode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "hearth/wire/anthropic_encode.h"
#include "hearth/wire/openai_decode.h"

namespace hearth::wire {
namespace {

using testing::HasSubstr;

json::value value_of(std::string_view text) {
  return parse_json(text).value();
}

/// A body with `fields` beside the model and max_tokens.
Result<chat::Request> decode(const std::string& fields) {
  return decode_messages_request(value_of(R"({"model":"m","max_tokens":9,)" + fields + "}"));
}

constexpr const char* hello = R"("messages":[{"role":"user","content":"hi"}])";

struct Bad {
  const char* body;
  const char* message;
};

class BadMessagesRequest : public testing::TestWithParam<Bad> {};

TEST_P(BadMessagesRequest, IsRefusedWithItsPathAndWhatWasExpected) {
  const auto request = decode_messages_request(value_of(GetParam().body));
  ASSERT_FALSE(request) << GetParam().body;
  EXPECT_EQ(request.error().kind, ErrorKind::invalid_request);
  EXPECT_THAT(request.error().message, HasSubstr(GetParam().message)) << GetParam().body;
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadMessagesRequest,
    testing::Values(
        Bad{R"([])", "the body: expected an object, found an array"},
        Bad{R"({})", "model: expected a string, but it is missing"},
        Bad{R"({"model":3})", "model: expected a string, found a number"},
        Bad{R"({"model":"m","messages":[]})", "max_tokens: expected an integer, but it is missing"},
        Bad{R"({"model":"m","max_tokens":"9"})", "max_tokens: expected an integer, found a string"},
        Bad{R"({"model":"m","max_tokens":0})", "max_tokens: expected at least 1, found 0"},
        Bad{R"({"model":"m","max_tokens":1.5})", "max_tokens: expected an integer"},
        Bad{R"({"model":"m","max_tokens":1})", "messages: expected an array, but it is missing"},
        Bad{R"({"model":"m","max_tokens":1,"messages":"x"})", "messages: expected an array, found"},
        Bad{R"({"model":"m","max_tokens":1,"messages":[]})", "messages: at least one message"},
        Bad{R"({"model":"m","max_tokens":1,"messages":[3]})", "messages.0: expected an object"},
        Bad{R"({"model":"m","max_tokens":1,"messages":[{"role":"tool","content":"x"}]})",
            "messages.0.role: expected one of \"user\", \"assistant\", \"system\", found \"tool\""},
        Bad{R"({"model":"m","max_tokens":1,"messages":[{"role":"user"}]})",
            "messages.0.content: expected a string or an array of blocks, but it is missing"},
        Bad{R"({"model":"m","max_tokens":1,"messages":[{"role":"user","content":[7]}]})",
            "messages.0.content.0: expected an object, found a number"},
        Bad{R"({"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"video"}]}]})",
            "messages.0.content.0.type: content of type \"video\" is not supported"},
        Bad{R"({"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"text","text":1}]}]})",
            "messages.0.content.0.text: expected a string, found a number"},
        Bad{R"({"model":"m","max_tokens":1,"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"n","input":"x"}]}]})",
            "messages.0.content.0.input: expected an object, found a string"},
        Bad{R"({"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"tool_use","id":"a","name":"n","input":{}}]}]})",
            "messages.0.content.0: a user message cannot hold a tool_use block"},
        Bad{R"({"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"x"}]}]})",
            "unexpected `tool_use_id` found in `tool_result` blocks: x"},
        Bad{R"({"model":"m","max_tokens":1,"messages":[{"role":"user","content":"h"}],"tools":[{"name":"a"}]})",
            "tools.0.input_schema: expected an object, but it is missing"},
        Bad{R"({"model":"m","max_tokens":1,"messages":[{"role":"user","content":"h"}],"tools":[{"name":"a","input_schema":{}},{"name":"a","input_schema":{}}]})",
            "tools.1: tool names must be unique"},
        Bad{R"({"model":"m","max_tokens":1,"messages":[{"role":"user","content":"h"}],"tool_choice":{"type":"tool","name":"zz"}})",
            "tool_choice.name: no tool is named \"zz\""},
        Bad{R"({"model":"m","max_tokens":1,"messages":[{"role":"user","content":"h"}],"tool_choice":"auto"})",
            "tool_choice: expected an object, found a string"},
        Bad{R"({"model":"m","max_tokens":1,"messages":[{"role":"user","content":"h"}],"thinking":{"type":"on"}})",
            "thinking.type: expected one of"},
        Bad{R"({"model":"m","max_tokens":1,"messages":[{"role":"user","content":"h"}],"temperature":9})",
            "temperature: expected 0 to 2, found 9"},
        Bad{R"({"model":"m","max_tokens":1,"messages":[{"role":"user","content":"h"}],"stop_sequences":[1]})",
            "stop_sequences.0: expected a string"},
        Bad{R"({"model":"m","max_tokens":1,"messages":[{"role":"user","content":"h"}],"stream":"yes"})",
            "stream: expected a boolean, found a string"},
        Bad{R"({"model":"m","max_tokens":1,"messages":[{"role":"user","content":"h"}],"output_config":{"format":{"type":"json_schema"}}})",
            "output_config.format.schema: expected an object, but it is missing"},
        Bad{R"({"model":"m","max_tokens":1,"messages":[{"role":"user","content":"h"}],"system":5})",
            "system: expected a string or an array of blocks, found a number"}));

TEST(MessagesRequest, AStringAndAListOfOneTextAreOneValue) {
  const auto string = decode(R"("system":"s","messages":[{"role":"user","content":"hi"}])");
  const auto list = decode(
      R"("system":[{"type":"text","text":"s"}],"messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}])");
  EXPECT_EQ(to_json(encode_messages_request(string.value())),
            to_json(encode_messages_request(list.value())));
}

TEST(MessagesRequest, CacheControlIsNoPartOfTheText) {
  const auto request = decode(
      R"("messages":[{"role":"user","content":[{"type":"text","text":"hi","cache_control":{"type":"ephemeral"}}]}])");
  const auto& text = std::get<chat::TextBlock>(request.value().messages[0].content[0]);
  EXPECT_EQ(text.text, "hi");
  EXPECT_TRUE(text.extra.contains("cache_control"));
}

TEST(MessagesRequest, ThinkingDisabledIsNotOn) {
  EXPECT_FALSE(decode(std::string(hello) + R"(,"thinking":{"type":"disabled"})")->thinking.on());
  EXPECT_TRUE(decode(std::string(hello) + R"(,"thinking":{"type":"adaptive"})")->thinking.on());
  EXPECT_TRUE(decode(std::string(hello) + R"(,"thinking":{"type":"enabled","budget_tokens":2048})")
                  ->thinking.on());
}

TEST(MessagesRequest, TheBillingHeaderIsLeftOutWithAWarning) {
  const auto request = decode(
      std::string(hello) +
      R"(,"system":[{"type":"text","text":"x-anthropic-billing-header: cch=1;"},{"type":"text","text":"s"}])");
  ASSERT_TRUE(request);
  EXPECT_EQ(chat::text_of(request->messages[0]), "s");
  EXPECT_EQ(request->warnings.size(), 1U);
}

TEST(MessagesRequest, SystemMessagesStayWhereTheyStand) {
  const auto request = decode(
      R"("messages":[{"role":"user","content":"a"},{"role":"system","content":"b"},{"role":"user","content":"c"}])");
  ASSERT_EQ(request->messages.size(), 3U);
  EXPECT_EQ(request->messages[1].role, chat::Role::system);
}

TEST(MessagesRequest, TheSessionIsReadFromBothSpellingsOfTheUserId) {
  EXPECT_EQ(
      decode(std::string(hello) + R"(,"metadata":{"user_id":"{\"session_id\":\"s1\"}"})")->session,
      "s1");
  EXPECT_EQ(decode(std::string(hello) + R"(,"metadata":{"user_id":"user_x_account__session_s2"})")
                ->session,
            "s2");
}

TEST(MessagesRequest, ToolChoiceOfOneToolIsNotAny) {
  const auto request = decode(
      std::string(hello) +
      R"(,"tools":[{"name":"a","input_schema":{}}],"tool_choice":{"type":"tool","name":"a"})");
  EXPECT_EQ(request->tool_choice.mode, chat::ToolChoice::Mode::tool);
  EXPECT_EQ(request->tool_choice.name, "a");
}

TEST(MessagesRequest, CountTokensNeedsNoMaxTokens) {
  EXPECT_TRUE(decode_count_tokens_request(
      value_of(R"({"model":"m","messages":[{"role":"user","content":"hi"}]})")));
}

class BadChatRequest : public testing::TestWithParam<Bad> {};

TEST_P(BadChatRequest, IsRefusedWithItsPathAndWhatWasExpected) {
  const auto request = decode_chat_request(value_of(GetParam().body));
  ASSERT_FALSE(request) << GetParam().body;
  EXPECT_EQ(request.error().kind, ErrorKind::invalid_request);
  EXPECT_THAT(request.error().message, HasSubstr(GetParam().message)) << GetParam().body;
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadChatRequest,
    testing::Values(
        Bad{R"("x")", "the body: expected an object"},
        Bad{R"({"model":"m"})", "messages: expected an array, but it is missing"},
        Bad{R"({"model":"m","messages":[]})", "messages: at least one message"},
        Bad{R"({"model":"m","messages":[{"role":"bot","content":""}]})", "messages[0].role"},
        Bad{R"({"model":"m","messages":[{"role":"user"}]})", "messages[0].content: expected"},
        Bad{R"({"model":"m","messages":[{"role":"user","content":[{"type":"video"}]}]})",
            "messages[0].content[0].type: content of type \"video\""},
        Bad{R"({"model":"m","messages":[{"role":"tool","tool_call_id":"q","content":"x"}]})",
            "messages[0].tool_call_id: no tool call \"q\""},
        Bad{R"({"model":"m","messages":[{"role":"user","content":"x"}],"n":129})",
            "n: at most 128 answers"},
        Bad{R"({"model":"m","messages":[{"role":"user","content":"x"}],"top_logprobs":3})",
            "top_logprobs: it needs \"logprobs\": true"},
        Bad{R"({"model":"m","messages":[{"role":"user","content":"x"}],"logit_bias":{"5":"x"}})",
            "logit_bias.5: expected a number, or false for never"},
        Bad{R"({"model":"m","messages":[{"role":"user","content":"x"}],"continue_final_message":true,
                "add_generation_prompt":true})",
            "continue_final_message: it cannot be true together"},
        Bad{R"({"model":"m","messages":[{"role":"user","content":"x"}],"tool_choice":"required"})",
            "tool_choice: a tool is demanded"},
        Bad{R"({"model":"m","messages":[{"role":"user","content":"x"}],"tools":[{"type":"function"}]})",
            "tools[0].function: expected an object"},
        Bad{R"({"model":"m","messages":[{"role":"user","content":"x"}],"stop":7})",
            "stop: expected a string or an array"},
        Bad{R"({"model":"m","messages":[{"role":"user","content":"x"}],"response_format":{"type":"x"}})",
            "response_format.type: expected one of"}));

}  // namespace
}  // namespace hearth::wire
