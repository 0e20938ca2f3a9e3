#include "hearth/agent/shell/shell_script.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hearth::agent {
namespace {

using testing::ElementsAre;

std::vector<std::string> parts_of(std::string_view command) {
  std::vector<std::string> parts;
  const ShellScript script = parse_shell(command);
  for (const ShellPart& part : script.parts) parts.push_back(part.text());
  if (!script.unclear.empty()) parts.push_back("? " + script.unclear);
  return parts;
}

TEST(ShellScript, IsTakenApart) {
  EXPECT_THAT(parts_of("a 'b c' && d | e; f &\ng"), ElementsAre("a b c", "d", "e", "f", "g"));
  EXPECT_THAT(parts_of("a \"$(b \"$(c)\")\""), ElementsAre("c", "b $(…)", "a $(…)"));
  EXPECT_THAT(parts_of("X=1 a 2>&1 > out < in # not; this"), ElementsAre("a"));
  EXPECT_THAT(parts_of("while a; do b; done"), ElementsAre("a", "b"));
  EXPECT_THAT(parts_of("a <<'E' | b\n$(c)\nE\nd"), ElementsAre("a", "b", "d"));
  EXPECT_THAT(parts_of("a ${X:-$(b)} $((1 + $(c)))"), ElementsAre("b", "c", "a ${X:-$(b)} $((…))"));
  EXPECT_THAT(parts_of("env -i A=1 timeout -k 1 5 a b"), ElementsAre("a b"));
  EXPECT_THAT(parts_of("sh -ec 'a; b'"), ElementsAre("sh -ec a; b", "a", "b"));
  EXPECT_THAT(parts_of("[[ -f x ]] && a"), ElementsAre("[[ -f x ]]", "a"));
  EXPECT_THAT(parts_of("sudo -u x a b"), ElementsAre("sudo -u x a b", "a b"));
  EXPECT_THAT(parts_of("time a; time -p b"), ElementsAre("a", "b"));
  EXPECT_THAT(parts_of("eval 'a; b' c"), ElementsAre("eval a; b c", "a", "b c"));
}

TEST(ShellScript, WhatIsNotKnownIsSaid) {
  for (const char* command :
       {"$CMD x", "eval \"$X\"", "case a in a) b;; esac", "f() { a; }", "a 'b", "a $(b", "a > $F",
        "(( x ))", "bash -c \"$X\"", ". ./script", "`a` b"}) {
    EXPECT_NE(parse_shell(command).unclear, "") << command;
  }
}

/// Each runs `touch pwned`, or whatever it likes.
TEST(ShellScript, NoCommandHides) {
  for (const char* command : {
           "cat <<EOF\nEO\\\nF\ntouch pwned",
           "cat <<EOF\nx",
           "cat <<EOF",
           "cat <<$'EOF'\nEOF\n'\n$EOF\ntouch pwned\n# '",
           "cat <<EOF\n\\\"$(touch pwned)\nEOF",
           "cat <<EOF\n$(echo \"'\"; touch pwned; echo \"'\")\nEOF",
           "ls \r# ; touch pwned",
           "cat <<EOF\r\nEOF\r\ntouch pwned",
           "for x in a # '\ndo touch pwned; done # '",
           "set -- a; for x do touch pwned; done",
           "echo \"$\\\n(touch pwned)\"",
           "echo $['a[$(touch pwned)]']",
           "$\"touch\" pwned",
           "echo `echo \\'; touch pwned; echo \\'`",
           "echo ${x:-'`' $(touch pwned) '`'}",
           "echo $((PATH=1)); ls",
           ": {PATH}</dev/null; ls",
           "test -v 'a[$(touch pwned)]'",
           "[[ 'a[$(touch pwned)]' -eq 1 ]]",
           "printf -v 'a[`touch pwned`]' x",
           "read 'a[$(touch pwned)]'",
           "unset 'a[$(touch pwned)]'",
           "let 'a[$(touch pwned)]'",
           "declare -a 'x=($(touch pwned))'",
           "a['$(touch pwned)']=1",
           "{touch,pwned}",
           "/usr/bin/tou?h pwned",
           "env {touch,pwned}",
           "xargs {touch,pwned}",
           "find . -exec {touch,pwned} \\;",
       }) {
    const std::vector<std::string> parts = parts_of(command);
    EXPECT_TRUE(std::ranges::find(parts, "touch pwned") != parts.end() ||
                parse_shell(command).unclear != "")
        << command;
  }
}

TEST(ShellScript, WhatOnlyLooksLikeAnExpansionIsNone) {
  for (const char* command :
       {"find . -name '{a,b}'", "git show stash@{1}", "git log a@{1}..b", "cat <<'EOF'\na\\\nEOF",
        "cat <<EOF\n\"it's\"\nEOF", "printf '[%s]' x", "[ -f x ]", "for i in 1 2; do ls; done"}) {
    const ShellScript script = parse_shell(command);
    EXPECT_EQ(script.unclear, "") << command;
    for (const ShellPart& part : script.parts) {
      EXPECT_FALSE(part.has_expansion) << command;
      EXPECT_TRUE(part.assignments.empty()) << command;
    }
  }
  EXPECT_TRUE(parse_shell("git diff {--output=a,HEAD}").parts.at(0).has_expansion);
  EXPECT_TRUE(parse_shell("ls {1..9}").parts.at(0).has_expansion);
  EXPECT_THAT(parse_shell("cat a* 'b*' < c?").parts.at(0).globs, ElementsAre("a*", "c?"));
}

TEST(ShellScript, BracesBeforeARedirectionAreAFileDescriptorOnlyWhereTheyTouchIt) {
  const ShellScript script = parse_shell(R"(echo '{"hooks":{}}' > .hearth/settings.json)");
  EXPECT_EQ(script.unclear, "");
  ASSERT_EQ(script.parts.size(), 1U);
  EXPECT_THAT(script.parts[0].writes, ElementsAre(".hearth/settings.json"));
  EXPECT_THAT(parse_shell("echo {a} > f").parts[0].writes, ElementsAre("f"));
  EXPECT_NE(parse_shell("ls {PATH}>f").unclear, "");
}

TEST(ShellScript, LoopsAndPrintfSetVariables) {
  EXPECT_THAT(parse_shell("for PATH in bin; do ls; done").parts.at(0).assignments,
              ElementsAre("PATH="));
  EXPECT_THAT(parse_shell("for x in 'a[$(b)]'; do ls; done").parts.at(0).assignments,
              ElementsAre("x="));
  EXPECT_THAT(parse_shell("printf -v PATH bin").parts.at(0).assignments, ElementsAre("PATH="));
}

TEST(ShellScript, NothingCrashesIt) {
  for (const char* command : {"",
                              " ",
                              "'",
                              "\"",
                              "$",
                              "$(",
                              "${",
                              "$((",
                              "`",
                              "<",
                              ">",
                              "<<",
                              "<<<",
                              ";;",
                              "&&",
                              "|",
                              "(",
                              ")",
                              "\\",
                              "$'",
                              "a <<",
                              "a <",
                              "for",
                              "for x",
                              "env",
                              "timeout",
                              "xargs",
                              "find -exec",
                              "sh -c",
                              "((((((((((((((",
                              "$($($($($($($($($($($($(a))))))))))))"}) {
    parse_shell(command);
  }
}

TEST(ShellScript, WrappersAreTakenOffWithOptionsThatChangeNothingElse) {
  for (const char* command :
       {"env -i -u X A=1 b c", "env - b c", "timeout -v -sKILL 5 b c", "nice -n5 b c",
        "stdbuf -oL b c", "command -p -- b c", "exec -cla x b c", "time -f %e b c"}) {
    EXPECT_THAT(parts_of(command), ElementsAre("b c")) << command;
  }
  for (const char* command :
       {"xargs -0 -n1 b c", "xargs -0rn 1 b c", "xargs --replace b c", "sudo -n -u x b c",
        "bash -c -- 'b c'", "bash -c -e 'b c'", "bash -c -o pipefail 'b c'", "bash +c 'b c'",
        "bash -init-file x -c 'b c'"}) {
    EXPECT_THAT(parts_of(command), ElementsAre(testing::_, "b c")) << command;
  }
  for (const char* command :
       {"env -vS'b c' ls", "env -iS'b c'", "env --split='b c' ls", "env -C / cat etc/passwd",
        "/usr/bin/time -o x ls", "timeout $(echo 5 b) c", "echo b | bash -s c", "bash -$X c"}) {
    EXPECT_NE(parse_shell(command).unclear, "") << command;
  }
}

}  // namespace
}  // namespace hearth::agent
