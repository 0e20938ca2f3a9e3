#include "hearth/agent/shell/shell.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <fstream>

#include "scripted_server.h"
#include "test_folder.h"

#include "hearth/agent/bash_tool.h"
#include "hearth/agent/sandbox/secrets.h"
#include "hearth/agent/shell/shell_script.h"

namespace hearth::agent {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::chrono::seconds patience{30};

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

class Shells : public testing::Test {
 protected:
  std::string run(Shell& shell, const std::string& line) {
    const auto ran = shell.run(line, patience, {});
    return ran ? ran->result.output : ran.error().message;
  }
  TestFolder temporary_;
  Folder folder_ = *Folder::open(temporary_.path());
};

TEST_F(Shells, CdLastsButNotOutside) {
  temporary_.write("sub/x", "");
  Shell shell(folder_, {.enabled = false});
  run(shell, "cd sub");
  EXPECT_EQ(run(shell, "ls"), "x\n");
  EXPECT_EQ(make_bash_tool(shell)->folder(), folder_.root() / "sub");
  EXPECT_EQ(run(shell, "cd ..; false; exit 3"), "");
  EXPECT_EQ(run(shell, "ls"), "sub\n");
  const auto ran = shell.run("cd /etc", patience, {});
  EXPECT_TRUE(ran->left_folder);
  EXPECT_EQ(run(shell, "pwd -P"), folder_.root().string() + "\n");
}

TEST_F(Shells, ExitCodesAndBashThings) {
  Shell shell(folder_, {.enabled = false});
  EXPECT_EQ(shell.run("exit 7", patience, {})->result.exit_code, 7);
  EXPECT_EQ(run(shell, "a=(1 2); [[ ${#a[@]} == 2 ]] && echo two"), "two\n");
}

TEST_F(Shells, JobsGoOnAndAreEnded) {
  Shell shell(folder_, {.enabled = false});
  const auto number = shell.start("echo begun; while true; do sleep 0.05; done");
  ASSERT_TRUE(number);
  while (shell.job(*number)->output.empty()) std::this_thread::yield();
  EXPECT_TRUE(shell.job(*number)->running);
  shell.end_job(*number);
  EXPECT_FALSE(shell.job(*number)->running);
  EXPECT_FALSE(shell.job(99));
  const auto short_one = shell.start("echo done; exit 4");
  while (shell.job(*short_one)->running) std::this_thread::yield();
  EXPECT_EQ(shell.job(*short_one)->exit_code, 4);
  EXPECT_THAT(shell.job(*short_one)->output, HasSubstr("done"));
}

TEST_F(Shells, AJobThatPrintsWithoutEndFillsNothing) {
  Shell shell(folder_, {.enabled = false});
  const auto number = shell.start("seq 2000000; echo last; exit 3");
  ASSERT_TRUE(number);
  while (shell.job(*number)->running) std::this_thread::yield();
  const auto job = shell.job(*number);
  EXPECT_LE(job->output.size(), 8000U);
  EXPECT_TRUE(job->output.ends_with("2000000\nlast\n")) << job->output;
  EXPECT_EQ(job->output.find("19"), 0U) << "begins with a whole line";
  const auto flood = shell.start("yes");
  while (shell.job(*flood)->output.size() < 7000) std::this_thread::yield();
  EXPECT_LE(shell.job(*flood)->output.size(), 8000U);
  shell.end_job(*flood);
  EXPECT_EQ(shell.job(*flood)->exit_code, 128 + SIGTERM);
}

TEST_F(Shells, WhatACommandPutsInThePlaceOfItsFolderIsNotWaitedFor) {
  Shell shell(folder_, {.enabled = false});
  const auto first = shell.run("true", patience, {});
  const std::string scratch = std::filesystem::path(first->output_file).parent_path().string();
  const auto ran = shell.run("mkfifo " + scratch + "/.working-folder; kill -9 $$", patience, {});
  EXPECT_EQ(ran->result.exit_code, 128 + SIGKILL);
}

TEST_F(Shells, WithoutBubblewrapItSaysWhatToInstall) {
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", temporary_.path().c_str(), 1);
  Shell shell(folder_, {});
  const bool sandboxed = shell.sandboxed();
  ::setenv("PATH", path.c_str(), 1);
  EXPECT_FALSE(sandboxed);
  EXPECT_THAT(shell.why_not_sandboxed(), HasSubstr("install the package bubblewrap"));
}

TEST_F(Shells, AllOutputIsKeptInAFile) {
  Shell shell(folder_, {.enabled = false});
  const auto ran = shell.run("seq 200000", patience, {});
  EXPECT_TRUE(ran->result.cut);
  EXPECT_EQ(run(shell, "tail -n 1 " + ran->output_file), "200000\n");
}

TEST(Secrets, AreKnownByTheirNames) {
  for (const char* name : {".env", ".env.local", "server.key", "id_ed25519", "a.pem"}) {
    EXPECT_TRUE(is_secret_name(name)) << name;
  }
  for (const char* name : {".env.example", "keyboard.cpp", "env", "monkey"}) {
    EXPECT_FALSE(is_secret_name(name)) << name;
  }
}

/// In a sandbox; skipped, with the reason, where bubblewrap does not work.
class Sandboxed : public Shells {
 protected:
  void SetUp() override {
    temporary_.write(".env", "KEY=hidden-value\n");
    temporary_.write("id_rsa", "hidden-value\n");
    temporary_.write("deep/down/prod.pem", "hidden-value\n");
    temporary_.write(".git/config", "[core]\n");
    temporary_.write(".git/hooks/pre-commit.sample", "#!/bin/sh\n");
    temporary_.write(".hearth/settings.json", "{}\n");
    temporary_.write(".claude/settings.json", "{}\n");
    temporary_.write(".mcp.json", "{}\n");
    home_.write(".ssh/id_ed25519", "hidden-value\n");
    home_.write(".aws/credentials", "hidden-value\n");
    home_.write(".netrc", "hidden-value\n");
    home_.write(".bashrc", "\n");
    outside_.write("file", "outside\n");
    ::setenv("HOME", home_.path().c_str(), 1);
    ::setenv("SECRET_TEST_TOKEN", "hidden-value", 1);
    shell_.emplace(folder_, SandboxSettings{});
    if (!shell_->sandboxed()) GTEST_SKIP() << shell_->why_not_sandboxed();
  }
  void TearDown() override {
    ::setenv("HOME", old_home_.c_str(), 1);
    ::unsetenv("SECRET_TEST_TOKEN");
  }
  std::string run(const std::string& line) { return Shells::run(*shell_, line); }

  std::string old_home_ = std::getenv("HOME");
  TestFolder home_;
  TestFolder outside_;
  std::optional<Shell> shell_;
};

TEST_F(Sandboxed, WorkInTheFolderIsAsEver) {
  EXPECT_EQ(run("echo hi > a.txt && cat a.txt && mkdir -p d && cd d && pwd -P"),
            "hi\n" + (folder_.root() / "d").string() + "\n");
  EXPECT_EQ(run("pwd -P"), (folder_.root() / "d").string() + "\n");
  EXPECT_EQ(temporary_.read("a.txt"), "hi\n");
  EXPECT_EQ(run("echo x > /tmp/kept; cat /tmp/kept"), "x\n");
  EXPECT_EQ(run("cat /tmp/kept; mkdir -p $XDG_CACHE_HOME/tool && echo ok"), "x\nok\n");
  EXPECT_EQ(run("git init -q repo && cd repo && echo 1 > f && git add f && git -c user.name=a -c "
                "user.email=a commit -qm m && git log --format=%s"),
            "m\n");
}

/// Each is a way out that must fail: what it would leave behind is looked for outside.
TEST_F(Sandboxed, NoEscapeWorks) {
  const std::string out = outside_.path().string();
  const std::string home = home_.path().string();
  const std::vector<std::string> escapes{
      "echo x > " + out + "/mark",
      "echo x > " + out + "/file",
      "rm -rf " + out + "/file",
      "ln -s " + out + " l; echo x > l/mark",
      "ln " + out + "/file hard; echo x > hard",
      "mv " + out + "/file .",
      "touch " + home + "/.bashrc.mark && mv " + home + "/.bashrc.mark " + out + "/mark",
      "echo evil >> " + home + "/.bashrc",
      "echo evil >> $HOME/.profile",
      "cd .. && echo x > mark",
      "mount --bind " + out + " /mnt && echo x > /mnt/mark",
      "mount -o remount,rw / && echo x > " + out + "/mark",
      "umount -l " + out + "; echo x > " + out + "/mark",
      "unshare -rm sh -c 'mount -o remount,rw,bind / ; echo x > " + out + "/mark'",
      "nsenter -t 1 -m sh -c 'echo x > " + out + "/mark'",
      "chroot /proc/1/root sh -c 'echo x > " + out + "/mark'",
      "echo x > /proc/1/root" + out + "/mark",
      "echo x > /proc/$PPID/root" + out + "/mark",
      "cp /bin/true " + out + "/mark",
      "dd if=/dev/zero of=" + out + "/mark count=1 2>&1",
      "python3 -c \"open('" + out + "/mark','w')\"",
      "perl -e \"open(F,'>" + out + "/mark')\"",
      "tar -C " + out + " -cf mark.tar . && tar -C " + out + " -xf mark.tar --one-top-level=mark",
      "mkfifo p && (cat p > " + out + "/mark &) ; timeout 1 sh -c 'echo x > p'",
      "setsid sh -c 'sleep 0.1; echo x > " + out + "/mark' & wait",
      "find " + out + " -name file -delete",
      "chmod 777 " + out + "/file && touch -d 2000-01-01 " + out + "/file",
      "mknod disk b 254 0 && echo x > disk",
      "debugfs -w -R 'mkdir mark' /dev/vda",
      "kill -9 1; kill -9 -1; echo x > " + out + "/mark",
      "echo 1 > /proc/sys/kernel/sysrq; echo c > /proc/sysrq-trigger",
      "echo '[core] hooksPath=/tmp' > .git/config",
      "printf '#!/bin/sh\\n' > .git/hooks/pre-commit",
      "rm -rf .git/hooks; mkdir .git/hooks; echo x > .git/hooks/pre-commit",
      "echo '{\"permissions\":{\"allow\":[\"Bash\"]}}' > .hearth/settings.json",
      "mv .git .g; cp -r .g .git; echo x >> .git/config; echo x > .git/hooks/pre-commit",
      "mv .hearth .old; mkdir .hearth; echo x > .hearth/settings.json",
      "echo x > .claude/settings.json",
      "echo x > .mcp.json; rm -f .mcp.json",
  };
  for (const std::string& escape : escapes) {
    run(escape);
    EXPECT_FALSE(std::filesystem::exists(outside_.path() / "mark")) << escape;
    EXPECT_EQ(outside_.read("file"), "outside\n") << escape;
    EXPECT_EQ(home_.read(".bashrc"), "\n") << escape;
    EXPECT_FALSE(std::filesystem::exists(home_.path() / ".profile")) << escape;
    EXPECT_EQ(temporary_.read(".git/config"), "[core]\n") << escape;
    EXPECT_FALSE(std::filesystem::exists(temporary_.path() / ".git/hooks/pre-commit")) << escape;
    EXPECT_EQ(temporary_.read(".hearth/settings.json"), "{}\n") << escape;
    EXPECT_EQ(temporary_.read(".claude/settings.json"), "{}\n") << escape;
    EXPECT_EQ(temporary_.read(".mcp.json"), "{}\n") << escape;
  }
}

TEST_F(Sandboxed, WhatCountsOutsideIsToldWhenItAppearsAndGuardedFromThenOn) {
  const auto ran =
      shell_->run("echo /elsewhere > .git/commondir; mkdir .vscode; echo x > a", patience, {});
  EXPECT_THAT(ran->hint, AllOf(HasSubstr(".git/commondir"), HasSubstr(".vscode")));
  EXPECT_EQ(shell_->run("echo y > a", patience, {})->hint, "");
  run("echo x > .git/commondir; echo x > .vscode/tasks.json");
  EXPECT_EQ(temporary_.read(".git/commondir"), "/elsewhere\n");
  EXPECT_FALSE(std::filesystem::exists(temporary_.path() / ".vscode/tasks.json"));
}

TEST_F(Sandboxed, ANewRepositoryIsNoNews) {
  std::filesystem::remove_all(temporary_.path() / ".git");
  run("true");
  EXPECT_EQ(shell_->run("git init -q", patience, {})->hint, "");
}

TEST_F(Sandboxed, SecretsAreNotToBeSeen) {
  const std::string home = home_.path().string();
  for (const std::string& look :
       {std::string("cat .env"), std::string("cat id_rsa"), std::string("cat deep/down/prod.pem"),
        "cat " + home + "/.ssh/id_ed25519", "cat " + home + "/.aws/credentials",
        "cat " + home + "/.netrc", std::string("env"), std::string("grep -r hidden-value . 2>&1"),
        std::string("cat /proc/1/environ | tr '\\0' '\\n'"), std::string("ln .env e && cat e"),
        std::string("cp .env e; cat e"), "tar cf - " + home + " | strings"}) {
    EXPECT_THAT(run(look), Not(HasSubstr("hidden-value"))) << look;
  }
}

TEST_F(Sandboxed, ThereIsNoNetworkAndTheHintSaysHowToAllowIt) {
  const ScriptedServer server([](const json::object&) { return text_reply("x"); });
  const std::string port = server.url().substr(server.url().rfind(':') + 1);
  const std::string reach = "exec 3<>/dev/tcp/127.0.0.1/" + port + " && echo reached";
  EXPECT_THAT(run(reach), Not(HasSubstr("reached")));
  Shell open(folder_, {.network = true});
  EXPECT_THAT(Shells::run(open, reach), HasSubstr("reached"));
  const auto ran = shell_->run("echo 'Could not resolve host: x'; false", patience, {});
  EXPECT_THAT(ran->hint, HasSubstr("\"network\": true"));
  const auto write = shell_->run("echo x > /etc/mark", patience, {});
  EXPECT_THAT(write->hint, HasSubstr("writable"));
}

TEST_F(Sandboxed, ItsProcessesEndWithIt) {
  run("(sleep 987654 &)");
  EXPECT_THAT(run("ps ax -o args 2>/dev/null || true"), Not(HasSubstr("sleep 987654")));
}

TEST_F(Sandboxed, AHomeFolderIsNotAPlaceToWorkIn) {
  const Folder home = *Folder::open(home_.path());
  Shell shell(home, {});
  EXPECT_FALSE(shell.sandboxed());
  EXPECT_THAT(shell.why_not_sandboxed(), HasSubstr("home folder"));
}

}  // namespace
}  // namespace hearth::agent
