// What is suggested while somebody writes, what they wrote before, and what they name.
#include "hearth/agent/terminal/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "test_folder.h"

#include "hearth/agent/mentions.h"
#include "hearth/agent/terminal/file_index.h"
#include "hearth/agent/terminal/fuzzy_match.h"
#include "hearth/agent/terminal/input_history.h"
#include "hearth/agent/terminal/prompt.h"

namespace hearth::agent {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(FuzzyMatch, PrefersNamesAndBeginningsOfWords) {
  const auto better = [](std::string_view typed, std::string_view good, std::string_view bad) {
    const auto high = fuzzy_score(typed, good);
    const auto low = fuzzy_score(typed, bad);
    ASSERT_TRUE(high);
    if (low) {
      EXPECT_GT(*high, *low) << typed << ": " << good << " before " << bad;
    }
  };
  better("main", "src/main.cpp", "src/mail/index.cpp");
  better("sc", "session_cache.h", "descend.h");
  better("cache", "kv/cache.cpp", "cache/other/thing/deep.cpp");
  better("readme", "README.md", "docs/reading/methods.md");
  better("sW", "src/session_worker.h", "src/answer.h");
  EXPECT_FALSE(fuzzy_score("xyz", "src/main.cpp"));
  EXPECT_TRUE(fuzzy_score("", "anything"));
}

CompletionSources sources() {
  return {.commands = [] { return std::vector<Suggestion>{{"help"}, {"compact"}, {"context"}}; },
          .files =
              [](std::string_view typed) {
                return typed == "none" ? std::vector<std::string>()
                                       : std::vector<std::string>{"a b.txt", "src/x.cpp"};
              }};
}

std::vector<std::string> suggested(std::string_view text) {
  std::vector<std::string> result;
  if (const auto completion = complete_at(text, text.size(), sources())) {
    for (const Suggestion& suggestion : completion->suggestions) result.push_back(suggestion.text);
  }
  return result;
}

TEST(Completion, KnowsWhatIsBeingWritten) {
  EXPECT_THAT(suggested("/co"), ElementsAre("/compact", "/context"));
  EXPECT_THAT(suggested("/cx"), ElementsAre("/context"));
  EXPECT_THAT(suggested("/usr/bin"), IsEmpty());
  EXPECT_THAT(suggested("say /co"), IsEmpty());
  EXPECT_THAT(suggested("look at @x"), ElementsAre("@\"a b.txt\"", "@src/x.cpp"));
  EXPECT_THAT(suggested("me@example"), IsEmpty());
  EXPECT_THAT(suggested("@none"), IsEmpty());
}

class PromptKeys : public ::testing::Test {
 protected:
  Prompt::Effect press(const std::string& bytes) {
    Prompt::Effect effect = Prompt::Effect::unknown;
    KeyDecoder decoder;
    for (const Key& key : decoder.feed(bytes)) effect = prompt_.apply(key);
    return effect;
  }
  TestFolder folder_;
  InputHistory history_{folder_.path() / "history.jsonl"};
  Prompt prompt_{history_, sources(), false};
};

TEST_F(PromptKeys, TabTakesASuggestionEnterSubmitsACommand) {
  press("see @x\x1b[B\t");
  EXPECT_EQ(prompt_.text(), "see @src/x.cpp ");
  prompt_.set_text("");
  EXPECT_EQ(press("/he\r"), Prompt::Effect::submitted);
  EXPECT_EQ(prompt_.take(), "/help");
  EXPECT_TRUE(prompt_.empty());
}

TEST_F(PromptKeys, WritesSeveralLines) {
  EXPECT_EQ(press("one\\\rtwo\x1b[13;2uthree\r"), Prompt::Effect::submitted);
  EXPECT_EQ(prompt_.take(), "one\ntwo\nthree");
}

TEST_F(PromptKeys, KeepsLongPastesAside) {
  std::string paste;
  for (int i = 0; i < 20; ++i) paste += "line\n";
  press("before \x1b[200~" + paste + "\x1b[201~ after");
  EXPECT_EQ(text_of(prompt_.lines(80, 5, "> ").lines[0]),
            "> before [Pasted text #1: 20 lines] after");
  EXPECT_EQ(prompt_.take(), "before " + paste + " after");
}

TEST_F(PromptKeys, StepsThroughHistoryAndSearchesIt) {
  for (const char* text : {"first task", "second task", "other"}) {
    press(text);
    prompt_.take();
  }
  press("new\x1b[A");
  EXPECT_EQ(prompt_.text(), "other");
  press("\x1b[A\x1b[A\x1b[A");
  EXPECT_EQ(prompt_.text(), "first task");
  press("\x1b[B\x1b[B\x1b[B");
  EXPECT_EQ(prompt_.text(), "new");
  press("\x12task");
  EXPECT_EQ(prompt_.text(), "second task");
  press("\x12");
  EXPECT_EQ(prompt_.text(), "first task");
  press("\x07");
  EXPECT_EQ(prompt_.text(), "new");
  // Another program's history is the same.
  InputHistory again(folder_.path() / "history.jsonl");
  EXPECT_EQ(again.older(""), "other");
}

TEST_F(PromptKeys, ADamagedHistoryLosesOnlyItsDamage) {
  std::ofstream(folder_.path() / "damaged.jsonl") << "\"good\"\n{torn\n\"better\"\n";
  InputHistory history(folder_.path() / "damaged.jsonl");
  EXPECT_EQ(history.older(""), "better");
  EXPECT_EQ(history.older(""), "good");
  EXPECT_EQ(history.older(""), std::nullopt);
}

TEST_F(PromptKeys, ShowsTheLinesAroundTheCursor) {
  prompt_.set_text("1\n2\n3\n4\n5\n6\n7");
  const EditedLines lines = prompt_.lines(20, 3, "> ");
  ASSERT_EQ(lines.lines.size(), 3U);
  EXPECT_EQ(text_of(lines.lines[2]), "  7");
  EXPECT_EQ(lines.cursor_row, 2);
  EXPECT_EQ(lines.cursor_column, 3);
}

TEST(FileIndex, LeavesOutWhatGitIgnores) {
  TestFolder folder;
  folder.write("kept.cpp", "");
  folder.write("out/kept.o", "");
  folder.write(".gitignore", "out/\n");
  ASSERT_EQ(std::system(("git -C " + folder.path().string() + " init -q").c_str()), 0);
  FileIndex index(folder.path(), {});
  index.wait_until_listed();
  EXPECT_THAT(index.find("kept", 10), ElementsAre("kept.cpp"));
}

TEST(FileIndex, ListsFilesWithoutGit) {
  TestFolder folder;
  folder.write("src/main.cpp", "");
  folder.write("docs/guide.md", "");
  folder.write("node_modules/x/main.cpp", "");
  FileIndex index(folder.path(), {});
  index.wait_until_listed();
  EXPECT_THAT(index.find("main", 10), ElementsAre("src/main.cpp"));
  EXPECT_EQ(index.size(), 2U);
  folder.write("src/new.cpp", "");
  index.refresh();
  index.wait_until_listed();
  EXPECT_THAT(index.find("new", 10), Contains("src/new.cpp"));
  EXPECT_THAT(index.find("", 1), ElementsAre("src/new.cpp"));
}

TEST(Mentions, OfAPastedPathAreMadeForImagesAlone) {
  const TestFolder folder;
  folder.write("a b.png", "x");
  folder.write("c.txt", "x");
  const std::string image = (folder.path() / "a b.png").string();
  const std::string mention = "@\"" + image + "\" ";
  const std::string here = folder.path().string();
  EXPECT_EQ(mention_of_pasted_path(image), mention);
  EXPECT_EQ(mention_of_pasted_path("'" + image + "' "), mention);
  EXPECT_EQ(mention_of_pasted_path(here + "/a\\ b.png"), mention);
  EXPECT_EQ(mention_of_pasted_path("file://" + here + "/a%20b.png\n"), mention);
  EXPECT_EQ(mention_of_pasted_path(here + "/c.txt"), "");
  EXPECT_EQ(mention_of_pasted_path(here + "/none.png"), "");
  EXPECT_EQ(mention_of_pasted_path("a b.png"), "");
}

TEST(Mentions, AreFilesThatAreThere) {
  TestFolder temporary;
  temporary.write("a.py", "");
  temporary.write("with blank.txt", "");
  temporary.write("src/b.py", "");
  const auto folder = Folder::open(temporary.path());
  ASSERT_TRUE(folder);
  EXPECT_THAT(mentioned_files("fix @a.py, and @src/b.py. See @\"with blank.txt\" (@a.py)", *folder),
              ElementsAre("a.py", "src/b.py", "with blank.txt"));
  EXPECT_THAT(mentioned_files("mail me@a.py or @nobody, @src, @../x, @", *folder), IsEmpty());
}

}  // namespace
}  // namespace hearth::agent
