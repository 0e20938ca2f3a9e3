#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "scripted_server.h"
#include "test_folder.h"

#include "hearth/agent/opening_request.h"
#include "hearth/agent/tool_style.h"
#include "hearth/agent/whole_files_style.h"

namespace hearth::agent {
namespace {

using testing::Contains;
using testing::HasSubstr;

/// Remembers what it was shown.
class RecordedOutput final : public Output {
 public:
  void session(const SessionInfo&) override {}
  void status(std::string_view line) override { lines.emplace_back(line); }
  void progress(std::string_view line) override { progress_lines.emplace_back(line); }
  void text(std::string_view) override {}
  void message(const chat::Message&, const chat::Usage&) override {}
  void tool_call(const ShownCall& call) override { calls.emplace_back(call.name); }
  void tool_result(const chat::ToolResultBlock&, const ToolResult& result) override {
    results.push_back(result.text);
  }
  void diff(std::string_view unified) override { diffs.emplace_back(unified); }
  void finished(const Outcome&) override {}
  std::vector<std::string> lines, progress_lines, calls, results, diffs;
};

class Styles : public testing::Test {
 protected:
  Workplace workplace(const ScriptedServer& server) {
    server_ = {.url = server.url(), .key = {}};
    return {.server = server_,
            .folder = folder_,
            .output = output_,
            .permissions = permissions_,
            .log = log_,
            .tools = tools_,
            .conversation = conversation_,
            .hooks = hooks_,
            .before_change = [this] { ++changes_; },
            .model = "test",
            .profile = {.attempts = 12, .parallel = 2},
            .max_turns = 8};
  }
  std::string session_text() { return temporary_.read("state/" + log_.id() + ".jsonl"); }

  TestFolder temporary_;
  Server server_;
  RecordedOutput output_;
  Permissions permissions_{PermissionMode::bypass, {}};
  SessionLog log_ = *SessionLog::create(temporary_.path() / "state");
  std::filesystem::path work_ =
      (std::filesystem::create_directory(temporary_.path() / "work"), temporary_.path() / "work");
  Folder folder_ = *Folder::open(work_);
  Shell shell_{folder_, {.enabled = false}};
  Toolbox tools_{folder_, shell_};
  Conversation conversation_{log_};
  Hooks hooks_{{}, work_, "s", ""};
  int changes_ = 0;
};

TEST_F(Styles, NativeRunsToolsUntilTheModelAnswersInWords) {
  std::atomic<int> turn = 0;
  const ScriptedServer server([&](const json::object&) {
    return turn++ == 0 ? call_reply("write", R"({"path":"a.txt","content":"hi\n"})")
                       : text_reply("Written.");
  });
  auto place = workplace(server);
  const Outcome outcome = make_tool_style(place, Calling::native)->run("write a.txt", {});
  EXPECT_EQ(outcome.end, Outcome::End::success);
  EXPECT_EQ(outcome.text, "Written.");
  EXPECT_EQ(outcome.turns, 2);
  EXPECT_EQ(outcome.usage.output_tokens, 14);
  EXPECT_EQ(temporary_.read("work/a.txt"), "hi\n");
  EXPECT_THAT(output_.progress_lines, Contains(HasSubstr("10 of 20 tokens")));
}

TEST_F(Styles, TheConversationOnlyGrows) {
  std::atomic<int> turn = 0;
  const ScriptedServer server([&](const json::object&) {
    return turn++ < 3 ? call_reply("glob", R"({"pattern":"*"})") : text_reply("ok");
  });
  auto place = workplace(server);
  make_tool_style(place, Calling::native)->run("look", {});
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 4U);
  for (std::size_t i = 1; i < requests.size(); ++i) {
    const auto& before = requests[i - 1].at("messages").as_array();
    const auto& after = requests[i].at("messages").as_array();
    ASSERT_EQ(after.size(), before.size() + 2);
    for (std::size_t m = 0; m < before.size(); ++m) EXPECT_EQ(after[m], before[m]);
    EXPECT_EQ(requests[i].at("system"), requests[0].at("system"));
    EXPECT_EQ(requests[i].at("tools"), requests[0].at("tools"));
  }
}

TEST_F(Styles, TheFirstRequestIsSmall) {
  const ScriptedServer server([&](const json::object&) { return text_reply("ok"); });
  auto place = workplace(server);
  make_tool_style(place, Calling::forced)->run("hi", {});
  // Three bytes a token is less than any tokenizer makes of English and JSON.
  EXPECT_LT(to_json(json::value(server.requests()[0])).size(), 2500U * 3);
}

TEST_F(Styles, ForcedAsksForACallAndEndsWithFinish) {
  const ScriptedServer server(
      [&](const json::object&) { return call_reply("finish", R"({"summary":"all done"})"); });
  auto place = workplace(server);
  const Outcome outcome = make_tool_style(place, Calling::forced)->run("do it", {});
  EXPECT_EQ(outcome.text, "all done");
  EXPECT_EQ(server.requests()[0].at("tool_choice").at("type"), "any");
}

TEST_F(Styles, AModelThatRepeatsItselfIsToldAndThenStopped) {
  const ScriptedServer server(
      [&](const json::object&) { return call_reply("glob", R"({"pattern":"*.zig"})"); });
  auto place = workplace(server);
  place.max_turns = 50;
  const Outcome outcome = make_tool_style(place, Calling::native)->run("loop", {});
  EXPECT_EQ(outcome.stop_reason, "loop");
  EXPECT_EQ(outcome.turns, 7);
  EXPECT_THAT(output_.results, Contains(HasSubstr("several times")));
}

TEST_F(Styles, MaxTurnsEndTheRun) {
  std::atomic<int> turn = 0;
  const ScriptedServer server([&](const json::object&) {
    return call_reply("bash", R"({"command":"echo )" + std::to_string(turn++) + "\"}");
  });
  auto place = workplace(server);
  EXPECT_EQ(make_tool_style(place, Calling::native)->run("go", {}).end, Outcome::End::max_turns);
}

TEST_F(Styles, WrongCallsAreAnsweredWithWhatIsAllowed) {
  std::atomic<int> turn = 0;
  const ScriptedServer server([&](const json::object&) {
    switch (turn++) {
      case 0: return call_reply("read", R"({"file":"a"})");
      case 1: return call_reply("read", R"({"path": )");
      default: return text_reply("I give up");
    }
  });
  auto place = workplace(server);
  make_tool_style(place, Calling::native)->run("read", {});
  ASSERT_EQ(output_.results.size(), 2U);
  EXPECT_THAT(output_.results[0], HasSubstr("path (string)"));
  EXPECT_THAT(output_.results[1], HasSubstr("not a JSON object"));
}

TEST_F(Styles, AChangeIsTriedBeforeItIsTaken) {
  const ScriptedServer server([&](const json::object& request) {
    if (request.at("messages").as_array().size() > 1) return text_reply("Done.");
    const bool sampled = request.contains("seed");
    return call_reply("write", sampled ? R"({"path":"a.txt","content":"right"})"
                                       : R"({"path":"a.txt","content":"wrong"})");
  });
  auto place = workplace(server);
  place.profile.step_attempts = 3;
  place.check = CheckCommand{"grep -q right a.txt", CheckOrigin::task};
  const Outcome outcome = make_tool_style(place, Calling::native)->run("write a.txt", {});
  EXPECT_EQ(outcome.text, "Done.");
  EXPECT_EQ(temporary_.read("work/a.txt"), "right");
  const auto requests = server.requests();
  const std::string told = to_json(json::value(requests.back().at("messages")));
  EXPECT_THAT(told, HasSubstr("passes with this change"));
  EXPECT_THAT(told, testing::Not(HasSubstr("wrong")));
  EXPECT_EQ(outcome.requests, static_cast<int>(requests.size()));
}

TEST_F(Styles, AServerErrorEndsTheRunWithItsMessage) {
  const ScriptedServer server([&](const json::object&) {
    return error_reply(400,
                       R"({"type":"error","error":{"type":"x","message":"prompt is too long"}})");
  });
  auto place = workplace(server);
  const Outcome outcome = make_tool_style(place, Calling::native)->run("x", {});
  EXPECT_EQ(outcome.end, Outcome::End::error);
  EXPECT_THAT(outcome.text, HasSubstr("prompt is too long"));
}

TEST_F(Styles, NoServerIsAnErrorThatSaysWhatToDo) {
  const Server nobody{.url = "http://127.0.0.1:1", .key = {}};
  const ScriptedServer server([](const json::object&) { return text_reply("x"); });
  const Workplace place = workplace(server);
  const auto answer = complete(nobody, opening_request(place, Calling::native), {}, {});
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("hearth serve"));
}

/// A folder with a wrong function and a check that needs nothing but a shell.
class WholeFiles : public Styles {
 protected:
  void SetUp() override {
    temporary_.write("work/add.py", "def add(a, b):\n    return a - b\n");
    temporary_.write("work/test_add.py", "from add import add\nassert add(2, 2) == 4\n");
  }
  CheckCommand check_{
      "grep -q 'return a + b' add.py || { echo 'test_add.py:2: got 0, want 4'; exit 1; }"};
};

TEST_F(WholeFiles, TheFirstCandidateThatPassesIsApplied) {
  std::atomic<int> asked = 0;
  const ScriptedServer server([&](const json::object&) {
    return text_reply(asked++ < 2 ? "```python\ndef add(a, b):\n    return a * b\n```"
                                  : "```python\ndef add(a, b):\n    return a + b\n```");
  });
  auto place = workplace(server);
  const Outcome outcome = make_whole_files_style(place, check_)->run("fix add", {});
  EXPECT_EQ(outcome.end, Outcome::End::success) << outcome.text;
  EXPECT_EQ(outcome.solved, true);
  EXPECT_EQ(temporary_.read("work/add.py"), "def add(a, b):\n    return a + b\n");
  EXPECT_THAT(output_.diffs, Contains(HasSubstr("+    return a + b")));
  EXPECT_THAT(session_text(), HasSubstr("\"candidate\""));
  EXPECT_EQ(changes_, 1) << "the files are kept before they change";
}

TEST_F(WholeFiles, NothingIsChangedWhenNothingPasses) {
  const ScriptedServer server([&](const json::object&) {
    return text_reply("```python\ndef add(a, b):\n    return a - b\n```");
  });
  auto place = workplace(server);
  const Outcome outcome = make_whole_files_style(place, check_)->run("fix add", {});
  EXPECT_EQ(outcome.end, Outcome::End::not_solved);
  EXPECT_EQ(outcome.solved, false);
  EXPECT_LE(outcome.turns, 12);
  EXPECT_EQ(temporary_.read("work/add.py"), "def add(a, b):\n    return a - b\n");
}

TEST_F(WholeFiles, WhatPassesAlreadyIsLeftAlone) {
  const ScriptedServer server([&](const json::object&) { return text_reply("?"); });
  auto place = workplace(server);
  const Outcome outcome = make_whole_files_style(place, {"true"})->run("fix add", {});
  EXPECT_THAT(outcome.text, HasSubstr("passes already"));
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(WholeFiles, WithoutPermissionNoModelIsAsked) {
  const ScriptedServer server([&](const json::object&) { return text_reply("?"); });
  auto place = workplace(server);
  Permissions nobody(PermissionMode::normal, {});
  Workplace strict{place.server,        place.folder, place.output,       nobody,
                   place.log,           place.tools,  place.conversation, place.hooks,
                   place.before_change, place.model,  place.profile,      place.max_turns};
  const Outcome outcome = make_whole_files_style(strict, check_)->run("fix add", {});
  EXPECT_EQ(outcome.end, Outcome::End::error);
  EXPECT_THAT(outcome.text, HasSubstr("--permission-mode"));
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(WholeFiles, TwoMistakesAreCorrectedOneAfterTheOther) {
  temporary_.write("work/add.py",
                   "def add(a, b):\n    return a - b\n\n\ndef sub(a, b):\n    return a + b\n");
  const CheckCommand both{
      "n=0; grep -q 'return a + 1 \\* b' add.py || { n=1; echo 'test_add.py:2: error in add'; }; "
      "grep -q 'return a - 1 \\* b' add.py || { n=1; echo 'test_add.py:3: error in sub'; }; exit "
      "$n"};
  const ScriptedServer server([&](const json::object& request) {
    const std::string text = to_json(request.at("messages"));
    if (text.find("error in add") != std::string::npos &&
        text.find("The mistake is in the function that begins with:\\n```\\ndef add") !=
            std::string::npos) {
      return text_reply("```python\ndef add(a, b):\n    return a + 1 * b\n```");
    }
    if (text.find("error in add") == std::string::npos &&
        text.find("begins with:\\n```\\ndef sub") != std::string::npos) {
      return text_reply("```python\ndef sub(a, b):\n    return a - 1 * b\n```");
    }
    return text_reply("I do not know.");
  });
  auto place = workplace(server);
  place.profile.attempts = 40;
  const Outcome outcome = make_whole_files_style(place, both)->run("fix", {});
  EXPECT_EQ(outcome.solved, true) << outcome.text;
}

TEST_F(WholeFiles, AnInterruptLeavesEverythingAsItWas) {
  const ScriptedServer server([&](const json::object&) { return text_reply("?"); });
  auto place = workplace(server);
  std::stop_source stop;
  stop.request_stop();
  const Outcome outcome = make_whole_files_style(place, check_)->run("fix add", stop.get_token());
  EXPECT_EQ(outcome.end, Outcome::End::interrupted);
}

}  // namespace
}  // namespace hearth::agent
