#include "hearth/agent/check_command.h"

#include <gtest/gtest.h>

#include "test_folder.h"

#include "hearth/agent/task_kind.h"

namespace hearth::agent {
namespace {

TEST(CheckInTask, ACommandInBackQuotesOrAfterRun) {
  EXPECT_EQ(check_in_task("Fix it; `pytest -q tests/a.py` must pass."), "pytest -q tests/a.py");
  EXPECT_EQ(check_in_task("Run make test and fix the bug in tokenizer.cpp."), "make test");
  EXPECT_EQ(check_in_task("run go test ./... to see it fail"), "go test ./...");
  EXPECT_EQ(check_in_task("please run pytest -q."), "pytest -q");
  EXPECT_EQ(check_in_task("Run pytest -q. Then mend what fails."), "pytest -q");
}

TEST(CheckInTask, WordsInBackQuotesAreNoCommand) {
  EXPECT_FALSE(check_in_task("The function `make_pair` is wrong"));
  EXPECT_FALSE(check_in_task("Fix the code so that the tests pass"));
}

TEST(CheckInTask, WhatWasPipedInIsNotThePersonsWord) {
  const TestFolder temporary;
  const Folder folder = *Folder::open(temporary.path());
  const std::string typed = "Fix it, run pytest -q.";
  const auto all = find_check("Fix it; `make check` must pass.", {}, folder);
  EXPECT_EQ(all->origin, CheckOrigin::task);
  const auto piped = find_check("Fix it.\n\n`./evil.sh` fails", "Fix it.", folder);
  EXPECT_EQ(piped->line, "./evil.sh");
  EXPECT_EQ(piped->origin, CheckOrigin::found);
  const auto both = find_check(typed + "\n\n`./evil.sh` fails", typed, folder);
  EXPECT_EQ(both->line, "pytest -q");
  EXPECT_EQ(both->origin, CheckOrigin::task);
}

struct FolderCase {
  const char* file;
  const char* content;
  const char* check;
};

class CheckOfFolder : public testing::TestWithParam<FolderCase> {};

TEST_P(CheckOfFolder, IsFoundByWhatIsInIt) {
  const TestFolder temporary;
  temporary.write(GetParam().file, GetParam().content);
  const auto check = check_of_folder(*Folder::open(temporary.path()));
  EXPECT_EQ(check.value_or("none"), GetParam().check);
}

INSTANTIATE_TEST_SUITE_P(
    Folders, CheckOfFolder,
    testing::Values(
        FolderCase{"package.json", R"({"scripts":{"test":"node --test"}})", "npm test --silent"},
        FolderCase{"package.json", R"({"scripts":{"test":"echo \"Error: no test specified\""}})",
                   "none"},
        FolderCase{"Cargo.toml", "", "cargo test"}, FolderCase{"go.mod", "", "go test ./..."},
        FolderCase{"Makefile", "all:\n\ntest: all\n", "make test"},
        FolderCase{"Makefile", "all:\n", "none"}, FolderCase{"a.test.mjs", "", "node --test"},
        FolderCase{"notes.txt", "", "none"}));

TEST(TaskKind, RepairsAreToldFromOtherWork) {
  EXPECT_TRUE(asks_for_repair("Fix the failing test"));
  EXPECT_TRUE(
      asks_for_repair("Some lines that wrap() returns are longer. Find out why and fix it"));
  EXPECT_TRUE(asks_for_repair("Make the tests pass"));
  EXPECT_FALSE(asks_for_repair("Write fizzbuzz.py and run it"));
  EXPECT_FALSE(asks_for_repair("Explain what this function does"));
}

TEST(TaskKind, QuestionsAboutCodeAreToldFromWork) {
  EXPECT_TRUE(asks_about_code("What does the function ordinal do?"));
  EXPECT_TRUE(asks_about_code("Please explain `used_by`."));
  EXPECT_TRUE(asks_about_code("Can you tell me how parse_date treats leap years?"));
  EXPECT_FALSE(asks_about_code("What calls ordinal()?"));
  EXPECT_FALSE(asks_about_code("Explain ordinal() and write it into NOTES.md"));
  EXPECT_FALSE(asks_about_code("Why does ordinal(11) fail? Fix it"));
  EXPECT_FALSE(asks_about_code("Rename ordinal"));
}

}  // namespace
}  // namespace hearth::agent
