#include "hearth/agent/step_attempts.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scripted_server.h"
#include "test_folder.h"

namespace hearth::agent {
namespace {

std::string write_of(std::string_view content) {
  return fmt::format(R"({{"path":"a.txt","content":"{}"}})", content);
}

chat::Message calling(const std::string& name, const std::string& arguments) {
  return {.role = chat::Role::assistant,
          .content = {chat::ToolUseBlock{
              .id = "first", .name = name, .arguments = arguments, .extra = {}}}};
}

std::string arguments_of(const chat::Message& message) {
  return std::get<chat::ToolUseBlock>(message.content.at(0)).arguments;
}

/// A folder whose check passes once a.txt holds both words; each of them is a step forward.
class Attempts : public testing::Test {
 protected:
  void SetUp() override {
    temporary_.write("a.txt", "old\n");
    temporary_.write(
        "check.sh",
        "for word in one two; do grep -q $word a.txt || echo \"check.sh:1: error: $word is "
        "missing\"; done; grep -q one a.txt && grep -q two a.txt\n");
    chat::ToolUseBlock read{
        .id = "r", .name = "read", .arguments = R"({"path":"a.txt"})", .extra = {}};
    Toolbox::Call call = tools_.prepare(read, false);
    call.tool->run(call.arguments, {});
  }

  StepAttempts attempts(const ScriptedServer& server, int count) {
    server_ = {.url = server.url(), .key = {}};
    return StepAttempts({.server = server_,
                         .folder = folder_,
                         .tools = tools_,
                         .check = {.line = "sh check.sh"},
                         .attempts = count,
                         .parallel = 2,
                         .seed = 7});
  }
  StepAttempts::Choice choose(const ScriptedServer& server, int count, const chat::Message& first) {
    chat::Request request;
    request.model = "test";
    request.messages.push_back(
        {.role = chat::Role::user, .content = {chat::TextBlock{.text = "x", .extra = {}}}});
    return attempts(server, count).choose(request, first, {}, [](auto, auto) {});
  }

  TestFolder temporary_;
  Server server_;
  Folder folder_ = *Folder::open(temporary_.path());
  Shell shell_{folder_, {.enabled = false}};
  Toolbox tools_{folder_, shell_};
};

TEST_F(Attempts, TheOneThatPassesTheCheckIsTakenAndTheFolderIsLeftAlone) {
  const ScriptedServer server([&](const json::object& request) {
    const auto seed = request.contains("seed") ? request.at("seed").to_number<int>() : 0;
    return call_reply("write", write_of(seed == 7 + 3 ? "one two" : "neither"));
  });
  const auto choice = choose(server, 6, calling("write", write_of("wrong")));
  ASSERT_TRUE(choice.report);
  EXPECT_TRUE(choice.report->passed);
  EXPECT_EQ(choice.number, 3U);
  EXPECT_EQ(arguments_of(choice.message), write_of("one two"));
  EXPECT_EQ(temporary_.read("a.txt"), "old\n");
  EXPECT_GT(choice.usage.prompt_tokens, 0);
}

TEST_F(Attempts, WhereTheFirstPassesNothingElseIsWaitedFor) {
  const ScriptedServer server(
      [](const json::object&) { return call_reply("write", write_of("neither")); });
  const auto choice = choose(server, 3, calling("write", write_of("one two")));
  ASSERT_TRUE(choice.report);
  EXPECT_TRUE(choice.report->passed);
  EXPECT_EQ(choice.number, 1U);
}

TEST_F(Attempts, WithoutOneThatPassesTheFurthestIsTaken) {
  const ScriptedServer server([](const json::object& request) {
    const bool half = request.at("seed").to_number<int>() % 2 == 0;
    return call_reply("write", write_of(half ? "one" : "neither"));
  });
  const auto choice = choose(server, 4, calling("write", write_of("wrong")));
  EXPECT_EQ(choice.sampled, 4U);
  EXPECT_EQ(arguments_of(choice.message), write_of("one"));
}

TEST_F(Attempts, OfEqualOnesTheFirstIsTaken) {
  const ScriptedServer server(
      [](const json::object&) { return call_reply("write", write_of("two")); });
  const auto choice = choose(server, 3, calling("write", write_of("one")));
  EXPECT_EQ(choice.number, 1U);
  EXPECT_EQ(arguments_of(choice.message), write_of("one"));
}

TEST_F(Attempts, AnEditThatCannotBeAppliedGivesWayToOneThatCan) {
  const ScriptedServer server([](const json::object&) {
    return call_reply("edit", R"({"path":"a.txt","old_string":"old","new_string":"new"})");
  });
  const auto choice =
      choose(server, 2,
             calling("edit", R"({"path":"a.txt","old_string":"nowhere","new_string":"one two"})"));
  EXPECT_EQ(choice.number, 2U);
  EXPECT_TRUE(choice.report);
}

TEST_F(Attempts, APathInTheFolderMeansThePlaceInTheCopy) {
  const ScriptedServer server([](const json::object&) { return text_reply("no more"); });
  const auto choice = choose(
      server, 2,
      calling("edit", fmt::format(R"({{"path":"{}","old_string":"old","new_string":"one two"}})",
                                  (temporary_.path() / "a.txt").string())));
  ASSERT_TRUE(choice.report);
  EXPECT_TRUE(choice.report->passed);
  EXPECT_EQ(temporary_.read("a.txt"), "old\n");
}

TEST_F(Attempts, WhatTheServerCannotAnswerIsLeftOut) {
  const ScriptedServer server([](const json::object&) { return error_reply(500, "{}"); });
  const auto choice = choose(server, 3, calling("write", write_of("one")));
  EXPECT_EQ(choice.number, 1U);
  EXPECT_TRUE(choice.report);
}

TEST_F(Attempts, OnlyStepsThatChangeFilesAreTried) {
  const ScriptedServer server([](const json::object&) { return text_reply("x"); });
  const StepAttempts some = attempts(server, 2);
  EXPECT_TRUE(some.can_try(calling("write", write_of("x"))));
  EXPECT_FALSE(some.can_try(calling("bash", R"({"command":"true"})")));
  EXPECT_FALSE(some.can_try(calling("unknown", "{}")));
  EXPECT_FALSE(some.can_try(
      {.role = chat::Role::assistant, .content = {chat::TextBlock{.text = "done", .extra = {}}}}));
}

}  // namespace
}  // namespace hearth::agent
