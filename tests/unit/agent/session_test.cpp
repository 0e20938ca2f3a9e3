#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_folder.h"

#include "hearth/agent/answer.h"
#include "hearth/agent/diff.h"
#include "hearth/agent/loop_detector.h"
#include "hearth/agent/plain_text.h"
#include "hearth/agent/session/session_log.h"

namespace hearth::agent {
namespace {

using Verdict = LoopDetector::Verdict;

TEST(SessionLog, HasOneObjectALineInOrder) {
  const TestFolder temporary;
  auto log = SessionLog::create(temporary.path() / "sessions");
  ASSERT_TRUE(log);
  log->append("task", {{"text", "two\nlines"}});
  log->append("end", {});
  const std::string text = temporary.read("sessions/" + log->id() + ".jsonl");
  const auto lines = lines_of(text);
  ASSERT_EQ(lines.size(), 2U);
  const auto first = parse_json(lines[0]);
  ASSERT_TRUE(first);
  EXPECT_EQ(*find_string(first->as_object(), "type"), "task");
  EXPECT_EQ(*find_string(first->as_object(), "text"), "two\nlines");
  EXPECT_TRUE(find_int(first->as_object(), "time"));
}

TEST(SessionLog, AFolderThatCannotBeWrittenIsAnErrorThatSaysWhatToDo) {
  const auto log = SessionLog::create("/proc/nowhere");
  ASSERT_FALSE(log);
  EXPECT_THAT(log.error().message, testing::HasSubstr("XDG_STATE_HOME"));
}

TEST(SessionLog, IsOpenOnlyOnceAtATime) {
  const TestFolder temporary;
  std::string id;
  const auto again = [&] { return SessionLog::reopen(temporary.path(), id); };
  {
    const auto log = SessionLog::create(temporary.path());
    ASSERT_TRUE(log);
    id = log->id();
    const auto second = again();
    ASSERT_FALSE(second);
    EXPECT_THAT(second.error().message, testing::HasSubstr("--fork-session"));
  }
  const auto log = again();
  ASSERT_TRUE(log) << log.error().message;
  EXPECT_FALSE(again());
}

LoopDetector::Step pytest(std::string_view result) {
  return {.tool = "bash", .arguments = "pytest", .result = result};
}

LoopDetector::Step reading(std::string_view file) {
  return {.tool = "read", .arguments = file, .result = file, .only_looks = true};
}

TEST(LoopDetector, ToolsAreExhaustedUntilSomethingNewIsFound) {
  LoopDetector loops;
  loops.note(reading("a"));
  loops.note(reading("b"));
  EXPECT_THAT(loops.exhausted(), testing::IsEmpty());
  loops.note(reading("a"));
  EXPECT_THAT(loops.exhausted(), testing::ElementsAre("read"));
  loops.note({.tool = "grep", .arguments = "x", .result = "bad", .is_error = true});
  EXPECT_THAT(loops.exhausted(), testing::ElementsAre("read"));
  loops.note({.tool = "grep", .arguments = "y", .result = "c: y", .only_looks = true});
  EXPECT_THAT(loops.exhausted(), testing::IsEmpty());
}

TEST(LoopDetector, ACheckMayFailAgainAfterAChange) {
  LoopDetector loops;
  loops.note(pytest("1 failed"));
  loops.note({.tool = "edit", .arguments = "a", .result = "edited"});
  loops.note(pytest("1 failed"));
  EXPECT_THAT(loops.exhausted(), testing::IsEmpty());
  loops.note(pytest("1 failed"));
  EXPECT_THAT(loops.exhausted(), testing::ElementsAre("bash"));
}

TEST(LoopDetector, WarnsAtTheSixthEqualStepThenStops) {
  LoopDetector loops;
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(loops.note(pytest("1 failed in 0.0" + std::to_string(i) + "s")), Verdict::fine);
  }
  EXPECT_EQ(loops.note(pytest("1 failed in 0.07s")), Verdict::warn);
  EXPECT_EQ(loops.note(pytest("1 failed in 0.08s")), Verdict::stop);
}

TEST(LoopDetector, DifferentResultsAreProgress) {
  LoopDetector loops;
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(loops.note(pytest(std::to_string(i) + " failed")), Verdict::fine);
  }
}

TEST(PlainText, EscapesNeverGetThrough) {
  EXPECT_EQ(without_escapes("a\x1b[31mb\x1b]0;t\x07"
                            "c\x1b]8;;http://x\x1b\\d\x08\x7f"),
            "abcd");
  EXPECT_EQ(without_escapes("\xc2\x9b"
                            "31mé"),
            "31mé");
  EXPECT_EQ(without_escapes("50%\r100%\r\n"), "50%\n100%\n");
  EXPECT_EQ(without_escapes("cut \x1b["), "cut ");
}

TEST(PlainText, IsTheSameWhereverAStreamIsCut) {
  const std::string text = "a\x1b[31mb\x1b]0;title\a-c\x1b]8;;x\x1b\\d\x1b(Be\x1b[0m";
  for (std::size_t one = 0; one <= text.size(); ++one) {
    for (std::size_t two = one; two <= text.size(); ++two) {
      PlainTextStream stream;
      std::string plain = stream.add(text.substr(0, one));
      plain += stream.add(text.substr(one, two - one));
      plain += stream.add(text.substr(two));
      EXPECT_EQ(plain, "ab-cde") << one << ", " << two;
    }
  }
}

TEST(Diff, ShowsWhatChangedWithContext) {
  EXPECT_EQ(unified_diff("a", "1\n2\n3\n4\n5\n6\n7\n8\n", "1\n2\n3\n4\nX\n6\n7\n8\n"),
            "--- a\n+++ a\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+X\n 6\n 7\n 8\n");
  EXPECT_EQ(unified_diff("a", "x\n", "x\n"), "");
  EXPECT_EQ(unified_diff("a", "", "x\n"), "--- a\n+++ a\n@@ -0,0 +1,1 @@\n+x\n");
}

TEST(Answer, ACallWrittenAsTextIsTaken) {
  std::vector<chat::Tool> tools(1);
  tools[0].name = "read";
  const auto taken = [&](const char* text) {
    chat::Message message{.role = chat::Role::assistant,
                          .content = {chat::TextBlock{.text = text, .extra = {}}}};
    return take_call_from_text(message, tools)
               ? std::get<chat::ToolUseBlock>(message.content.back()).arguments
               : "";
  };
  EXPECT_EQ(taken("I read:\n```json\n{\"name\": \"read\", \"arguments\": {\"path\": \"a}\"}}\n```"),
            R"({"path":"a}"})");
  EXPECT_EQ(taken("{\"name\": \"delete\", \"arguments\": {}}"), "");
  EXPECT_EQ(taken("no call { here"), "");
}

}  // namespace
}  // namespace hearth::agent
