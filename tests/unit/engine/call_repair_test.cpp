#include "hearth/engine/call_repair.h"

#include <gtest/gtest.h>

#include "hearth/base/json.h"

namespace hearth::engine {
namespace {

const std::vector<std::string> tools = {"bash", "read"};

TEST(CallRepair, AJsonBlockThatNamesAKnownToolIsACall) {
  const auto found = find_calls(
      "I will list them.\n```json\n{\"name\": \"bash\", \"arguments\": {\"command\": "
      "\"ls\"}}\n```\n",
      tools);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->before, "I will list them.");
  ASSERT_EQ(found->calls.size(), 1U);
  EXPECT_EQ(found->calls[0].name, "bash");
  EXPECT_EQ(found->calls[0].arguments, R"({"command":"ls"})");
  EXPECT_EQ(found->after, "");
}

TEST(CallRepair, TheSpellingsOfWeakModelsAreRead) {
  for (const char* text : {
           R"({"name": "bash", "arguments": {"command": "ls"}})",
           R"({"name": "bash", "parameters": {"command": "ls"}})",
           R"({"name": "bash", "arguments": "{\"command\": \"ls\"}"})",
           R"({"type": "function", "function": {"name": "bash", "arguments": {"command": "ls"}}})",
           R"([{"name": "bash", "arguments": {"command": "ls"}}])",
           "<tool_call>\n{\"name\": \"bash\", \"arguments\": {\"command\": \"ls\"}}\n</tool_call>",
           "```\n{\"name\": \"bash\", \"arguments\": {\"command\": \"ls\"}}\n```",
       }) {
    const auto found = find_calls(text, tools);
    ASSERT_TRUE(found) << text;
    EXPECT_EQ(found->before, "") << text;
    EXPECT_EQ(found->calls.at(0).arguments, R"({"command":"ls"})") << text;
  }
}

TEST(CallRepair, RawLineEndsInStringsAreAccepted) {
  const auto found =
      find_calls("{\"name\": \"bash\", \"arguments\": {\"command\": \"a\nb\tc\"}}", tools);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->calls.at(0).arguments, R"({"command":"a\nb\tc"})");
}

TEST(CallRepair, OtherJsonStaysText) {
  for (const char* text :
       {R"({"name": "unknown", "arguments": {}})", R"({"name": "bash"})", "no call at all",
        R"({"command": "ls"})", "{\"name\": \"bash\", \"arguments\": {\"command\": \"ls\""}) {
    EXPECT_FALSE(find_calls(text, tools)) << text;
  }
}

TEST(CallRepair, AStreamHoldsBackOnlyWhatMayBeACall) {
  EXPECT_EQ(possible_call_start("plain words"), std::string_view::npos);
  EXPECT_EQ(possible_call_start("```python\nprint(1)\n```\nmore"), std::string_view::npos);
  EXPECT_EQ(possible_call_start("text\n```json\n{\"na"), 5U);
  EXPECT_EQ(possible_call_start("{"), 0U);
  EXPECT_EQ(possible_call_start("{\"colour\": 1}"), std::string_view::npos);
  EXPECT_EQ(possible_call_start("so: <tool"), 4U);
  EXPECT_EQ(possible_call_start("a < b and {c}"), std::string_view::npos);
}

TEST(CallRepair, ABrokenOffJsonTextIsCompleted) {
  const std::string whole = R"({"a":"x\"\u00e9","b":[1,2.5,{"c":null,"d":true}],"e":{}})";
  for (std::size_t cut = 1; cut <= whole.size(); ++cut) {
    const std::string head = whole.substr(0, cut);
    const auto rest = json_completion(head);
    ASSERT_TRUE(rest) << head;
    EXPECT_TRUE(parse_json(head + *rest)) << head << " + " << *rest;
  }
  EXPECT_EQ(json_completion(whole), "");
  EXPECT_FALSE(json_completion("]"));
}

}  // namespace
}  // namespace hearth::engine
