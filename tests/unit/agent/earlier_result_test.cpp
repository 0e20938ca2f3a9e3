#include "hearth/agent/earlier_result.h"

#include <gmock/gmock.h>
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

TEST(EarlierResult, IsNamedIfTheSameToolSaidTheSame) {
  EXPECT_THAT(new_or_where(read_of(file), "read", file),
              testing::HasSubstr("earlier call of read"));
  EXPECT_EQ(new_or_where(read_of(file), "read", file + "y"), file + "y");
  EXPECT_EQ(new_or_where(read_of(file), "bash", file), file);
}

TEST(EarlierResult, DoesNotCountOnceItIsTakenOut) {
  EXPECT_EQ(new_or_where(read_of("(left out)"), "read", file), file);
  EXPECT_EQ(new_or_where({}, "read", file), file);
}

TEST(EarlierResult, OfAFewWordsIsRepeated) {
  EXPECT_EQ(new_or_where(read_of("ok"), "read", "ok"), "ok");
}

TEST(EarlierResult, IsComparedAsItStandsInTheConversation) {
  EXPECT_THAT(new_or_where(read_of(file + "\xef\xbf\xbd"), "read", file + "\xff"),
              testing::HasSubstr("earlier call of read"));
}

}  // namespace
}  // namespace hearth::agent
