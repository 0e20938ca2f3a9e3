#include "hearth/engine/prompt.h"

#include <gtest/gtest.h>

#include "test_models.h"

#include "hearth/engine/output_parser.h"

namespace hearth::engine {
namespace {

chat::Message message(chat::Role role, std::string text) {
  return {role, {chat::TextBlock{std::move(text), {}}}};
}

chat::Tool tool(std::string name, bool deferred = false) {
  chat::Tool made;
  made.name = std::move(name);
  made.description = "what " + made.name + " does";
  made.input_schema = parse_json(R"({"type":"object","properties":{"command":{"type":"string"}},
                                     "required":["command"]})")
                          ->as_object();
  made.defer_loading = deferred;
  return made;
}

chat::Request conversation() {
  chat::Request request;
  request.messages = {message(chat::Role::system, "You are brief."),
                      message(chat::Role::user, "List the files.")};
  return request;
}

class PromptOf : public ::testing::TestWithParam<const char*> {};

TEST_P(PromptOf, TheSameConversationInAnotherFormGivesTheSameTokens) {
  const auto weights = test_model(GetParam());
  chat::Request plain = conversation();
  chat::Request marked = conversation();
  auto& text = std::get<chat::TextBlock>(marked.messages[1].content[0]);
  text.extra["cache_control"] = json::object{{"type", "ephemeral"}};
  marked.sampling.temperature = 0.3;
  marked.max_tokens = 7;
  EXPECT_EQ(render(*weights, plain)->tokens, render(*weights, marked)->tokens);
}

TEST_P(PromptOf, ToolChoiceDoesNotChangeThePromptBeforeAForcedCall) {
  const auto weights = test_model(GetParam());
  chat::Request request = conversation();
  request.tools = {tool("bash"), tool("read")};
  const std::string automatic = render(*weights, request)->text;
  EXPECT_NE(automatic.find("what bash does"), std::string::npos);
  for (const auto mode :
       {chat::ToolChoice::Mode::any, chat::ToolChoice::Mode::tool, chat::ToolChoice::Mode::none}) {
    request.tool_choice.mode = mode;
    request.tool_choice.name = "read";
    const auto prompt = render(*weights, request);
    ASSERT_TRUE(prompt);
    EXPECT_TRUE(prompt->text.starts_with(automatic));
  }
}

TEST_P(PromptOf, ADeferredToolIsWrittenOnlyWhereItIsReferenced) {
  const auto weights = test_model(GetParam());
  chat::Request request = conversation();
  request.tools = {tool("bash")};
  const std::string without = render(*weights, request)->text;
  request.tools.push_back(tool("late", true));
  EXPECT_EQ(render(*weights, request)->text, without);

  chat::ToolUseBlock call{"id1", "bash", R"({"command":"find"})", {}};
  chat::ToolResultBlock result;
  result.tool_use_id = "id1";
  result.content = {chat::ToolReferenceBlock{"late"}};
  request.messages.push_back({chat::Role::assistant, {call}});
  request.messages.push_back({chat::Role::user, {result}});
  const std::string with = render(*weights, request)->text;
  EXPECT_NE(with.find("what late does"), std::string::npos);
  // Only appended: everything before the call is as it was.
  const auto shared = without.find("List the files.");
  EXPECT_EQ(with.substr(0, shared), without.substr(0, shared));
}

TEST_P(PromptOf, ASystemMessageInTheMiddleStaysThere) {
  const auto weights = test_model(GetParam());
  chat::Request request = conversation();
  request.messages.push_back(message(chat::Role::assistant, "None."));
  request.messages.push_back(message(chat::Role::system, "The user has opened a file."));
  request.messages.push_back(message(chat::Role::user, "And now?"));
  const auto prompt = render(*weights, request);
  ASSERT_TRUE(prompt) << prompt.error().message;
  const auto before = prompt->text.find("None.");
  const auto middle = prompt->text.find("The user has opened a file.");
  const auto after = prompt->text.find("And now?");
  EXPECT_LT(before, middle);
  EXPECT_LT(middle, after);
  EXPECT_NE(after, std::string::npos);
}

TEST_P(PromptOf, AFailedToolCallIsTold) {
  const auto weights = test_model(GetParam());
  chat::Request request = conversation();
  request.tools = {tool("bash")};
  chat::ToolResultBlock result;
  result.tool_use_id = "id1";
  result.is_error = true;
  result.content = {chat::TextBlock{"no such file", {}}};
  request.messages.push_back(
      {chat::Role::assistant, {chat::ToolUseBlock{"id1", "bash", R"({"command":"ls"})", {}}}});
  request.messages.push_back({chat::Role::user, {result}});
  const auto prompt = render(*weights, request);
  ASSERT_TRUE(prompt) << prompt.error().message;
  EXPECT_NE(prompt->text.find("Error: no such file"), std::string::npos);
}

TEST_P(PromptOf, ALastMessageOfTheAssistantIsTheBeginningOfTheAnswer) {
  const auto weights = test_model(GetParam());
  chat::Request request = conversation();
  request.thinking.mode = chat::Thinking::Mode::disabled;
  const std::string before = render(*weights, request)->text;
  request.messages.push_back(message(chat::Role::assistant, "The files are"));
  for (const bool with_tools : {false, true}) {
    if (with_tools) request.tools = {tool("bash")};
    const auto prompt = render(*weights, request);
    ASSERT_TRUE(prompt);
    EXPECT_TRUE(prompt->text.ends_with("The files are")) << prompt->text;
    EXPECT_TRUE(with_tools || prompt->text.starts_with(before));
    OutputParser parser(prompt->format);
    std::string text;
    const auto take = [&](const std::vector<chat::Event>& events) {
      for (const auto& event : events) {
        if (const auto* delta = std::get_if<chat::TextDelta>(&event)) text += delta->text;
      }
    };
    take(parser.feed(" a.txt and"));
    EXPECT_EQ(text, " a.txt and");
    take(parser.feed(" b.txt"));
    take(parser.finish());
    EXPECT_EQ(text, " a.txt and b.txt");
  }
  // Where the template has a header before an answer, that is no part of it.
  request.tool_choice.mode = chat::ToolChoice::Mode::any;
  OutputParser parser(render(*weights, request)->format);
  auto events = parser.feed(R"({"name": "bash", "arguments": {"command": "ls"}})");
  for (auto& event : parser.finish()) events.push_back(std::move(event));
  for (const auto& event : events) {
    const auto* delta = std::get_if<chat::TextDelta>(&event);
    EXPECT_TRUE(delta == nullptr || delta->text.find("<|channel|>") == std::string::npos);
  }
  request.json_schema = json::object{{"type", "object"}};
  EXPECT_FALSE(render(*weights, request));
}

TEST_P(PromptOf, AnImageIsRefusedWithWhatToDo) {
  chat::Request request = conversation();
  request.messages[1].content.emplace_back(chat::ImageBlock{"image/png", "AAAA", "", {}});
  const auto prompt = render(*test_model(GetParam()), request);
  ASSERT_FALSE(prompt);
  EXPECT_EQ(prompt.error().kind, ErrorKind::invalid_request);
  EXPECT_NE(prompt.error().message.find("Router.image"), std::string::npos);
}

TEST_P(PromptOf, SchemasTooLargeForAGrammarDoNotFailTheRequest) {
  chat::Request request = conversation();
  for (int i = 0; i < 40; ++i) {
    chat::Tool made = tool("tool" + std::to_string(i));
    made.input_schema = parse_json(R"j({"type":"object","properties":{"content":{"type":"string",
        "maxLength":524288,"pattern":"^(?!.*x)"},"n":{"type":"integer","minimum":-9007199254740991,
        "maximum":9007199254740991},"any":{"allOf":[{"type":"string"},{"minLength":1}]}}})j")
                            ->as_object();
    request.tools.push_back(std::move(made));
  }
  request.tool_choice.mode = chat::ToolChoice::Mode::any;
  const auto prompt = render(*test_model(GetParam()), request);
  EXPECT_TRUE(prompt) << prompt.error().message;
}

INSTANTIATE_TEST_SUITE_P(Templates, PromptOf, ::testing::Values(smollm2, gpt_oss, qwen3moe, lfm2),
                         model_name);

}  // namespace
}  // namespace hearth::engine
