// OpenAI's custom tools, whose input is a text, to servers and back to clients.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "decoded_requests.h"

#include "hearth/wire/openai_answer.h"
#include "hearth/wire/openai_encode.h"
#include "hearth/wire/openai_events.h"

namespace hearth::wire {
namespace {

using testing::HasSubstr;

constexpr const char* custom_tool =
    R"(,"tools":[{"type":"custom","custom":{"name":"patch","description":"Edits","format":
        {"type":"grammar","grammar":{"syntax":"lark","definition":"start: /x/"}}}}],
        "tool_choice":{"type":"custom","custom":{"name":"patch"}})";

TEST(CustomTools, GoAsTheyCameBetweenTwoSidesOfOneFormat) {
  const chat::Request request = from_chat(custom_tool, R"(
      {"role":"user","content":"Hi"},
      {"role":"assistant","tool_calls":[
          {"id":"c","type":"custom","custom":{"name":"patch","input":"a \"b\""}}]},
      {"role":"tool","tool_call_id":"c","content":"done"})");
  const json::object sent = encode_chat_request(request);
  EXPECT_EQ(sent.at("tools").at(0).at("type"), "custom");
  EXPECT_EQ(sent.at("tools").at(0).at("custom").at("format").at("type"), "grammar");
  EXPECT_EQ(sent.at("tool_choice").at("custom").at("name"), "patch");
  const json::value& call = sent.at("messages").at(1).at("tool_calls").at(0);
  EXPECT_EQ(call.at("type"), "custom");
  EXPECT_EQ(call.at("custom").at("input"), "a \"b\"");
}

TEST(CustomTools, AreFunctionsWithOneStringElsewhere) {
  const json::object sent = to_anthropic(from_chat(custom_tool));
  const json::value& tool = sent.at("tools").at(0);
  EXPECT_EQ(tool.at("name"), "patch");
  EXPECT_EQ(tool.at("input_schema").at("required").at(0), "input");
  EXPECT_THAT(std::string(tool.at("description").as_string()), HasSubstr("start: /x/"));
  EXPECT_EQ(sent.at("tool_choice").at("name"), "patch");
}

TEST(CustomTools, CallsOfAServerAreUnderstood) {
  ChatCompletionEventDecoder decoder;
  std::string arguments;
  const auto take = [&](const std::vector<chat::Event>& events) {
    for (const chat::Event& event : events) {
      if (const auto* start = std::get_if<chat::ToolCallStart>(&event)) {
        EXPECT_EQ(start->name, "patch");
      }
      if (const auto* delta = std::get_if<chat::ToolCallDelta>(&event)) {
        arguments += delta->arguments;
      }
    }
  };
  take(decoder.feed(
      "data: "
      "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"type\":\"custom\","
      "\"custom\":{\"name\":\"patch\",\"input\":\"\"}}]}}]}\n\n"
      "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,"
      "\"custom\":{\"input\":\"a \\\"\"}}]}}]}\n\n"
      "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,"
      "\"custom\":{\"input\":\"b\\n\"}}]},\"finish_reason\":\"tool_calls\"}]}\n\n"
      "data: [DONE]\n\n"));
  EXPECT_EQ(arguments, R"({"input":"a \"b\n"})");
}

TEST(CustomTools, CallsGoBackToTheClientAsSuch) {
  const CustomTools custom = custom_tools_of(from_chat(custom_tool));
  ChatCompletionStream stream({"id", "m", 1}, UsageChunk::leave_out, custom);
  ChatCompletionCollector collector({"id", "m", 1}, custom);
  std::string text;
  chat::Finished end;
  end.reason = chat::StopReason::tool_use;
  for (const chat::Event& event : {chat::Event(chat::ToolCallStart{0, "c", "patch"}),
                                   chat::Event(chat::ToolCallDelta{0, "{\"input\":"}),
                                   chat::Event(chat::ToolCallDelta{0, "\"a\\nb\"}"}),
                                   chat::Event(chat::ToolCallStart{1, "d", "f"}),
                                   chat::Event(chat::ToolCallDelta{1, "{}"}), chat::Event(end)}) {
    text += stream.encode(event);
    collector.add(event);
  }
  EXPECT_THAT(text, HasSubstr(R"("type":"custom","custom":{"name":"patch","input":""})"));
  EXPECT_THAT(text, HasSubstr(R"({"index":0,"custom":{"input":"a\nb"}})"));
  EXPECT_THAT(text, HasSubstr(R"({"index":1,"function":{"arguments":"{}"}})"));
  const json::value whole = collector.response().value();
  const json::value& calls = whole.at("choices").at(0).at("message").at("tool_calls");
  EXPECT_EQ(calls.at(0).at("custom").at("input"), "a\nb");
  EXPECT_EQ(calls.at(1).at("function").at("name"), "f");
}

TEST(CustomTools, AnInputThatIsCutOffIsStillSent) {
  ChatCompletionStream stream({"id", "m", 1}, UsageChunk::leave_out, {"patch"});
  std::string text = stream.encode(chat::ToolCallStart{0, "c", "patch"});
  text += stream.encode(chat::ToolCallDelta{0, "{\"input\":\"a"});
  text += stream.encode(chat::Finished{});
  EXPECT_THAT(text, HasSubstr(R"({"index":0,"custom":{"input":"{\"input\":\"a"}})"));
}

}  // namespace
}  // namespace hearth::wire
