// What /undo brings back: states of a folder's files.
#include "hearth/agent/session/checkpoints.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <thread>

#include "test_folder.h"

namespace hearth::agent {
namespace {

using testing::HasSubstr;
using testing::UnorderedElementsAre;

class Kept : public testing::Test {
 protected:
  TestFolder store_;
  TestFolder work_;
  Checkpoints checkpoints_{store_.path(), work_.path()};

  /// In the folder, by its user's git.
  int git(const std::string& line) const {
    const std::string quiet = "cd '" + work_.path().string() + "' && " + line + " >/dev/null 2>&1";
    return std::system(quiet.c_str());
  }
  /// Where the states are kept, once there is one.
  [[nodiscard]] std::string repository() const {
    return std::filesystem::directory_iterator(store_.path())->path().filename().string();
  }
};

TEST_F(Kept, FilesComeBackAsTheyWere) {
  work_.write("a.txt", "one\n");
  work_.write("sub/b\tü.txt", "two\n");
  work_.write(".gitignore", "build/\n");
  work_.write("build/out", "1");
  const auto state = checkpoints_.take("before");
  ASSERT_TRUE(state) << state.error().message;
  work_.write("a.txt", "changed\n");
  std::filesystem::remove(work_.path() / "sub/b\tü.txt");
  work_.write("new/deep/c.txt", "three\n");
  work_.write("build/out", "2");
  EXPECT_THAT(*checkpoints_.diff(*state), HasSubstr("-one\n+changed"));
  const auto restored = checkpoints_.restore(*state);
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_THAT(restored->changed, UnorderedElementsAre("a.txt", "sub/b\tü.txt", "new/deep/c.txt"));
  EXPECT_EQ(work_.read("a.txt"), "one\n");
  EXPECT_EQ(work_.read("sub/b\tü.txt"), "two\n");
  EXPECT_FALSE(std::filesystem::exists(work_.path() / "new"));
  EXPECT_EQ(work_.read("build/out"), "2");
  ASSERT_TRUE(checkpoints_.restore(restored->before));
  EXPECT_EQ(work_.read("new/deep/c.txt"), "three\n");
  EXPECT_FALSE(checkpoints_.restore("0000000000000000000000000000000000000000"));
}

TEST_F(Kept, RepositoriesInTheFolderAreKeptWithTheirFiles) {
  work_.write("top.txt", "one\n");
  work_.write("with/a.txt", "one\n");
  work_.write("without/b.txt", "one\n");
  ASSERT_EQ(git("git init with && git init without && git -C with add . && git -C with -c "
                "user.name=x -c user.email=x@localhost commit -m one"),
            0);
  const auto state = checkpoints_.take("before");
  ASSERT_TRUE(state) << state.error().message;
  for (const char* name : {"top.txt", "with/a.txt", "without/b.txt"}) work_.write(name, "two\n");
  work_.write("with/new.txt", "new\n");
  const auto restored = checkpoints_.restore(*state);
  ASSERT_TRUE(restored) << restored.error().message;
  for (const char* name : {"top.txt", "with/a.txt", "without/b.txt"}) {
    EXPECT_EQ(work_.read(name), "one\n") << name;
  }
  EXPECT_FALSE(std::filesystem::exists(work_.path() / "with/new.txt"));
  EXPECT_TRUE(std::filesystem::exists(work_.path() / "with/.git/HEAD"));
}

TEST_F(Kept, FilesComeBackToTheByteWhateverTheProjectsAttributesSay) {
  work_.write(".gitattributes", "* text=auto\ny.txt text eol=crlf\nid.txt ident\n");
  work_.write("x.txt", "a\r\nb\r\n");
  work_.write("y.txt", "a\nb\n");
  work_.write("id.txt", "$Id$\n");
  const auto state = checkpoints_.take("before");
  ASSERT_TRUE(state) << state.error().message;
  for (const char* name : {"x.txt", "y.txt", "id.txt"}) work_.write(name, "other\n");
  ASSERT_TRUE(checkpoints_.restore(*state));
  EXPECT_EQ(work_.read("x.txt"), "a\r\nb\r\n");
  EXPECT_EQ(work_.read("y.txt"), "a\nb\n");
  EXPECT_EQ(work_.read("id.txt"), "$Id$\n");
}

TEST_F(Kept, WhatAKilledGitLeftIsNoObstacle) {
  work_.write("a.txt", "one\n");
  ASSERT_TRUE(checkpoints_.take("before"));
  store_.write(repository() + "/index.lock", "");
  work_.write("a.txt", "two\n");
  const auto state = checkpoints_.take("behind a lock");
  ASSERT_TRUE(state) << state.error().message;
  store_.write(repository() + "/index", "torn");
  work_.write("a.txt", "three\n");
  const auto restored = checkpoints_.restore(*state);
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_EQ(work_.read("a.txt"), "two\n");
}

TEST_F(Kept, TwoAtOnceInOneFolderWaitForEachOther) {
  work_.write("a.txt", "one\n");
  const auto take_some = [&](int& kept) {
    Checkpoints checkpoints(store_.path(), work_.path());
    for (int i = 0; i < 5; ++i) kept += checkpoints.take("state").has_value() ? 1 : 0;
  };
  int first = 0;
  int second = 0;
  {
    const std::jthread beside([&] { take_some(first); });
    take_some(second);
  }
  EXPECT_EQ(first, 5);
  EXPECT_EQ(second, 5);
}

TEST_F(Kept, TheIndexOfAHookThatRunsUsIsLeftAlone) {
  work_.write("a.txt", "one\n");
  const std::string theirs = (store_.path() / "their-index").string();
  ::setenv("GIT_INDEX_FILE", theirs.c_str(), 1);
  ::setenv("GIT_OBJECT_DIRECTORY", (store_.path() / "their-objects").c_str(), 1);
  const auto state = checkpoints_.take("before");
  ::unsetenv("GIT_INDEX_FILE");
  ::unsetenv("GIT_OBJECT_DIRECTORY");
  ASSERT_TRUE(state) << state.error().message;
  EXPECT_FALSE(std::filesystem::exists(theirs));
  EXPECT_FALSE(std::filesystem::exists(store_.path() / "their-objects"));
  work_.write("a.txt", "two\n");
  ASSERT_TRUE(checkpoints_.restore(*state));
  EXPECT_EQ(work_.read("a.txt"), "one\n");
}

TEST_F(Kept, WhatTheProjectsGitFollowsIsKeptAlthoughItIsIgnored) {
  work_.write(".gitignore", "*.log\n");
  for (const char* name : {"target/a", "deep/x.log", "gone.log"}) work_.write(name, "one\n");
  ASSERT_EQ(git("git init && git add --force . && rm gone.log"), 0);
  work_.write("target/built", "one\n");
  const auto state = checkpoints_.take("before");
  ASSERT_TRUE(state) << state.error().message;
  for (const char* name : {"target/a", "deep/x.log", "target/built"}) work_.write(name, "two\n");
  ASSERT_TRUE(checkpoints_.restore(*state));
  EXPECT_EQ(work_.read("target/a"), "one\n");
  EXPECT_EQ(work_.read("deep/x.log"), "one\n");
  EXPECT_EQ(work_.read("target/built"), "two\n");
}

TEST_F(Kept, WhatWasIgnoredThenIsNotDeleted) {
  work_.write(".gitignore", "mine.txt\n");
  work_.write("mine.txt", "precious\n");
  const auto ignored = checkpoints_.take("ignored");
  ASSERT_TRUE(ignored) << ignored.error().message;
  work_.write(".gitignore", "");
  const auto restored = checkpoints_.restore(*ignored);
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_THAT(restored->changed, UnorderedElementsAre(".gitignore"));
  EXPECT_EQ(work_.read("mine.txt"), "precious\n");
}

TEST_F(Kept, WhatIsIgnoredOnlySinceIsDeleted) {
  const auto empty = checkpoints_.take("empty");
  ASSERT_TRUE(empty) << empty.error().message;
  work_.write("new.log", "new\n");
  ASSERT_TRUE(checkpoints_.take("with a file"));
  work_.write(".gitignore", "*.log\n");
  ASSERT_TRUE(checkpoints_.restore(*empty));
  EXPECT_FALSE(std::filesystem::exists(work_.path() / ".gitignore"));
  EXPECT_FALSE(std::filesystem::exists(work_.path() / "new.log"));
}

}  // namespace
}  // namespace hearth::agent
