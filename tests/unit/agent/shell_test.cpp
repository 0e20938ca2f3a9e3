#include "hearth/agent/shell/shell.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

#include "shells.h"

#include "hearth/agent/bash_tool.h"

namespace hearth::agent {
namespace {

using testing::HasSubstr;

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

}  // namespace
}  // namespace hearth::agent
