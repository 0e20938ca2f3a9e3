#include "hearth/agent/earlier_result.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hearth::agent {
namespace {

const std::string file(800, 'x');

std::vector<chat::Message> read_of(std::string text) {
  return {{.role = chat::Role::assistant,
           .content = {chat::ToolUseBlock{
               .id = "c1", .name = "read", .arguments = R"({"path":"a.py"})", .extra = {}}}},
          {.role = chat::Role::user,
           .content = {chat::ToolResultBlock{
               .tool_use_id = "c1",
               .content = {chat::TextBlock{.text = std::move(text), .extra = {}}},
               .is_error = false,
               .extra = {}}}}};
}

TEST(EarlierResult, IsFoundIfTheSameToolSaidTheSame) {
  EXPECT_TRUE(has_earlier_result(read_of(file), "read", file));
  EXPECT_FALSE(has_earlier_result(read_of(file), "read", file + "y"));
  EXPECT_FALSE(has_earlier_result(read_of(file), "bash", file));
}

TEST(EarlierResult, DoesNotCountOnceItIsTakenOut) {
  EXPECT_FALSE(has_earlier_result(read_of("(left out)"), "read", file));
  EXPECT_FALSE(has_earlier_result({}, "read", file));
}

TEST(EarlierResult, OfAFewWordsIsRepeated) {
  EXPECT_FALSE(has_earlier_result(read_of("ok"), "read", "ok"));
}

}  // namespace
}  // namespace hearth::agent
