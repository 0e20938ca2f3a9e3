// Which commands are free, since they only look.
#include <gtest/gtest.h>

#include <filesystem>

#include "given_rules.h"
#include "test_folder.h"

#include "hearth/agent/permission/permissions.h"

namespace hearth::agent {
namespace {

TEST(OnlyLooks, CommandsThatOnlyLookAreFreeInsideTheFolder) {
  Permissions plan(PermissionMode::plan, {});
  for (const char* command : {"ls -la", "cat a.txt | grep x | wc -l", "git status", "git log -3",
                              "find . -name '*.py'", "cd src && ls"}) {
    EXPECT_TRUE(plan.decide("bash", Access::execute, command).allowed) << command;
  }
  for (const char* command :
       {"cat .env", "cat keys/id_rsa", "cat /etc/passwd", "cat ../x", "cat ~/.ssh/id_rsa", "ls > x",
        "git log --output=x", "find . -delete", "sort -o x y", "cat $HOME/x",
        "git -c core.pager=evil log", "make", "grep -f/etc/passwd x", "cat --x=/etc/passwd",
        "ls; touch x", "LESS=x ls"}) {
    EXPECT_FALSE(plan.decide("bash", Access::execute, command).allowed) << command;
  }
}

TEST(OnlyLooks, ACommandThatDoesMoreThanItsNameSaysIsNotFree) {
  Permissions plan(PermissionMode::plan, {});
  for (const char* command : {
           "for PATH in bin; do ls; done",
           "printf -v PATH bin; ls",
           "test -v x",
           "[[ PATH=1 -eq 1 ]]",
           "find . {-delete,-print}",
           "git diff {--output=src/a,HEAD}",
           "cat {~/.ssh/config,x}",
           "env -C / cat etc/passwd",
           "env -vS'rm -rf src' ls",
           "/usr/bin/time -o src/main.cpp ls",
           "sort -uo src/a.cpp /dev/null",
           "sort --outp=src/a.cpp x",
           "sort --files0-from=x",
           "git grep --open='touch pwned;' foo",
           "git grep -iO'touch pwned;' foo",
           "git show HEAD:.env",
           "xxd README.md src/main.cpp",
           "xxd -c 8 README.md src/main.cpp",
           "xxd --revert x",
           "uniq a src/main.cpp -c",
           "uniq - src/main.cpp",
           "tree -ao f",
           "date -us 10:00",
           "date 01021530",
           "jq -n env",
           "jq -n 'import \"x\" as $x; $x'",
           "grep -nR x .",
           "find -L . -name x",
           "rg --foll x",
           "cat < .env",
           "cd",
           "cd && cat .aws/credentials",
           "cd - && ls",
           "cd --",
       }) {
    EXPECT_FALSE(plan.decide("bash", Access::execute, command).allowed) << command;
  }
  for (const char* command : {
           "for i in 1 2; do ls; done",
           "printf '%s\\n' x",
           "[ -f x ]",
           "[[ -d src ]]",
           "timeout 5 ls",
           "ls *.none",
           "grep -n 'a.*b' x | sort -t, -k2 -rn | uniq -c",
           "grep -rn --include=*.py TODO .",
           "git log --oneline -5",
           "git grep -n foo",
           "git diff HEAD@{1}",
           "uniq -f 1 x",
           "xxd -l 64 x",
           "tree -a -L 2",
           "date -u +%F",
           "date -Iseconds",
           "date -d 2024-01-01",
           "jq .name package.json",
           "wc -l < a.txt",
       }) {
    EXPECT_TRUE(plan.decide("bash", Access::execute, command).allowed) << command;
  }
}

TEST(OnlyLooks, NoLinkOrPatternLeadsACommandOut) {
  const TestFolder folder;
  for (const char* file : {"a.txt", "sub/x", ".env", "keys/id_rsa", "opts/-oa", "opts/x"}) {
    folder.write(file, "");
  }
  folder.write("links/y", "");
  folder.write("bare/HEAD", "ref: refs/heads/main\n");
  std::filesystem::create_symlink("/etc/passwd", folder.path() / "notes");
  std::filesystem::create_symlink("/etc", folder.path() / "out");
  std::filesystem::create_symlink("/etc/passwd", folder.path() / "links/up");
  std::filesystem::create_symlink("keys/id_rsa", folder.path() / "plain");
  std::filesystem::create_symlink("a.txt", folder.path() / "inside");
  Permissions plan(PermissionMode::plan, {},
                   {.rules = rules({{Effect::allow, "Bash(make:*)"}}),
                    .folder = folder.path(),
                    .sandboxed = {}});
  for (const char* command : {
           "cat notes",
           "cat plain",
           "cat < notes",
           "cat n*",
           "cat < n*",
           "cat .en*",
           "cat k*/*",
           "cat out/passwd",
           "cd out && cat passwd",
           "cd links && cat up",
           "cd links; (cd ../sub); cat up",
           "cd sub; cat notes",
           "while true; do cat up; cd links; done",
           "cd opts && sort *",
           "diff --from-file=notes a.txt",
           "cd bare && git status",
       }) {
    EXPECT_FALSE(plan.decide("bash", Access::execute, command).allowed) << command;
  }
  for (const char* command :
       {"cat a.txt", "cat inside", "cat *.txt", "cat s*/*", "cd sub && cat x",
        "cat sub/x; cd sub; ls", "ls links/y", "grep notes. a.txt", "cd sub && git status"}) {
    EXPECT_TRUE(plan.decide("bash", Access::execute, command).allowed) << command;
  }
  const auto in = [&](const char* place, const char* command) {
    return plan.decide("bash", Access::execute, command, {}, {.folder = folder.path() / place})
        .allowed;
  };
  EXPECT_TRUE(in("sub", "cat x"));
  EXPECT_FALSE(in("links", "cat up"));
  EXPECT_FALSE(in("opts", "sort *"));
  EXPECT_TRUE(in("opts", "sort x"));
  Permissions normal(PermissionMode::normal, {},
                     {.rules = rules({{Effect::allow, "Bash(make:*)"}}),
                      .folder = folder.path(),
                      .sandboxed = {}});
  EXPECT_TRUE(normal.decide("bash", Access::execute, "make && cat a.txt").allowed);
  EXPECT_FALSE(normal.decide("bash", Access::execute, "make && cat notes").allowed);
}

}  // namespace
}  // namespace hearth::agent
