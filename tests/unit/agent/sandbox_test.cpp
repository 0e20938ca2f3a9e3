// What commands in the sandbox see, reach and change.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <optional>

#include "scripted_server.h"
#include "shells.h"

#include "hearth/agent/sandbox/secrets.h"

namespace hearth::agent {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

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
