#include <gtest/gtest.h>

#include "fake_device.h"
#include "memory_store.h"

#include "hearth/kv/tiered_prefixes.h"

namespace hearth::kv {
namespace {

constexpr int conversations = 10'000;
constexpr int head = 24;  ///< tokens that all of them begin with
constexpr int own = 16;

std::vector<Token> conversation(int number) {
  std::vector<Token> tokens;
  for (int i = 0; i < head; ++i) tokens.push_back(i);
  for (int i = 0; i < own; ++i) tokens.push_back(1000 + number * own + i);
  return tokens;
}

int reused(TieredPrefixes& cache, FakeDevice& device, const std::vector<Token>& prompt) {
  Preparation preparation;
  while (!cache.prepare(prompt, preparation)) {
  }
  const auto lease = cache.acquire(prompt, preparation);
  EXPECT_TRUE(lease && cache.reserve(own + head));
  if (!lease) return -1;
  const TokenSpan rest = TokenSpan(prompt).subspan(static_cast<std::size_t>(lease->reused));
  device.compute(lease->sequence, rest);
  cache.extend(lease->sequence, rest);
  EXPECT_EQ(device.rows(lease->sequence), prompt);
  cache.release(lease->sequence, PrefixCache::Ending::whole);
  while (cache.tidy()) {
  }
  return lease->reused;
}

class ManyConversations : public ::testing::TestWithParam<ResumePoints> {};

TEST_P(ManyConversations, EachIsFoundAgainWhereThereIsRoomForAll) {
  FakeDevice device(4, 300, GetParam());
  MemoryStore::Medium medium;
  Archive::Options options;
  options.host_bytes = 50'000;
  options.disk_bytes = 4'000'000;
  options.store = std::make_unique<MemoryStore>(medium);
  auto archive = std::make_shared<Archive>(std::move(options));
  TieredPrefixes cache(device, archive);
  for (int i = 0; i < conversations; ++i) reused(cache, device, conversation(i));
  EXPECT_LE(archive->totals().host_bytes, 50'000U);
  for (int i = 0; i < conversations; i += 97) {
    std::vector<Token> again = conversation(i);
    again.push_back(7);
    EXPECT_EQ(reused(cache, device, again), head + own) << i;
  }
}

TEST_P(ManyConversations, WithoutRoomForAllTheBudgetHoldsAndTheNewestAreThere) {
  constexpr std::uint64_t budget = 100'000;
  FakeDevice device(4, 300, GetParam());
  Archive::Options options;
  options.host_bytes = budget;
  auto archive = std::make_shared<Archive>(std::move(options));
  TieredPrefixes cache(device, archive);
  for (int i = 0; i < conversations; ++i) {
    reused(cache, device, conversation(i));
    ASSERT_LE(archive->totals().host_bytes, budget);
  }
  // Entries that are gone leave nothing behind.
  EXPECT_LT(archive->totals().tokens, budget / FakeDevice::bytes_per_row + 1);
  EXPECT_GT(archive->totals().evicted_items, 5'000U);
  for (int i = conversations - 100; i < conversations; ++i) {
    std::vector<Token> again = conversation(i);
    again.push_back(7);
    EXPECT_EQ(reused(cache, device, again), head + own) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Models, ManyConversations,
                         ::testing::Values(ResumePoints::any_position, ResumePoints::window,
                                           ResumePoints::state));

}  // namespace
}  // namespace hearth::kv
