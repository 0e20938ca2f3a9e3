#include "hearth/kv/tiered_prefixes.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "fake_device.h"
#include "memory_store.h"
#include "token_ranges.h"

namespace hearth::kv {
namespace {

/// One request as the scheduler makes it, with a point every `step` tokens: what was reused is what
/// the device holds, and it is continued from its own state.
Lease serve(TieredPrefixes& cache, FakeDevice& device, const std::vector<Token>& prompt,
            std::size_t step = 10) {
  Preparation preparation;
  std::optional<Lease> lease;
  for (int tries = 0; !lease && tries < 20; ++tries) {
    if (cache.prepare(prompt, preparation)) lease = cache.acquire(prompt, preparation);
  }
  EXPECT_TRUE(lease.has_value());
  if (!lease) return {};
  preparation = {};
  const auto reused = static_cast<std::size_t>(lease->reused);
  EXPECT_EQ(device.rows(lease->sequence),
            std::vector<Token>(prompt.begin(), prompt.begin() + lease->reused));
  for (std::size_t from = reused; from < prompt.size(); from += step - from % step) {
    const std::size_t to = std::min(from - from % step + step, prompt.size());
    const TokenSpan piece = TokenSpan(prompt).subspan(from, to - from);
    EXPECT_TRUE(cache.reserve(static_cast<int>(piece.size())));
    device.compute(lease->sequence, piece);
    cache.extend(lease->sequence, piece);
    cache.keep_point(lease->sequence, static_cast<int>(to));
  }
  EXPECT_EQ(device.rows(lease->sequence), prompt);
  cache.release(lease->sequence, PrefixCache::Ending::whole);
  return *lease;
}

std::optional<Lease> acquire(TieredPrefixes& cache, const std::vector<Token>& prompt) {
  Preparation preparation;
  return cache.acquire(prompt, preparation);
}

class Tiered : public ::testing::TestWithParam<ResumePoints> {};

TEST_P(Tiered, AConversationGoesOnInPlace) {
  FakeDevice device(4, 1000, GetParam());
  TieredPrefixes cache(device, host_archive());
  serve(cache, device, range(0, 100));
  const Lease lease = serve(cache, device, range(0, 150));
  EXPECT_EQ(lease.reused, 100);
  EXPECT_EQ(lease.from_host, 0);
}

/// The short one (0 to 100) begins while a long one is being read, which then ends.
void begin_behind_a_long_one(TieredPrefixes& cache, FakeDevice& device) {
  const std::vector<Token> read = range(1000, 9000);
  const auto reading = acquire(cache, read);
  ASSERT_TRUE(reading && cache.reserve(8000));
  device.compute(reading->sequence, read);
  cache.extend(reading->sequence, read);
  serve(cache, device, range(0, 100));
  cache.release(reading->sequence, PrefixCache::Ending::whole);
}

TEST_P(Tiered, AConversationBehindCellsThatAreFreeComesBackInFront) {
  FakeDevice device(4, 20'000, GetParam());
  TieredPrefixes cache(device, host_archive());
  begin_behind_a_long_one(cache, device);
  const Lease lease = serve(cache, device, range(0, 150));
  EXPECT_EQ(lease.reused, 100);
  EXPECT_EQ(lease.from_host, 100);
  EXPECT_EQ(cache.cells_used(), 150);
  EXPECT_EQ(serve(cache, device, range(0, 200)).from_host, 0);
}

TEST_P(Tiered, AConversationThatCannotBeSavedStaysWhereItLies) {
  FakeDevice device(4, 20'000, GetParam());
  TieredPrefixes cache(device, host_archive(0));
  begin_behind_a_long_one(cache, device);
  EXPECT_EQ(serve(cache, device, range(0, 150)).reused, 100);
}

TEST_P(Tiered, ALongConversationIsNotSavedInOneGoWhileOthersWait) {
  FakeDevice device(4, 60'000, GetParam());
  TieredPrefixes cache(device, host_archive());
  serve(cache, device, range(1000, 21'000), 1000);
  serve(cache, device, range(0, 100));
  EXPECT_EQ(cache.cells_used(), 20'100);
  while (cache.tidy()) {
  }
  serve(cache, device, range(30'000, 30'100));
  EXPECT_EQ(cache.cells_used(), 100) << "saved in idle moments, what lies before it leaves";
}

TEST_P(Tiered, AConversationThatHadToLeaveTheDeviceIsRestored) {
  FakeDevice device(4, 200, GetParam());
  TieredPrefixes cache(device, host_archive());
  serve(cache, device, range(0, 150));
  serve(cache, device, range(1000, 1150));
  const Lease lease = serve(cache, device, range(0, 180));
  EXPECT_EQ(lease.reused, 150);
  EXPECT_EQ(lease.from_host, 150);
}

TEST_P(Tiered, RestoringNeverConsumesTheStoredCopy) {
  FakeDevice device(4, 200, GetParam());
  TieredPrefixes cache(device, host_archive());
  serve(cache, device, range(0, 150));
  for (int i = 0; i < 4; ++i) {
    serve(cache, device, range(1000, 1150));
    EXPECT_EQ(serve(cache, device, range(0, 150)).reused,
              GetParam() == ResumePoints::any_position ? 149 : 140);
  }
}

TEST_P(Tiered, RewindingAndComingBackReadsNothingAgain) {
  FakeDevice device(4, 400, GetParam());
  TieredPrefixes cache(device, host_archive());
  serve(cache, device, range(0, 200));
  serve(cache, device, joined(range(0, 100), range(500, 560)));
  EXPECT_EQ(serve(cache, device, range(0, 220)).reused, 200);
  EXPECT_EQ(serve(cache, device, joined(range(0, 100), range(500, 570))).reused, 160);
}

TEST_P(Tiered, ALeasedSequenceIsSharedNotTaken) {
  FakeDevice device(4, 1000, GetParam());
  TieredPrefixes cache(device, host_archive());
  serve(cache, device, range(0, 100));
  const auto first = acquire(cache, joined(range(0, 100), {7, 8}));
  const auto second = acquire(cache, joined(range(0, 100), {9, 10}));
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->sequence, second->sequence);
  EXPECT_EQ(first->reused, 100);
  EXPECT_EQ(second->reused, 100);
  EXPECT_EQ(cache.cells_used(), 100);
  device.compute(first->sequence, std::vector<Token>{7, 8});
  device.compute(second->sequence, std::vector<Token>{9, 10});
}

TEST_P(Tiered, AParkedConversationLeavesThePoolToWhoRuns) {
  FakeDevice device(4, 2000, GetParam());
  TieredPrefixes cache(device, host_archive());
  serve(cache, device, range(0, 1000));
  serve(cache, device, range(5000, 5010));
  EXPECT_EQ(cache.cells_used(), 10);
  EXPECT_EQ(serve(cache, device, range(0, 1001)).from_host, 1000);
}

TEST_P(Tiered, WithoutAnArchiveNothingLeavesTheDeviceForItsWidth) {
  FakeDevice device(4, 2000, GetParam());
  TieredPrefixes cache(device, host_archive(0));
  serve(cache, device, range(0, 1000));
  serve(cache, device, range(5000, 5010));
  EXPECT_EQ(serve(cache, device, range(0, 1001)).reused, 1000);
}

TEST_P(Tiered, ABadEntryIsReadAfreshAndNotFoundAgain) {
  FakeDevice device(4, 200, GetParam());
  TieredPrefixes cache(device, host_archive());
  serve(cache, device, range(0, 150));
  serve(cache, device, range(1000, 1150));
  device.refuse_restores = 1;
  EXPECT_EQ(serve(cache, device, range(0, 180)).reused, 0);
  serve(cache, device, range(1000, 1150));
  EXPECT_EQ(serve(cache, device, range(0, 190)).reused, 180);
}

TEST_P(Tiered, WhatABrokenOffComputationLeftIsReadBackFromTheLastPoint) {
  FakeDevice device(4, 1000, GetParam());
  TieredPrefixes cache(device, host_archive());
  const auto lease = acquire(cache, range(0, 100));
  ASSERT_TRUE(lease);
  device.compute(lease->sequence, range(0, 50));
  cache.extend(lease->sequence, range(0, 50));
  cache.keep_point(lease->sequence, 50);
  cache.release(lease->sequence, PrefixCache::Ending::broken);
  EXPECT_EQ(device.length(lease->sequence), 0);
  EXPECT_EQ(serve(cache, device, range(0, 100)).reused, 50);
}

TEST_P(Tiered, NoSequenceIsFreeWhenAllAreLeased) {
  FakeDevice device(2, 1000, GetParam());
  TieredPrefixes cache(device, host_archive());
  ASSERT_TRUE(acquire(cache, range(0, 10)));
  ASSERT_TRUE(acquire(cache, range(100, 110)));
  EXPECT_FALSE(acquire(cache, range(200, 210)));
}

TEST_P(Tiered, EverythingComesBackFromTheStoreAfterARestart) {
  MemoryStore::Medium medium;
  const auto archive = [&] {
    Archive::Options options;
    options.host_bytes = options.disk_bytes = 1 << 20;
    options.store = std::make_unique<MemoryStore>(medium);
    return std::make_shared<Archive>(std::move(options));
  };
  {
    FakeDevice device(4, 1000, GetParam());
    TieredPrefixes cache(device, archive());
    serve(cache, device, range(0, 200));
    serve(cache, device, joined(range(0, 100), range(500, 560)));
    while (cache.tidy()) {
    }
  }
  std::vector<EntryInfo> entries;
  for (const auto& [key, entry] : medium.entries) entries.push_back(entry.first);
  auto reopened = archive();
  EXPECT_EQ(reopened->adopt(entries), 0);
  FakeDevice device(4, 1000, GetParam());
  TieredPrefixes cache(device, reopened);
  Preparation pin;
  EXPECT_FALSE(cache.prepare(range(0, 220), pin)) << "it is on disk only";
  EXPECT_TRUE(cache.prepare(range(0, 220), pin));
  const Lease lease = serve(cache, device, range(0, 220));
  EXPECT_EQ(lease.reused, 200);
  EXPECT_EQ(lease.from_disk, 200);
}

TEST_P(Tiered, LookingUpMakesNoDeviceCall) {
  FakeDevice device(4, 1000, GetParam());
  TieredPrefixes cache(device, host_archive());
  serve(cache, device, range(0, 100));
  const int before = device.calls;
  EXPECT_EQ(cache.longest_prefix(range(0, 150)), 100);
  EXPECT_EQ(device.calls, before);
}

/// Random conversations that fork, rewind, go on and come back, through a pool and an archive that
/// are too small for them. FakeDevice fails the test where a sequence is continued from anything
/// but its own state.
TEST_P(Tiered, RandomTrafficIsNeverContinuedFromAnotherState) {
  for (const unsigned seed : {1U, 2U, 3U}) {
    std::mt19937 random(seed);
    MemoryStore::Medium medium;
    Archive::Options options;
    options.host_bytes = 3000;
    options.disk_bytes = 6000;
    auto store = std::make_unique<MemoryStore>(medium);
    MemoryStore& store_ref = *store;
    options.store = std::move(store);
    auto archive = std::make_shared<Archive>(std::move(options));
    FakeDevice device(5, 400, GetParam());
    TieredPrefixes cache(device, archive);
    std::vector<std::vector<Token>> conversations(6);
    for (int step = 0; step < 2000; ++step) {
      auto& conversation = conversations[random() % conversations.size()];
      if (random() % 7 == 0 && !conversation.empty()) {
        conversation.resize(random() % conversation.size());
      }
      if (random() % 11 == 0) conversation = conversations[random() % conversations.size()];
      const auto grow = 1 + random() % 30;
      for (std::size_t i = 0; i < grow; ++i) {
        conversation.push_back(static_cast<Token>(random() % 3));
      }
      if (conversation.size() > 250) conversation.resize(5);
      store_ref.full = random() % 20 == 0;
      if (random() % 50 == 0) device.refuse_restores = 1;
      const Lease lease = serve(cache, device, conversation, 1 + random() % 40);
      EXPECT_LE(lease.reused, static_cast<int>(conversation.size()) - 1);
      ASSERT_LE(cache.cells_used(), 400);
      for (std::size_t n = random() % 4; n > 0; --n) cache.tidy();
      const Archive::Totals totals = archive->totals();
      ASSERT_LE(totals.host_bytes, 3000U);
      ASSERT_LE(totals.disk_bytes, 6000U);
      ASSERT_EQ(totals.disk_bytes, store_ref.bytes_used());
      if (HasFatalFailure()) return;
    }
  }
}

std::string name_of(const ::testing::TestParamInfo<ResumePoints>& kind) {
  constexpr std::array names = {"full", "window", "state"};
  return names.at(static_cast<std::size_t>(kind.param));
}

INSTANTIATE_TEST_SUITE_P(Models, Tiered,
                         ::testing::Values(ResumePoints::any_position, ResumePoints::window,
                                           ResumePoints::state),
                         name_of);

}  // namespace
}  // namespace hearth::kv
