// The faults of other servers (facts on clients) that wire/ must not have, one test each. Those
// that are the router's or the gateway's are named in tests/unit/router and tests/integration.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hearth/wire/anthropic_answer.h"
#include "hearth/wire/anthropic_decode.h"
#include "hearth/wire/anthropic_events.h"
#include "hearth/wire/http_status.h"
#include "hearth/wire/models_list.h"
#include "hearth/wire/openai_answer.h"
#include "hearth/wire/openai_completion.h"
#include "hearth/wire/openai_encode.h"
#include "hearth/wire/openai_events.h"
#include "hearth/wire/overflow.h"

namespace hearth::wire {
namespace {

using testing::HasSubstr;
using testing::Not;

chat::Finished finished(chat::StopReason reason) {
  chat::Finished end;
  end.reason = reason;
  end.usage = {10, 4, 3, 0};
  return end;
}

/// The messages that an OpenAI server gets of a user's turn after a call of a tool.
json::array sent_after_a_call(std::string_view blocks) {
  const auto body = parse_json(
      R"({"model":"m","max_tokens":9,"messages":[
          {"role":"user","content":"Look."},
          {"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"read","input":{}}]},
          {"role":"user","content":[)" +
      std::string(blocks) + "]}]}");
  const auto request = decode_messages_request(body.value());
  json::array messages = encode_chat_request(request.value()).at("messages").as_array();
  messages.erase(messages.begin(), messages.begin() + 2);
  return messages;
}

TEST(Faults, ResultsOfToolsComeBeforeTheUsersText) {
  const auto sent = sent_after_a_call(
      R"({"type":"text","text":"And now?"},{"type":"tool_result","tool_use_id":"t1","content":"x"})");
  ASSERT_EQ(sent.size(), 2U);
  EXPECT_EQ(sent[0].at("role"), "tool");
  EXPECT_EQ(sent[0].at("tool_call_id"), "t1");
  EXPECT_EQ(sent[1].at("role"), "user");
}

TEST(Faults, AToolThatFailedIsSeenToHaveFailed) {
  const auto sent = sent_after_a_call(
      R"({"type":"tool_result","tool_use_id":"t1","is_error":true,"content":"no such file"})");
  EXPECT_EQ(sent[0].at("content"), "Error: no such file");
}

TEST(Faults, AnImageInAToolsResultIsKept) {
  const auto sent = sent_after_a_call(
      R"({"type":"tool_result","tool_use_id":"t1","content":[{"type":"image","source":
          {"type":"base64","media_type":"image/png","data":"iVBORw=="}}]})");
  EXPECT_THAT(to_json(sent), HasSubstr("data:image/png;base64,iVBORw=="));
}

TEST(Faults, EveryResponseHasItsOwnMessageId) {
  MessagesCollector first({"", "m"});
  MessagesCollector second({"", "m"});
  first.add(finished(chat::StopReason::end_turn));
  second.add(finished(chat::StopReason::end_turn));
  EXPECT_NE(first.response()->at("id"), second.response()->at("id"));
  EXPECT_THAT(std::string(first.response()->at("id").as_string()), testing::StartsWith("msg_"));
}

TEST(Faults, SignaturesAreNeverEmptyAndTheSameForTheSameThoughts) {
  EXPECT_EQ(thinking_signature("a"), thinking_signature("a"));
  EXPECT_NE(thinking_signature("a"), thinking_signature("b"));
  MessagesStream stream({"id", "m"});
  std::string text = stream.encode(chat::ThinkingDelta{"a"});
  text += stream.encode(chat::TextDelta{"b"});
  EXPECT_THAT(text, HasSubstr(thinking_signature("a")));
}

TEST(Faults, UsageSumsToThePromptAndIsNotZero) {
  const json::object usage = messages_usage({100, 60, 5, 0});
  EXPECT_EQ(usage.at("input_tokens").as_int64() +
                usage.at("cache_creation_input_tokens").as_int64() +
                usage.at("cache_read_input_tokens").as_int64(),
            100);
  EXPECT_EQ(usage.at("cache_read_input_tokens").as_int64(), 60);
  EXPECT_GT(usage.at("input_tokens").as_int64(), 0);
}

TEST(Faults, TheStopSequenceIsReported) {
  MessagesCollector collector({"id", "m"});
  chat::Finished end = finished(chat::StopReason::stop_sequence);
  end.stop_sequence = "</x>";
  collector.add(end);
  EXPECT_EQ(collector.response()->at("stop_sequence"), "</x>");
  EXPECT_EQ(collector.response()->at("stop_reason"), "stop_sequence");
}

TEST(Faults, MessageStartIsNeverLostOrLate) {
  MessagesStream stream({"id", "m"});
  EXPECT_THAT(stream.encode(chat::TextDelta{"x"}), testing::StartsWith("event: message_start\n"));
  MessagesStream empty({"id", "m"});
  EXPECT_THAT(empty.encode(finished(chat::StopReason::end_turn)),
              testing::StartsWith("event: message_start\n"));
}

TEST(Faults, ErrorsHaveTheApisEnvelope) {
  EXPECT_EQ(to_json(anthropic_error({ErrorKind::not_found, "no model \"x\""}, "req_1")),
            R"({"type":"error","error":{"type":"not_found_error","message":"no model \"x\""},)"
            R"("request_id":"req_1"})");
  EXPECT_EQ(to_json(openai_error({ErrorKind::not_found, "no"})),
            R"({"error":{"message":"no","type":"not_found_error","param":null,)"
            R"("code":"model_not_found"}})");
}

TEST(Faults, ContextOverflowIs400WithTheFixedWords) {
  const Error error = prompt_too_long(70000, 65536);
  EXPECT_EQ(error.message, "prompt is too long: 70000 tokens > 65536 maximum");
  EXPECT_EQ(http_status(error, Api::anthropic), 400);
  EXPECT_THAT(to_json(anthropic_error(error)), HasSubstr("invalid_request_error"));
  EXPECT_THAT(to_json(openai_error(error)), HasSubstr("context_length_exceeded"));
}

TEST(Faults, OverloadedIs529OrAsOpenAiHasIt503) {
  EXPECT_EQ(http_status({ErrorKind::overloaded, ""}, Api::anthropic), 529);
  EXPECT_EQ(http_status({ErrorKind::overloaded, ""}, Api::openai), 503);
}

TEST(Faults, AMidStreamErrorIsNoEmptyEndTurn) {
  MessagesStream messages({"id", "m"});
  std::string text = messages.encode(chat::Started{});
  text += messages.encode(chat::Failed{{ErrorKind::unavailable, "gone"}});
  EXPECT_THAT(text, HasSubstr("event: error\n"));
  EXPECT_THAT(text, Not(HasSubstr("message_stop")));
  EXPECT_TRUE(messages.done());
  ChatCompletionStream chat_stream({"id", "m"}, UsageChunk::send);
  EXPECT_THAT(chat_stream.encode(chat::Failed{{ErrorKind::unavailable, "gone"}}),
              Not(HasSubstr("[DONE]")));
}

TEST(Faults, EmptyAnswersOfServersAreFailures) {
  for (const char* bytes : {"", "data: [DONE]\n\n", ": only a comment\n\n", "\n\n"}) {
    ChatCompletionEventDecoder decoder;
    std::vector<chat::Event> events = decoder.feed(bytes);
    for (auto& event : decoder.finish()) events.push_back(event);
    ASSERT_FALSE(events.empty()) << bytes;
    EXPECT_TRUE(std::holds_alternative<chat::Failed>(events.back())) << bytes;
  }
}

TEST(Faults, ParallelToolBlocksNeverOverlap) {
  MessagesStream stream({"id", "m"});
  std::string text;
  text += stream.encode(chat::ToolCallStart{0, "a", "f"});
  text += stream.encode(chat::ToolCallStart{1, "b", "g"});
  text += stream.encode(chat::ToolCallDelta{1, "{}"});
  EXPECT_THAT(text, Not(HasSubstr("\"id\":\"b\"")));
  text += stream.encode(chat::ToolCallDelta{0, "{}"});
  EXPECT_LT(text.find("content_block_stop"), text.find("\"id\":\"b\""));
}

TEST(Faults, PingsKeepASilentConnectionAlive) {
  MessagesStream stream({"id", "m"});
  EXPECT_EQ(stream.ping(), "event: ping\ndata: {\"type\":\"ping\"}\n\n");
  // Qwen Code takes no comment for one.
  ChatCompletionStream chunks({"id", "m"}, UsageChunk::send);
  EXPECT_THAT(chunks.ping(), HasSubstr(R"("delta":{"role":"assistant","content":null})"));
  EXPECT_THAT(chunks.ping(), HasSubstr(R"("delta":{},"finish_reason":null)"));
  EXPECT_EQ(chunks.encode(chat::Started{}), "");
}

TEST(Faults, CallsWithoutAnIdGetDifferentOnes) {
  ChatCompletionEventDecoder decoder;
  const auto events = decoder.feed(
      "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"name\":\"f\"}},"
      "{\"index\":1,\"function\":{\"name\":\"f\"}}]}}]}\n\n");
  ASSERT_EQ(events.size(), 3U);
  EXPECT_NE(std::get<chat::ToolCallStart>(events[1]).id,
            std::get<chat::ToolCallStart>(events[2]).id);
}

TEST(Faults, AFinishReasonOfErrorIsAFailure) {
  const auto failure = [](const std::string& choice) {
    ChatCompletionEventDecoder decoder;
    const auto events = decoder.feed(
        "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\ndata: {\"choices\":[" + choice +
        "]}\n\ndata: [DONE]\n\n");
    const auto* failed = std::get_if<chat::Failed>(&events.back());
    return failed == nullptr ? Error{ErrorKind::internal, "no failure"} : failed->error;
  };
  const Error bare =
      failure(R"({"delta":{},"finish_reason":"error","native_finish_reason":"OOM"})");
  EXPECT_EQ(bare.kind, ErrorKind::unavailable);
  EXPECT_THAT(bare.message, HasSubstr("OOM"));
  const Error told =
      failure(R"({"delta":{},"finish_reason":"error","error":{"code":429,"message":"slow down"}})");
  EXPECT_EQ(told.kind, ErrorKind::rate_limited);
  EXPECT_EQ(told.message, "slow down");
  ChatCompletionEventDecoder whole;
  whole.feed(R"({"choices":[{"message":{"content":"x"},"finish_reason":"error"}]})");
  EXPECT_TRUE(std::holds_alternative<chat::Failed>(whole.finish().back()));
}

TEST(Faults, AFunctionCallOfOldIsTheOneToolCall) {
  ChatCompletionEventDecoder decoder;
  const auto events = decoder.feed(
      "data: {\"choices\":[{\"delta\":{\"content\":null,\"function_call\":{\"name\":\"f\","
      "\"arguments\":\"\"}}}]}\n\n"
      "data: {\"choices\":[{\"delta\":{\"function_call\":{\"arguments\":\"{\\\"a\\\":\"}}}]}\n\n"
      "data: {\"choices\":[{\"delta\":{\"function_call\":{\"arguments\":\"1}\"}}}]}\n\n"
      "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"function_call\"}]}\n\n"
      "data: [DONE]\n\n");
  ASSERT_EQ(events.size(), 5U);
  EXPECT_EQ(std::get<chat::ToolCallStart>(events[1]).name, "f");
  EXPECT_EQ(std::get<chat::ToolCallDelta>(events[2]).arguments, "{\"a\":");
  EXPECT_EQ(std::get<chat::ToolCallDelta>(events[3]).arguments, "1}");
  EXPECT_EQ(std::get<chat::Finished>(events[4]).reason, chat::StopReason::tool_use);
}

TEST(ErrorOfResponse, KeepsTheServersWordsAndItsRetryAfter) {
  const Error limited = error_of_response(429, R"({"error":{"message":"slow down","type":"x"}})",
                                          std::chrono::seconds(17));
  EXPECT_EQ(limited.kind, ErrorKind::rate_limited);
  EXPECT_EQ(limited.message, "slow down (status 429, retry after 17)");
  EXPECT_EQ(limited.retry_after, std::chrono::seconds(17));
  const Error html = error_of_response(502, "<html>\nBad gateway" + std::string(500, '.'));
  EXPECT_EQ(html.kind, ErrorKind::unavailable);
  EXPECT_THAT(html.message, HasSubstr("<html> Bad gateway"));
  EXPECT_LT(html.message.size(), 260U);
}

TEST(UsageChunk, ComesOnlyWhenAskedFor) {
  ChatCompletionStream without({"id", "m"}, UsageChunk::leave_out);
  EXPECT_THAT(without.encode(finished(chat::StopReason::end_turn)), Not(HasSubstr("\"usage\"")));
  ChatCompletionStream with({"id", "m"}, UsageChunk::send);
  EXPECT_THAT(with.encode(finished(chat::StopReason::end_turn)),
              HasSubstr("\"prompt_tokens_details\":{\"cached_tokens\":4}"));
}

TEST(Completion, ReadsEveryFormOfAPrompt) {
  const auto decode = [](std::string_view prompt) {
    return decode_completion_request(
        parse_json("{\"prompt\":" + std::string(prompt) + "}").value());
  };
  using Tokens = std::vector<int>;
  const PromptParts a{std::string("a")};
  const PromptParts b{std::string("b")};
  const PromptParts tokens{Tokens{1, 2}};
  EXPECT_THAT(decode(R"("a")")->prompts, testing::ElementsAre(a));
  EXPECT_THAT(decode(R"(["a"])")->prompts, testing::ElementsAre(a));
  EXPECT_THAT(decode(R"(["a","b"])")->prompts, testing::ElementsAre(a, b));
  EXPECT_THAT(decode("[1,2]")->prompts, testing::ElementsAre(tokens));
  EXPECT_THAT(decode("[[1,2]]")->prompts, testing::ElementsAre(tokens));
  EXPECT_THAT(decode(R"([[1,2],"a"])")->prompts, testing::ElementsAre(tokens, a));
  EXPECT_THAT(decode(R"([1,2,"a",3])")->prompts,
              testing::ElementsAre(PromptParts{Tokens{1, 2}, std::string("a"), Tokens{3}}));
  EXPECT_THAT(decode(R"({"prompt_string":"a"})")->prompts, testing::ElementsAre(a));
  for (const char* bad : {"[]", "[1,-2]", "[1,[2]]", "7", "null", R"({"prompt_string":7})",
                          R"({"prompt_string":"a","multimodal_data":["x"]})"}) {
    EXPECT_FALSE(decode(bad)) << bad;
  }
  EXPECT_EQ(decode(R"("a")")->max_tokens, 16);
}

TEST(Completion, RefusesWhatItCannotDo) {
  for (const char* field :
       {R"("n":129)", R"("n":1,"best_of":2)", R"("logprobs":101)", R"("echo":true,"logprobs":3)",
        R"("logit_bias":7)", R"("logit_bias":{"5":"much"})", R"("logit_bias":[[5]])"}) {
    EXPECT_FALSE(decode_completion_request(
        parse_json(R"({"prompt":"a",)" + std::string(field) + "}").value()))
        << field;
  }
}

TEST(Completion, StreamsTextAndUsage) {
  CompletionStream stream({"id", "m", 1}, UsageChunk::send);
  EXPECT_THAT(stream.encode(chat::TextDelta{"hi"}), HasSubstr(R"("choices":[{"text":"hi")"));
  const std::string end = stream.encode(finished(chat::StopReason::max_tokens));
  EXPECT_THAT(end, HasSubstr(R"("finish_reason":"length")"));
  EXPECT_THAT(end, HasSubstr(R"("cached_tokens":4)"));
  EXPECT_THAT(end, testing::EndsWith("data: [DONE]\n\n"));
  CompletionCollector collector({"id", "m", 1});
  collector.add(chat::TextDelta{"hi"});
  collector.add(finished(chat::StopReason::end_turn));
  EXPECT_EQ(collector.response()->at("choices").at(0).at("text"), "hi");
}

TEST(ModelsList, SatisfiesBothMakersSdks) {
  const ModelEntry entries[] = {{"openai/gpt-oss-20b", "", 1700000000, "hearth", 65536}};
  const json::object list = models_list(entries).value();
  EXPECT_EQ(to_json(list),
            R"({"object":"list","data":[{"type":"model","id":"openai/gpt-oss-20b",)"
            R"("display_name":"openai/gpt-oss-20b","created_at":"2023-11-14T22:13:20Z",)"
            R"("object":"model","created":1700000000,"owned_by":"hearth","context_length":65536}],)"
            R"("has_more":false,"first_id":"openai/gpt-oss-20b","last_id":"openai/gpt-oss-20b"})");
}

TEST(ModelsList, IsToldInPages) {
  std::vector<ModelEntry> entries(5);
  for (int i = 0; i < 5; ++i) entries[static_cast<std::size_t>(i)].id = "m" + std::to_string(i);
  const auto page = [&](ModelsPage asked) {
    const json::object list = models_list(entries, asked).value();
    std::string ids;
    for (const json::value& model : list.at("data").as_array()) {
      ids += std::string(model.at("id").as_string()) + " ";
    }
    return ids + (list.at("has_more").as_bool() ? "more" : "end");
  };
  EXPECT_EQ(page({.limit = 2, .after_id = {}, .before_id = {}}), "m0 m1 more");
  EXPECT_EQ(page({.limit = 2, .after_id = "m1", .before_id = {}}), "m2 m3 more");
  EXPECT_EQ(page({.limit = 2, .after_id = "m3", .before_id = {}}), "m4 end");
  EXPECT_EQ(page({.limit = 2, .after_id = {}, .before_id = "m4"}), "m2 m3 more");
  EXPECT_EQ(page({.limit = {}, .after_id = "m4", .before_id = {}}), "end");
  EXPECT_FALSE(models_list(entries, {.limit = {}, .after_id = "x", .before_id = {}}));
}

TEST(AnthropicEvents, ADeltaThatIsNullIsSkipped) {
  MessagesEventDecoder decoder;
  const auto events = decoder.feed(
      "data: {\"type\":\"message_start\",\"message\":{\"usage\":null}}\n\n"
      "data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":null}\n\n"
      "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":null}\n\n"
      "data: {\"type\":\"message_delta\",\"delta\":null,\"usage\":null}\n\n"
      "data: {\"type\":\"message_stop\"}\n\n");
  ASSERT_EQ(events.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<chat::Finished>(events.back()));
}

}  // namespace
}  // namespace hearth::wire
