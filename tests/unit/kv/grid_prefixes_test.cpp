#include "hearth/kv/grid_prefixes.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "fake_device.h"
#include "memory_store.h"
#include "token_ranges.h"

#include "hearth/kv/grid_blocks.h"

namespace hearth::kv {
namespace {

constexpr int grid = 16;

TEST(GridBlocks, BoundTwiceTheyAreAsBefore) {
  const std::vector<Token> tokens = range(5, 53);
  const std::vector<Token> bound = bound_blocks(tokens, grid);
  EXPECT_NE(bound, tokens);
  EXPECT_EQ(bound_blocks(bound, grid), tokens);
  EXPECT_EQ(bound_blocks(range(5, 60), grid).size(), 48U);
  EXPECT_TRUE(bound_blocks(range(0, 15), grid).empty());
}

TEST(GridBlocks, SequencesPartWhereTheBlockBeginsInWhichTheyDiffer) {
  std::vector<Token> other = range(0, 64);
  other[47] = 7;
  const std::vector<Token> a = bound_blocks(range(0, 64), grid);
  const std::vector<Token> b = bound_blocks(other, grid);
  EXPECT_EQ(std::ranges::mismatch(a, b).in1 - a.begin(), 32);
  for (const Token token : a) EXPECT_GE(token, 0);
}

/// One request in exact mode: the prompt in blocks, then an answer, token by token.
Lease serve(GridPrefixes& cache, FakeDevice& device, const std::vector<Token>& prompt,
            const std::vector<Token>& answer = {}) {
  Preparation preparation;
  std::optional<Lease> lease;
  for (int tries = 0; !lease && tries < 20; ++tries) {
    if (cache.prepare(prompt, preparation)) lease = cache.acquire(prompt, preparation);
  }
  EXPECT_TRUE(lease.has_value());
  if (!lease) return {};
  EXPECT_EQ(lease->reused % grid, 0);
  EXPECT_EQ(device.rows(0), std::vector<Token>(prompt.begin(), prompt.begin() + lease->reused));
  const auto compute = [&](TokenSpan piece) {
    EXPECT_TRUE(cache.reserve(static_cast<int>(piece.size())));
    device.compute(0, piece);
    cache.extend(0, piece);
    cache.keep_point(0, device.length(0));
  };
  const TokenSpan all(prompt);
  for (auto at = static_cast<std::size_t>(lease->reused); at < prompt.size(); at += grid) {
    compute(all.subspan(at, std::min<std::size_t>(grid, prompt.size() - at)));
  }
  for (const Token& token : answer) compute(TokenSpan(&token, 1));
  cache.release(0, PrefixCache::Ending::whole);
  return *lease;
}

class Grid : public ::testing::TestWithParam<ResumePoints> {};

TEST_P(Grid, OnlyWholeBlocksAreUsedAgain) {
  FakeDevice device(1, 1000, GetParam());
  GridPrefixes cache(device, host_archive(), grid);
  EXPECT_EQ(serve(cache, device, range(0, 100), range(100, 140)).reused, 0);
  // 96 of the prompt; what was generated is read again.
  EXPECT_EQ(serve(cache, device, range(0, 150)).reused, 96);
  EXPECT_EQ(serve(cache, device, range(0, 150)).reused, 144);
  EXPECT_EQ(serve(cache, device, range(0, 144)).reused, 128);  // the last token is always computed
}

TEST_P(Grid, WhatAnotherConversationComputedInABlockIsNotTaken) {
  FakeDevice device(1, 1000, GetParam());
  GridPrefixes cache(device, host_archive(), grid);
  serve(cache, device, range(0, 100));
  const std::vector<Token> fork = joined(range(0, 70), range(500, 560));
  EXPECT_EQ(serve(cache, device, fork).reused, 64);
  EXPECT_EQ(serve(cache, device, range(0, 120)).reused, 96);
  EXPECT_EQ(serve(cache, device, joined(fork, {1, 2, 3})).reused, 128);
}

TEST_P(Grid, AConversationThatHadToLeaveComesBackFromTheArchive) {
  FakeDevice device(1, 200, GetParam());
  GridPrefixes cache(device, host_archive(), grid);
  serve(cache, device, range(0, 150));
  serve(cache, device, range(1000, 1150));
  const Lease lease = serve(cache, device, range(0, 180));
  EXPECT_EQ(lease.reused, 144);
  EXPECT_EQ(lease.from_host, 144);
}

TEST_P(Grid, EverythingComesBackFromTheStoreAfterARestart) {
  MemoryStore::Medium medium;
  for (int life = 0; life < 2; ++life) {
    Archive::Options options;
    options.host_bytes = options.disk_bytes = 1 << 20;
    options.store = std::make_unique<MemoryStore>(medium);
    auto archive = std::make_shared<Archive>(std::move(options));
    std::vector<EntryInfo> entries;
    for (const auto& [key, entry] : medium.entries) entries.push_back(entry.first);
    EXPECT_EQ(archive->adopt(std::move(entries)), 0);
    FakeDevice device(1, 400, GetParam());
    GridPrefixes cache(device, archive, grid);
    const Lease lease = serve(cache, device, range(0, 150));
    EXPECT_EQ(lease.from_disk, life == 0 ? 0 : 144);
    cache.save_all();
    archive->settle();
  }
}

TEST_P(Grid, OneRequestIsServedAtATime) {
  FakeDevice device(1, 1000, GetParam());
  GridPrefixes cache(device, host_archive(), grid);
  Preparation preparation;
  ASSERT_TRUE(cache.acquire(range(0, 10), preparation));
  EXPECT_FALSE(cache.acquire(range(0, 10), preparation));
  cache.release(0, PrefixCache::Ending::whole);
  EXPECT_TRUE(cache.acquire(range(0, 10), preparation));
}

TEST_P(Grid, ABadEntryIsReadAfreshAndNotFoundAgain) {
  FakeDevice device(1, 200, GetParam());
  GridPrefixes cache(device, host_archive(), grid);
  serve(cache, device, range(0, 150));
  serve(cache, device, range(1000, 1150));
  device.refuse_restores = 1;
  EXPECT_EQ(serve(cache, device, range(0, 180)).reused, 0);
  serve(cache, device, range(1000, 1150));
  EXPECT_EQ(serve(cache, device, range(0, 190)).reused, 176);
}

TEST_P(Grid, WithoutAnArchiveTheDeviceStillServesWhatItHolds) {
  FakeDevice device(1, 400, GetParam());
  GridPrefixes cache(device, host_archive(0), grid);
  serve(cache, device, range(0, 96));
  EXPECT_EQ(serve(cache, device, range(0, 150)).reused, 96);
  EXPECT_EQ(serve(cache, device, range(1000, 1010)).reused, 0);
}

TEST_P(Grid, WhatABrokenOffComputationLeftIsNotUsed) {
  FakeDevice device(1, 400, GetParam());
  GridPrefixes cache(device, host_archive(), grid);
  Preparation preparation;
  ASSERT_TRUE(cache.acquire(range(0, 100), preparation));
  device.compute(0, range(0, grid));
  cache.extend(0, range(0, grid));
  cache.keep_point(0, grid);
  cache.release(0, PrefixCache::Ending::broken);
  EXPECT_EQ(device.length(0), 0);
  EXPECT_EQ(serve(cache, device, range(0, 100)).reused, grid);
}

INSTANTIATE_TEST_SUITE_P(Kinds, Grid,
                         ::testing::Values(ResumePoints::any_position, ResumePoints::state),
                         [](const auto& test) {
                           return test.param == ResumePoints::state ? "State" : "AnyPosition";
                         });

}  // namespace
}  // namespace hearth::kv
