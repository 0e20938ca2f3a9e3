// What only one format has, and reaches the client where both sides speak it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "hearth/chat/server_tools.h"
#include "hearth/wire/anthropic_answer.h"
#include "hearth/wire/anthropic_decode.h"
#include "hearth/wire/anthropic_encode.h"
#include "hearth/wire/anthropic_events.h"
#include "hearth/wire/openai_answer.h"
#include "hearth/wire/openai_events.h"

namespace hearth::wire {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A stream of such events, each of which has its type within.
std::vector<chat::Event> from_anthropic(const std::vector<std::string>& events) {
  MessagesEventDecoder decoder;
  std::string bytes;
  for (const std::string& event : events) bytes += "data: " + event + "\n\n";
  return decoder.feed(bytes);
}

std::string to_messages_stream(const std::vector<chat::Event>& events) {
  MessagesStream stream({"id", "m"});
  std::string text;
  for (const chat::Event& event : events) text += stream.encode(event);
  return text;
}

json::value to_message(const std::vector<chat::Event>& events) {
  MessagesCollector collector({"id", "m"});
  for (const chat::Event& event : events) collector.add(event);
  return collector.response().value();
}

json::value to_completion(const std::vector<chat::Event>& events) {
  ChatCompletionCollector collector({"id", "m", 1});
  for (const chat::Event& event : events) collector.add(event);
  return collector.response().value();
}

const std::vector<std::string> anthropic_answer = {
    R"({"type":"message_start","message":{"id":"x","content":[],"container":null,"usage":{
        "input_tokens":20,"cache_creation_input_tokens":0,"cache_read_input_tokens":5,
        "cache_creation":{"ephemeral_5m_input_tokens":0},"service_tier":"standard",
        "output_tokens":1}}})",
    R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":"Hi"}})",
    R"({"type":"content_block_stop","index":0})",
    R"({"type":"message_delta","delta":{"stop_reason":"end_turn","container":{"id":"c1"}},
        "usage":{"output_tokens":7,"server_tool_use":{"web_search_requests":2}},
        "context_management":{"applied_edits":[{"type":"e"}]}})",
    R"({"type":"message_stop"})"};

std::string one_line(std::string text) {
  std::erase(text, '\n');
  return text;
}

std::vector<chat::Event> anthropic_events() {
  std::vector<std::string> lines;
  for (const std::string& event : anthropic_answer) lines.push_back(one_line(event));
  return from_anthropic(lines);
}

TEST(OwnFields, TheSplitOfAPromptIsAsAnAnthropicServerTellsIt) {
  const json::value message = to_message(anthropic_events());
  const json::value& usage = message.at("usage");
  EXPECT_EQ(usage.at("input_tokens"), 20);
  EXPECT_EQ(usage.at("cache_creation_input_tokens"), 0);
  EXPECT_EQ(usage.at("cache_read_input_tokens"), 5);
  EXPECT_EQ(usage.at("output_tokens"), 7);
  EXPECT_EQ(usage.at("service_tier"), "standard");
  EXPECT_EQ(usage.at("server_tool_use").at("web_search_requests"), 2);
  EXPECT_TRUE(usage.at("cache_creation").is_object());
  EXPECT_EQ(message.at("container").at("id"), "c1");
  EXPECT_EQ(message.at("context_management").at("applied_edits").at(0).at("type"), "e");
}

TEST(OwnFields, OfAnAnthropicServerStandInTheirPlacesOfAStream) {
  const std::string text = to_messages_stream(anthropic_events());
  const std::string split =
      R"("usage":{"input_tokens":20,"cache_creation_input_tokens":0,"cache_read_input_tokens":5,)";
  EXPECT_LT(text.find(split), text.find("content_block_start"));
  EXPECT_THAT(text.substr(text.find("event: message_delta")), HasSubstr(split));
  EXPECT_THAT(text, HasSubstr(R"("stop_sequence":null,"container":{"id":"c1"}},"usage")"));
  EXPECT_THAT(text, HasSubstr(R"("output_tokens":7)"));
  EXPECT_THAT(text, HasSubstr(R"("context_management":{"applied_edits":[{"type":"e"}]}})"));
}

TEST(OwnFields, DoNotReachClientsOfAnotherFormat) {
  const std::string text = to_json(to_completion(anthropic_events()));
  EXPECT_THAT(text, HasSubstr(R"("prompt_tokens":25)"));
  for (const char* name : {"container", "context_management", "server_tool_use", "service_tier"}) {
    EXPECT_THAT(text, Not(HasSubstr(name)));
  }
}

TEST(OwnFields, ABlockOfAnUnknownTypeComesThroughWithItsStopReason) {
  const auto events = from_anthropic(
      {R"({"type":"message_start","message":{"content":[],"usage":{"input_tokens":3}}})",
       R"({"type":"content_block_start","index":0,"content_block":{"type":"compaction","content":null}})",
       R"({"type":"content_block_delta","index":0,"delta":{"type":"compaction_delta","content":"So "}})",
       R"({"type":"content_block_delta","index":0,"delta":{"type":"compaction_delta","content":"far."}})",
       R"({"type":"content_block_stop","index":0})",
       R"({"type":"message_delta","delta":{"stop_reason":"compaction"},"usage":{"output_tokens":7}})",
       R"({"type":"message_stop"})"});
  const json::value message = to_message(events);
  const json::value block{{"type", "compaction"}, {"content", "So far."}};
  EXPECT_EQ(message.at("content"), (json::array{block}));
  EXPECT_EQ(message.at("stop_reason"), "compaction");
  const std::string text = to_messages_stream(events);
  EXPECT_THAT(text, HasSubstr(R"("content_block":{"type":"compaction","content":"So far."})"));
  EXPECT_THAT(text, HasSubstr(R"("stop_reason":"compaction")"));
  const json::value elsewhere = to_completion(events);
  EXPECT_EQ(elsewhere.at("choices").at(0).at("message").at("content"), "");
  EXPECT_EQ(elsewhere.at("choices").at(0).at("finish_reason"), "stop");
}

TEST(OwnFields, ABlockOfAnUnknownTypeMayBeSentBack) {
  const auto body = parse_json(R"({"model":"m","max_tokens":9,"messages":[
      {"role":"user","content":"Hi"},
      {"role":"assistant","content":[{"type":"compaction","content":"So far."}]},
      {"role":"user","content":"Go on"}]})");
  const auto request = decode_messages_request(body.value());
  ASSERT_TRUE(request) << request.error().message;
  const json::object sent = encode_messages_request(*request, MessagesServer::anthropic);
  EXPECT_EQ(sent.at("messages").at(1).at("content").at(0),
            (json::value{{"type", "compaction"}, {"content", "So far."}}));
  EXPECT_THAT(chat::server_tools_note(*request),
              HasSubstr("left out earlier blocks of type compaction"));
}

/// Its answer in pieces, as OpenRouter and Gemini's endpoint of this format write it.
std::vector<chat::Event> openai_events() {
  const std::vector<std::string> chunks = {
      R"({"provider":"P","service_tier":"flex","obfuscation":"xx","choices":[{"delta":{
          "role":"assistant","content":"","annotations":[],"reasoning_details":[
          {"type":"reasoning.text","text":"Let ","index":0}]}}]})",
      R"({"choices":[{"delta":{"reasoning_details":[
          {"type":"reasoning.text","text":"me.","signature":"s","index":0}]}}]})",
      R"({"choices":[{"delta":{"content":"Hi","annotations":[{"type":"url_citation"}]}}]})",
      R"({"choices":[{"delta":{"tool_calls":[{"index":0,"id":"c","type":"function",
          "extra_content":{"google":{"thought_signature":"t"}},
          "function":{"name":"f","arguments":"{}"}}]}}]})",
      R"({"choices":[{"delta":{},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":9,
          "completion_tokens":3,"cost":0.5,"prompt_tokens_details":{"cached_tokens":4,
          "audio_tokens":0}}})",
      "[DONE]"};
  std::string bytes;
  for (const std::string& chunk : chunks) bytes += "data: " + one_line(chunk) + "\n\n";
  ChatCompletionEventDecoder decoder;
  return decoder.feed(bytes);
}

TEST(OwnFields, OfAnOpenAiServerReachAClientOfItsFormat) {
  const json::value whole = to_completion(openai_events());
  EXPECT_EQ(whole.at("provider"), "P");
  EXPECT_EQ(whole.at("service_tier"), "flex");
  EXPECT_FALSE(whole.as_object().contains("obfuscation"));
  EXPECT_EQ(whole.at("usage").at("cost"), 0.5);
  EXPECT_EQ(to_json(whole.at("usage").at("prompt_tokens_details")),
            R"({"cached_tokens":4,"audio_tokens":0})");
  const json::value& message = whole.at("choices").at(0).at("message");
  EXPECT_EQ(message.at("annotations").at(0).at("type"), "url_citation");
  EXPECT_EQ(to_json(message.at("reasoning_details")),
            R"([{"type":"reasoning.text","text":"Let me.","index":0,"signature":"s"}])");
  EXPECT_EQ(message.at("tool_calls").at(0).at("extra_content").at("google").at("thought_signature"),
            "t");
}

TEST(OwnFields, OfAnOpenAiServerComeAsTheyCameInAStream) {
  ChatCompletionStream stream({"id", "m", 1}, UsageChunk::send);
  std::string text;
  for (const chat::Event& event : openai_events()) text += stream.encode(event);
  EXPECT_THAT(text, HasSubstr(R"("delta":{"reasoning_details":[{"type":"reasoning.text","text":)"
                              R"("me.","signature":"s","index":0}]})"));
  EXPECT_THAT(text, HasSubstr(R"("delta":{"annotations":[{"type":"url_citation"}]})"));
  EXPECT_THAT(text, HasSubstr(R"("extra_content":{"google":{"thought_signature":"t"}})"));
  EXPECT_THAT(text, HasSubstr(R"("service_tier":"flex")"));
  EXPECT_THAT(text, HasSubstr(R"("cost":0.5)"));
  EXPECT_THAT(text, Not(HasSubstr("obfuscation")));
  EXPECT_THAT(to_messages_stream(openai_events()), Not(HasSubstr("service_tier")));
}

}  // namespace
}  // namespace hearth::wire
