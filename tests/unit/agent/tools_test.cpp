#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <thread>

#include "test_folder.h"

#include "hearth/agent/toolbox.h"
#include "hearth/base/clock.h"

namespace hearth::agent {
namespace {

using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

class Tools : public testing::Test {
 protected:
  ToolResult call(const std::string& name, const json::object& arguments) {
    const auto prepared = toolbox_.prepare(
        {.id = "c1", .name = name, .arguments = to_json(json::value(arguments)), .extra = {}},
        false);
    if (prepared.tool == nullptr) return prepared.error;
    return prepared.tool->run(prepared.arguments, {});
  }

  TestFolder temporary_;
  Folder folder_ = *Folder::open(temporary_.path());
  Shell shell_{folder_, {.enabled = false}};
  Toolbox toolbox_{folder_, shell_};
};

TEST_F(Tools, ReadNumbersLinesAndSaysHowToGoOn) {
  temporary_.write("a.txt", "one\ntwo\nthree\n");
  const auto result = call("read", {{"path", "a.txt"}, {"offset", 2}, {"limit", 1}});
  EXPECT_FALSE(result.is_error);
  EXPECT_THAT(result.text, HasSubstr("2\ttwo"));
  EXPECT_THAT(result.text, Not(HasSubstr("three")));
  EXPECT_THAT(result.text, HasSubstr("offset 3"));
}

TEST_F(Tools, OptionalArgumentsThatAreZeroOrEmptyCountAsNotGiven) {
  temporary_.write("a.txt", "one\ntwo\n");
  EXPECT_EQ(call("read", {{"path", "a.txt"}, {"offset", 0}, {"limit", 0}}).text,
            call("read", {{"path", "a.txt"}}).text);
  EXPECT_EQ(call("grep", {{"pattern", "tw"}, {"glob", ""}}).text, "a.txt:2: two\n");
  EXPECT_THAT(call("bash", {{"command", "sleep 1.1; echo done"}, {"timeout", 0}}).text,
              HasSubstr("done"));
}

TEST_F(Tools, GrepSearchesAllFilesOfALargeFolderWithRipgrep) {
  ASSERT_EQ(std::system("rg --version >/dev/null"), 0) << "ripgrep is needed: deps/apt-test.txt";
  for (std::size_t i = 0; i < Folder::most_files; ++i) temporary_.write(fmt::format("a/{}", i), "");
  temporary_.write("z/last.py", "value = 1\n");
  temporary_.write("z/.github/hidden.yml", "value: 1\n");
  temporary_.write("z/node_modules/not.js", "value\n");
  temporary_.write("z/secret.py", "value\n");
  temporary_.write("z/.env", "value=1\n");
  folder_.leave_out([](const fs::path& path) { return path.filename() == "secret.py"; });
  EXPECT_EQ(call("grep", {{"pattern", R"(\bvalue\b)"}}).text,
            "z/.github/hidden.yml:1: value: 1\nz/last.py:1: value = 1\n");
  EXPECT_EQ(call("grep", {{"pattern", "value"}, {"glob", "*.py"}}).text,
            "z/last.py:1: value = 1\n");
  EXPECT_EQ(call("grep", {{"pattern", "-value"}}).text, "No line matches.\n");
  // Not understood by ripgrep: ours looks at what it can.
  EXPECT_THAT(call("grep", {{"pattern", R"(\C\Cvalue)"}}).text, HasSubstr("only 20000 files"));
}

TEST_F(Tools, ReadListsFolders) {
  temporary_.write("src/a.py", "one\n");
  temporary_.write("src/deep/b.py", std::string(3000, 'b'));
  temporary_.write("src/.env", "SECRET=1\n");
  fs::create_directory(temporary_.path() / "none");
  fs::create_symlink("a.py", temporary_.path() / "src/link");
  folder_.leave_out([](const fs::path& path) { return path.filename() == ".env"; });
  EXPECT_EQ(call("read", {{"path", "src"}}).text,
            "src is a folder:\na.py (4 bytes)\ndeep/\nlink -> a.py\n");
  EXPECT_EQ(call("ls", {{"path", "src/deep"}}).text, "src/deep is a folder:\nb.py (2 KB)\n");
  EXPECT_THAT(call("ls", {}).text, HasSubstr("src/\n"));
  EXPECT_EQ(call("ls", {{"path", "none"}}).text, "none is an empty folder.");
  EXPECT_TRUE(call("ls", {{"path", "../"}}).is_error);
  EXPECT_TRUE(call("ls", {{"path", "gone"}}).is_error);
  for (int i = 0; i < 510; ++i) temporary_.write(fmt::format("many/{}", i), "");
  EXPECT_THAT(call("ls", {{"path", "many"}}).text, HasSubstr("(10 more; use glob"));
}

TEST_F(Tools, ReadRefusesBinaryPipesAndWhatIsMissing) {
  temporary_.write("b.bin", std::string("a\0b", 3));
  ::mkfifo((temporary_.path() / "pipe").c_str(), 0600);
  EXPECT_THAT(call("read", {{"path", "b.bin"}}).text, HasSubstr("binary"));
  EXPECT_THAT(call("read", {{"path", "pipe"}}).text, HasSubstr("not a regular file"));
  EXPECT_THAT(call("read", {{"path", "nothing"}}).text, HasSubstr("does not exist"));
}

TEST_F(Tools, ReadNamesUtf16) {
  temporary_.write("w.txt", std::string("\xFF\xFEh\0i\0", 6));
  temporary_.write("b.txt", std::string("\xFE\xFF\0h\0i", 6));
  EXPECT_THAT(call("read", {{"path", "w.txt"}}).text, HasSubstr("UTF-16LE"));
  EXPECT_THAT(call("read", {{"path", "b.txt"}}).text, HasSubstr("UTF-16BE"));
}

TEST_F(Tools, NothingOutsideTheFolderIsReached) {
  fs::create_symlink("/etc/passwd", temporary_.path() / "link");
  fs::create_directory_symlink("/tmp", temporary_.path() / "out");
  fs::create_symlink("/nowhere/at/all", temporary_.path() / "dangling");
  for (const char* path : {"../x", "/etc/passwd", "link", "out/x", "a/../../x", "dangling"}) {
    EXPECT_THAT(call("read", {{"path", path}}).text, HasSubstr("outside the folder")) << path;
    EXPECT_THAT(call("write", {{"path", path}, {"content", "x"}}).text,
                HasSubstr("outside the folder"))
        << path;
  }
}

TEST_F(Tools, EditReplacesOneExactPlaceAndKeepsModeAndLineEnds) {
  temporary_.write("a.sh", "first\r\nsecond\r\nthird\r\n");
  ::chmod((temporary_.path() / "a.sh").c_str(), 0750);
  call("read", {{"path", "a.sh"}});
  const auto result =
      call("edit", {{"path", "a.sh"}, {"old_string", "first\nsecond"}, {"new_string", "1\n2"}});
  EXPECT_FALSE(result.is_error) << result.text;
  EXPECT_EQ(temporary_.read("a.sh"), "1\r\n2\r\nthird\r\n");
  EXPECT_THAT(result.diff, HasSubstr("-second"));
  struct stat info{};
  ::stat((temporary_.path() / "a.sh").c_str(), &info);
  EXPECT_EQ(info.st_mode & 0777U, 0750U);
}

TEST_F(Tools, EditNeedsAReadThatIsStillTrue) {
  temporary_.write("a.txt", "x\n");
  const json::object edit{{"path", "a.txt"}, {"old_string", "x"}, {"new_string", "y"}};
  EXPECT_THAT(call("edit", edit).text, HasSubstr("has not been read"));
  call("read", {{"path", "a.txt"}});
  temporary_.write("a.txt", "x x\n");
  EXPECT_THAT(call("edit", edit).text, HasSubstr("changed by somebody else"));
  EXPECT_EQ(temporary_.read("a.txt"), "x x\n");
}

TEST_F(Tools, EditThatMatchesNothingShowsTheNearestLines) {
  temporary_.write("a.py", "def f():\n    return value + 1\n\nprint(f())\n");
  call("read", {{"path", "a.py"}});
  const auto result = call(
      "edit",
      {{"path", "a.py"}, {"old_string", "  return value + 2"}, {"new_string", "  return value"}});
  EXPECT_TRUE(result.is_error);
  EXPECT_THAT(result.text, HasSubstr("2\t    return value + 1"));
}

TEST_F(Tools, EditThatMatchesTwiceSaysHowOften) {
  temporary_.write("a.txt", "x\nx\nx\n");
  call("read", {{"path", "a.txt"}});
  json::object edit{{"path", "a.txt"}, {"old_string", "x"}, {"new_string", "y"}};
  EXPECT_THAT(call("edit", edit).text, HasSubstr("3 times"));
  edit["replace_all"] = "true";
  EXPECT_FALSE(call("edit", edit).is_error);
  EXPECT_EQ(temporary_.read("a.txt"), "y\ny\ny\n");
}

TEST_F(Tools, FurtherEditsOfACallMayReplaceAll) {
  temporary_.write("a.txt", "x one\nx two\n");
  call("read", {{"path", "a.txt"}});
  json::object edit{{"path", "a.txt"}, {"old_string", "one"}, {"new_string", "1"}};
  edit["more"] = json::array{json::object{{"old_string", "x"}, {"new_string", "y"}}};
  EXPECT_THAT(call("edit", edit).text, HasSubstr("Edit 2 of 2, nothing was changed"));
  edit["more"] =
      json::array{json::object{{"old_string", "x"}, {"new_string", "y"}, {"replace_all", true}}};
  EXPECT_FALSE(call("edit", edit).is_error);
  EXPECT_EQ(temporary_.read("a.txt"), "y 1\ny two\n");
}

TEST_F(Tools, WriteMakesFoldersAndDoesNotOverwriteTheUnread) {
  EXPECT_FALSE(call("write", {{"path", "new/a.txt"}, {"content", "hi\n"}}).is_error);
  EXPECT_EQ(temporary_.read("new/a.txt"), "hi\n");
  temporary_.write("old.txt", "precious\n");
  EXPECT_THAT(call("write", {{"path", "old.txt"}, {"content", ""}}).text,
              HasSubstr("read it first"));
  EXPECT_EQ(temporary_.read("old.txt"), "precious\n");
}

TEST_F(Tools, WriteKeepsLineEnds) {
  temporary_.write("dos.txt", "one\r\ntwo\r\n");
  temporary_.write("mixed.txt", "one\r\ntwo\n");
  for (const char* name : {"dos.txt", "mixed.txt"}) {
    call("read", {{"path", name}});
    EXPECT_FALSE(call("write", {{"path", name}, {"content", "1\n2\n"}}).is_error);
  }
  EXPECT_EQ(temporary_.read("dos.txt"), "1\r\n2\r\n");
  EXPECT_EQ(temporary_.read("mixed.txt"), "1\n2\n");
  EXPECT_FALSE(call("write", {{"path", "dos.txt"}, {"content", "1\r\n2\r\n"}}).is_error);
  EXPECT_EQ(temporary_.read("dos.txt"), "1\r\n2\r\n");
}

TEST_F(Tools, WriteDestroysNoBytesThatReadCouldNotShow) {
  temporary_.write("latin.txt", "caf\xE9\nold\n");
  call("read", {{"path", "latin.txt"}});
  EXPECT_THAT(call("write", {{"path", "latin.txt"}, {"content", "caf\uFFFD\nnew\n"}}).text,
              HasSubstr("not UTF-8"));
  EXPECT_EQ(temporary_.read("latin.txt"), "caf\xE9\nold\n");
  EXPECT_FALSE(
      call("edit", {{"path", "latin.txt"}, {"old_string", "old"}, {"new_string", "new"}}).is_error);
  EXPECT_EQ(temporary_.read("latin.txt"), "caf\xE9\nnew\n");
  EXPECT_FALSE(call("write", {{"path", "latin.txt"}, {"content", "coffee\n"}}).is_error);
}

TEST_F(Tools, WriteKeepsAByteOrderMark) {
  temporary_.write("bom.txt", "\xEF\xBB\xBFone\n");
  call("read", {{"path", "bom.txt"}});
  for (const char* content : {"two\n", "\uFEFFtwo\n"}) {
    EXPECT_FALSE(call("write", {{"path", "bom.txt"}, {"content", content}}).is_error);
    EXPECT_EQ(temporary_.read("bom.txt"), "\xEF\xBB\xBFtwo\n");
  }
}

TEST_F(Tools, BashGivesOutputAndExitCodeAndNoInput) {
  const auto result = call("bash", {{"command", "cat; echo out; echo err >&2; exit 3"}});
  EXPECT_TRUE(result.is_error);
  EXPECT_THAT(result.text, HasSubstr("out"));
  EXPECT_THAT(result.text, HasSubstr("err"));
  EXPECT_THAT(result.text, HasSubstr("exit code 3"));
}

TEST_F(Tools, BashEndsWhatNeverEndsTogetherWithItsChildren) {
  const auto started = Clock::now();
  const auto result =
      call("bash", {{"command", "(sleep 30; touch late) & echo begun; sleep 30"}, {"timeout", 1}});
  EXPECT_LT(ms_since(started), 5000);
  EXPECT_THAT(result.text, HasSubstr("begun"));
  EXPECT_THAT(result.text, HasSubstr("ended after 1 s"));
}

TEST_F(Tools, BashEndsWhatPrintsWithoutEnd) {
  const auto result = call("bash", {{"command", "yes"}, {"timeout", 1}});
  EXPECT_TRUE(result.is_error);
  EXPECT_LT(result.text.size(), 20000U);
  EXPECT_THAT(result.text, HasSubstr("ended after 1 s"));
}

TEST_F(Tools, JobShowsAndEndsWhatRunsInTheBackground) {
  const char* line = "echo begun; while true; do sleep 0.05; done";
  const auto begun = call("bash", {{"command", line}, {"background", true}});
  EXPECT_THAT(begun.text, HasSubstr("job 1"));
  while (call("job", {{"number", 1}}).text.find("begun") == std::string::npos) {
    std::this_thread::yield();
  }
  EXPECT_EQ(call("job", {{"number", 1}}).text, "begun\n(still running)");
  EXPECT_EQ(call("job", {{"number", 1}, {"end", true}}).text, "begun\n(ended, exit code 143)");
  EXPECT_THAT(call("job", {{"number", 7}}).text, HasSubstr("there is no job 7"));
}

TEST_F(Tools, BashDoesNotWaitForWhatStaysBehind) {
  const auto started = Clock::now();
  EXPECT_THAT(call("bash", {{"command", "sleep 30 & echo done"}}).text, HasSubstr("done"));
  EXPECT_LT(ms_since(started), 5000);
}

TEST_F(Tools, BashTrimsFloodsAndStripsEscapes) {
  const auto flood = call("bash", {{"command", "yes | head -c 5000000; printf 'end'"}});
  EXPECT_LT(flood.text.size(), 20000U);
  EXPECT_THAT(flood.text, HasSubstr("left out"));
  EXPECT_THAT(flood.text, HasSubstr("end"));
  EXPECT_EQ(call("bash", {{"command", R"(printf '\033[31mred\033[0m\033]0;title\007!')"}}).text,
            "red!\n");
}

TEST_F(Tools, BashStopsWhenInterrupted) {
  std::stop_source stop;
  const auto prepared = toolbox_.prepare(
      {.id = "c", .name = "bash", .arguments = R"({"command":"sleep 30"})", .extra = {}}, false);
  std::jthread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    stop.request_stop();
  });
  const auto started = Clock::now();
  EXPECT_THAT(prepared.tool->run(prepared.arguments, stop.get_token()).text,
              HasSubstr("interrupted"));
  EXPECT_LT(ms_since(started), 3000);
}

TEST_F(Tools, GrepFindsLinesAndExplainsABadPattern) {
  temporary_.write("src/a.py", "import os\nvalue = 1\n");
  temporary_.write("src/b.js", "let value = 2;\n");
  temporary_.write(".git/c.py", "value\n");
  const auto all = call("grep", {{"pattern", "val.e"}});
  EXPECT_THAT(all.text, HasSubstr("src/a.py:2: value = 1"));
  EXPECT_THAT(all.text, HasSubstr("src/b.js:1"));
  EXPECT_THAT(all.text, Not(HasSubstr(".git")));
  EXPECT_THAT(call("grep", {{"pattern", "value"}, {"glob", "*.js"}}).text, Not(HasSubstr("a.py")));
  EXPECT_THAT(call("grep", {{"pattern", "("}}).text, HasSubstr("regular expression"));
}

TEST_F(Tools, GrepPassesOverWhatGitIgnores) {
  for (const char* name : {"a.txt", "build/a.txt", "deep/b.log", "deep/c.txt"}) {
    temporary_.write(name, "value\n");
  }
  temporary_.write(".gitignore", "/build/\n*.log\n");
  EXPECT_THAT(call("grep", {{"pattern", "value"}}).text, HasSubstr("build/a.txt"));
  call("bash", {{"command", "git init -q"}});
  EXPECT_EQ(call("grep", {{"pattern", "value"}}).text, "a.txt:1: value\ndeep/c.txt:1: value\n");
  EXPECT_THAT(call("grep", {{"pattern", "value"}, {"glob", "*.log"}}).text,
              HasSubstr("1 files that git ignores"));
}

TEST_F(Tools, SearchesPassOverWhatIsLeftOutAndShowNamesThatAreNoUtf8) {
  temporary_.write("private/a.py", "value\n");
  temporary_.write("caf\xE9.py", "value\n");
  folder_.leave_out(
      [](const fs::path& path) { return path.parent_path().filename() == "private"; });
  EXPECT_EQ(call("grep", {{"pattern", "value"}}).text, "caf\uFFFD.py:1: value\n");
  EXPECT_EQ(call("glob", {{"pattern", "**/*.py"}}).text, "caf\uFFFD.py\n");
}

TEST_F(Tools, GlobMatchesOverFolders) {
  for (const char* name : {"a.py", "src/b.py", "src/deep/c.py", "d.js"}) temporary_.write(name, "");
  EXPECT_EQ(call("glob", {{"pattern", "**/*.py"}}).text, "a.py\nsrc/b.py\nsrc/deep/c.py\n");
  EXPECT_EQ(call("glob", {{"pattern", "src/*.py"}}).text, "src/b.py\n");
  EXPECT_EQ(call("glob", {{"pattern", "*.{js,ts}"}}).text, "d.js\n");
}

TEST_F(Tools, WrongCallsAreToldWhatIsAllowed) {
  EXPECT_THAT(call("reed", {}).text, HasSubstr("read, edit, write"));
  EXPECT_THAT(call("read", {}).text, HasSubstr("\"path\" is missing"));
  EXPECT_THAT(call("read", {{"path", 3}}).text, HasSubstr("must be of type string"));
  EXPECT_THAT(call("read", {{"path", "a"}, {"lines", 3}}).text,
              HasSubstr("offset (integer, optional)"));
}

}  // namespace
}  // namespace hearth::agent
