#include "hearth/router/system_prompt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace hearth::router {
namespace {

using testing::ElementsAre;

chat::Request with_system(const std::vector<std::string>& blocks) {
  chat::Message system{chat::Role::system, {}};
  for (const std::string& text : blocks) system.content.emplace_back(chat::TextBlock{text, {}});
  chat::Request request;
  request.messages.push_back(std::move(system));
  request.messages.push_back({chat::Role::user, {chat::TextBlock{"an <env> of mine", {}}}});
  return request;
}

std::vector<std::string> texts(const chat::Message& message) {
  std::vector<std::string> list;
  for (const auto& block : message.content) list.push_back(std::get<chat::TextBlock>(block).text);
  return list;
}

TEST(RewriteSystemPrompt, TakesThePlaceOfWhatStandsBeforeTheEnvironment) {
  auto request = with_system({"You are.", "Be <env> careful.\n<env>\nfolder: /x\n</env>"});
  rewrite_system_prompt(request, "Be brief.\n");
  EXPECT_THAT(texts(request.messages[0]),
              ElementsAre("You are.", "Be brief.\n<env>\nfolder: /x\n</env>"));
  EXPECT_THAT(texts(request.messages[1]), ElementsAre("an <env> of mine"));
  EXPECT_EQ(request.warnings.size(), 1U);
}

TEST(RewriteSystemPrompt, LeavesAPromptWithoutAnEnvironmentAsItIs) {
  auto request = with_system({"You write titles."});
  rewrite_system_prompt(request, "Be brief.\n");
  EXPECT_THAT(texts(request.messages[0]), ElementsAre("You write titles."));
  EXPECT_TRUE(request.warnings.empty());
  request.messages.clear();
  rewrite_system_prompt(request, "Be brief.\n");
  EXPECT_TRUE(request.messages.empty());
}

}  // namespace
}  // namespace hearth::router
