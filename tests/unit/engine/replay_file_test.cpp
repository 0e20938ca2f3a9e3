#include "hearth/engine/replay_file.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>

#include "hearth/base/file.h"

namespace hearth::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t plenty = 1000;

class ReplayFileIn : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "hearth-replays-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    path_ = folder_ / "replays";
  }
  void TearDown() override { fs::remove_all(folder_); }

  [[nodiscard]] ReplayFile::Opened open(std::size_t most_tokens = plenty) const {
    auto opened = ReplayFile::open(path_, most_tokens);
    if (!opened) throw std::runtime_error(opened.error().message);
    return std::move(*opened);
  }
  [[nodiscard]] std::vector<std::string> keys(std::size_t most_tokens = plenty) const {
    std::vector<std::string> keys;
    for (const Replay& replay : open(most_tokens).replays) keys.push_back(replay.key);
    return keys;
  }
  void write_three() const {
    const auto opened = open();
    for (const char* key : {"one", "two", "three"}) opened.file->append(replay(key));
  }
  static Replay replay(std::string key) {
    return {.key = std::move(key),
            .n_prompt = 5,
            .prompt_hash = 0x1234567890abcdef,
            .sampled = {1, 2, 3, 70000},
            .thinking = "hm",
            .n_turns = 2};
  }

  fs::path folder_;
  fs::path path_;
};

using Keys = std::vector<std::string>;

TEST_F(ReplayFileIn, WhatWasAppendedIsThereWhenOpenedAgain) {
  open().file->append(replay("call 7"));
  const auto replays = open().replays;
  ASSERT_EQ(replays.size(), 1U);
  const Replay expected = replay("call 7");
  EXPECT_EQ(replays[0].key, expected.key);
  EXPECT_EQ(replays[0].n_prompt, expected.n_prompt);
  EXPECT_EQ(replays[0].prompt_hash, expected.prompt_hash);
  EXPECT_EQ(replays[0].sampled, expected.sampled);
  EXPECT_EQ(replays[0].thinking, expected.thinking);
  EXPECT_EQ(replays[0].n_turns, expected.n_turns);
}

TEST_F(ReplayFileIn, ATornEndIsCutOffAndWritingGoesOn) {
  write_three();
  const auto whole = fs::file_size(path_);
  for (const auto cut : {1, 11, 13, 40}) {
    write_three();
    fs::resize_file(path_, whole - static_cast<std::uintmax_t>(cut));
    EXPECT_EQ(keys(), (Keys{"one", "two"})) << cut;
    open().file->append(replay("four"));
    EXPECT_EQ(keys(), (Keys{"one", "two", "four"})) << cut;
    fs::remove(path_);
  }
}

TEST_F(ReplayFileIn, NothingBehindAFlippedBitIsBelieved) {
  write_three();
  auto content = *read_file(path_);
  content[content.size() / 2] ^= 4;
  ASSERT_TRUE(write_file_atomically(path_, content));
  EXPECT_EQ(keys(), (Keys{"one"}));
}

TEST_F(ReplayFileIn, AForeignFileIsBegunAnew) {
  ASSERT_TRUE(write_file_atomically(path_, "something else, and longer than the magic"));
  EXPECT_EQ(keys(), Keys{});
  open().file->append(replay("one"));
  EXPECT_EQ(keys(), (Keys{"one"}));
}

TEST_F(ReplayFileIn, OnlyTheNewestAreKeptWhereThereIsLittleRoom) {
  write_three();
  const auto before = fs::file_size(path_);
  EXPECT_EQ(keys(8), (Keys{"two", "three"}));
  EXPECT_LT(fs::file_size(path_), before);
}

TEST_F(ReplayFileIn, AFullDiskCostsOnlyWhatDidNotFit) {
  write_three();
  const auto opened = open();
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  rlimit little = before;
  little.rlim_cur = fs::file_size(path_) + 20;
  std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &little);
  opened.file->append(replay("lost"));
  setrlimit(RLIMIT_FSIZE, &before);
  opened.file->append(replay("four"));
  EXPECT_EQ(keys(), (Keys{"one", "two", "three", "four"}));
}

TEST_F(ReplayFileIn, AFolderInTheWayIsAnError) {
  fs::create_directory(path_);
  const auto opened = ReplayFile::open(path_, plenty);
  ASSERT_FALSE(opened.has_value());
  EXPECT_NE(opened.error().message.find(path_.string()), std::string::npos);
}

}  // namespace
}  // namespace hearth::engine
