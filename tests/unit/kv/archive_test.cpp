#include "hearth/kv/archive.h"

#include <gtest/gtest.h>

#include <numeric>

#include "memory_store.h"

namespace hearth::kv {
namespace {

std::vector<Token> range(int from, int to) {
  std::vector<Token> tokens(static_cast<std::size_t>(to - from));
  std::iota(tokens.begin(), tokens.end(), from);
  return tokens;
}

BlobPtr blob(std::size_t size) {
  const auto [made, bytes] = Blob::of_size(size);
  std::fill_n(bytes, size, std::byte{7});
  return made;
}

class ArchiveTest : public ::testing::Test {
 protected:
  Archive& make(std::uint64_t host, std::uint64_t disk = 0) {
    Archive::Options options;
    options.host_bytes = host;
    options.disk_bytes = disk;
    options.clock = [this] { return ++now_; };
    if (disk > 0) {
      auto store = std::make_unique<MemoryStore>(medium_);
      store_ = store.get();
      options.store = std::move(store);
    }
    archive_ = std::make_unique<Archive>(std::move(options));
    return *archive_;
  }
  bool put(const std::vector<Token>& tokens, int from, std::size_t bytes) {
    return archive_->put_rows(tokens, from, blob(bytes));
  }

  MemoryStore::Medium medium_;
  MemoryStore* store_ = nullptr;
  std::unique_ptr<Archive> archive_;
  double now_ = 0;
};

TEST_F(ArchiveTest, RowsAreFoundAsFarAsThePromptAgrees) {
  Archive& archive = make(1000);
  ASSERT_TRUE(put(range(0, 50), 0, 100));
  ASSERT_TRUE(put(range(0, 80), 50, 60));
  EXPECT_EQ(archive.reach(range(0, 100)).rows, 80);
  EXPECT_EQ(archive.reach(range(0, 65)).rows, 65);
  EXPECT_EQ(archive.reach(range(1, 65)).rows, 0);
}

TEST_F(ArchiveTest, RowsWithoutThoseBeforeAreNotTaken) {
  Archive& archive = make(1000);
  EXPECT_FALSE(put(range(0, 80), 50, 60));
  EXPECT_EQ(archive.reach(range(0, 100)).rows, 0);
  EXPECT_FALSE(archive.put_point(range(0, 30), blob(10)));
}

TEST_F(ArchiveTest, OnePieceOfRowsServesEveryBranchOffIt) {
  Archive& archive = make(1000);
  ASSERT_TRUE(put(range(0, 80), 0, 100));
  std::vector<Token> branch = range(0, 40);
  branch.push_back(500);
  ASSERT_TRUE(put(branch, 40, 20));
  EXPECT_EQ(archive.reach(branch).rows, 41);
  EXPECT_EQ(archive.reach(range(0, 80)).rows, 80);
  const Hold hold = archive.hold(branch);
  ASSERT_EQ(hold.rows().size(), 2U);
  EXPECT_EQ(hold.rows()[0].to, 40);
  EXPECT_EQ(archive.totals().host_bytes, 120U);
}

TEST_F(ArchiveTest, TheOldestGoesFirstAndWhatOthersBuildOnLast) {
  Archive& archive = make(300);
  ASSERT_TRUE(put(range(0, 50), 0, 100));
  ASSERT_TRUE(put(range(0, 80), 50, 100));
  ASSERT_TRUE(put(range(1000, 1050), 0, 100));
  ASSERT_TRUE(put(range(2000, 2050), 0, 100));
  EXPECT_EQ(archive.reach(range(0, 80)).rows, 50) << "the end goes before the beginning";
  EXPECT_EQ(archive.reach(range(1000, 1050)).rows, 50);
  EXPECT_EQ(archive.totals().host_bytes, 300U);
}

TEST_F(ArchiveTest, WhatIsHeldIsNotEvicted) {
  Archive& archive = make(200);
  ASSERT_TRUE(put(range(0, 50), 0, 100));
  ASSERT_TRUE(put(range(1000, 1050), 0, 100));
  {
    const Hold first = archive.hold(range(0, 50));
    const Hold second = archive.hold(range(1000, 1050));
    EXPECT_FALSE(put(range(2000, 2050), 0, 100));
    EXPECT_TRUE(archive.take_payload(*first.rows().front().item).blob);
  }
  EXPECT_TRUE(put(range(2000, 2050), 0, 100));
}

TEST_F(ArchiveTest, WhatIsUsedAgainStaysLonger) {
  Archive& archive = make(200);
  ASSERT_TRUE(put(range(0, 50), 0, 100));
  ASSERT_TRUE(put(range(1000, 1050), 0, 100));
  archive.touch(archive.hold(range(0, 50)), 50);
  ASSERT_TRUE(put(range(2000, 2050), 0, 100));
  EXPECT_EQ(archive.reach(range(0, 50)).rows, 50);
  EXPECT_EQ(archive.reach(range(1000, 1050)).rows, 0);
}

TEST_F(ArchiveTest, WhatLeavesMemoryIsReadBackFromTheStore) {
  Archive& archive = make(150, 1000);
  ASSERT_TRUE(put(range(0, 50), 0, 100));
  ASSERT_TRUE(put(range(1000, 1050), 0, 100));
  const Hold hold = archive.hold(range(0, 50));
  ASSERT_EQ(hold.rows_end(), 50);
  EXPECT_FALSE(archive.take_payload(*hold.rows().front().item).blob);
  EXPECT_EQ(archive.fetch(hold).state, Archive::Fetched::State::under_way);
  EXPECT_EQ(archive.fetch(hold).state, Archive::Fetched::State::complete);
  const Archive::Payload payload = archive.take_payload(*hold.rows().front().item);
  ASSERT_TRUE(payload.blob);
  EXPECT_TRUE(payload.was_on_disk);
  EXPECT_LE(archive.totals().host_bytes, 150U);
}

TEST_F(ArchiveTest, MoreThanTheMemoryHoldsIsNotFetched) {
  Archive& archive = make(150, 1000);
  ASSERT_TRUE(put(range(0, 50), 0, 100));
  ASSERT_TRUE(put(range(0, 90), 50, 100));
  ASSERT_TRUE(put(range(1000, 1050), 0, 100));
  const Hold hold = archive.hold(range(0, 90));
  ASSERT_EQ(hold.rows_end(), 90);
  const Archive::Fetched fetched = archive.fetch(hold);
  EXPECT_EQ(fetched.state, Archive::Fetched::State::too_large);
  EXPECT_EQ(fetched.rows, 50);
}

TEST_F(ArchiveTest, AFullStoreCostsOnlyTheStore) {
  Archive& archive = make(1000, 1000);
  store_->full = true;
  ASSERT_TRUE(put(range(0, 50), 0, 100));
  EXPECT_EQ(archive.reach(range(0, 50)).rows, 50);
  EXPECT_EQ(archive.totals().disk_bytes, 0U);
}

TEST_F(ArchiveTest, AnEntryThatTheStoreLostIsNotFoundAnyMore) {
  Archive& archive = make(150, 1000);
  ASSERT_TRUE(put(range(0, 50), 0, 100));
  ASSERT_TRUE(put(range(1000, 1050), 0, 100));
  medium_.entries.erase(archive.hold(range(0, 50)).rows().front().item->key);
  const Hold hold = archive.hold(range(0, 50));
  EXPECT_EQ(archive.fetch(hold).state, Archive::Fetched::State::under_way);
  EXPECT_EQ(archive.reach(range(0, 50)).rows, 0);
}

TEST_F(ArchiveTest, EntriesWithoutTheirParentsAreNotTakenIn) {
  make(1000, 1000);
  ASSERT_TRUE(put(range(0, 50), 0, 100));
  ASSERT_TRUE(put(range(0, 80), 50, 100));
  ASSERT_TRUE(archive_->put_point(range(0, 80), blob(10)));
  std::vector<EntryInfo> entries;
  for (const auto& [key, entry] : medium_.entries) {
    if (entry.first.begin > 0) entries.push_back(entry.first);
  }
  Archive& reopened = make(1000, 1000);
  EXPECT_EQ(reopened.adopt(entries), 2);
  EXPECT_EQ(reopened.reach(range(0, 80)).rows, 0);
  EXPECT_EQ(medium_.entries.size(), 1U) << "they are removed";
}

TEST_F(ArchiveTest, ClearingLeavesNothing) {
  Archive& archive = make(1000, 1000);
  ASSERT_TRUE(put(range(0, 50), 0, 100));
  ASSERT_TRUE(put(range(0, 80), 50, 100));
  ASSERT_TRUE(archive.put_point(range(0, 80), blob(10)));
  archive.clear();
  EXPECT_EQ(archive.totals().items, 0U);
  EXPECT_EQ(archive.totals().tokens, 0U);
  EXPECT_EQ(archive.totals().host_bytes, 0U);
  EXPECT_TRUE(medium_.entries.empty());
}

TEST_F(ArchiveTest, BranchesAreTheLinesThatNothingFollows) {
  Archive& archive = make(1000, 1000);
  ASSERT_TRUE(put(range(0, 50), 0, 100));
  ASSERT_TRUE(put(range(0, 80), 50, 60));
  ASSERT_TRUE(archive.put_point(range(0, 80), blob(5)));
  std::vector<Token> fork = range(0, 50);
  fork.push_back(500);
  ASSERT_TRUE(put(fork, 50, 20));
  archive.settle();
  const Archive::Branches branches = archive.branches(10);
  EXPECT_EQ(branches.n_all, 2U);
  ASSERT_EQ(branches.likeliest.size(), 2U);
  EXPECT_EQ(branches.likeliest[0].tokens, fork);
  EXPECT_EQ(branches.likeliest[0].own, 1);
  EXPECT_EQ(branches.likeliest[0].host_bytes, 20U);
  EXPECT_EQ(branches.likeliest[1].tokens, range(0, 80));
  EXPECT_EQ(branches.likeliest[1].own, 30);
  EXPECT_EQ(branches.likeliest[1].host_bytes, 65U);
  EXPECT_EQ(branches.likeliest[1].disk_bytes, 65U);
  const Archive::Branches one = archive.branches(1);
  EXPECT_EQ(one.n_all, 2U);
  EXPECT_EQ(one.likeliest.size(), 1U);
}

TEST(EvictionPolicy, ByValueKeepsWhatIsDearToReadAgain) {
  const auto policy = by_value({.seconds_per_token = 1e-3, .seconds_per_depth = 1e-7});
  Worth cheap{.begin = 0, .end = 100, .bytes = 1000, .last_use = 50};
  Worth dear = cheap;
  dear.bytes = 500;
  EXPECT_GT(policy->score(dear), policy->score(cheap));
  Worth deep = cheap;
  deep.begin = 100000;
  deep.end = 100100;
  EXPECT_GT(policy->score(deep), policy->score(cheap));
  Worth later = cheap;
  later.last_use = 60;
  EXPECT_GT(policy->score(later), policy->score(cheap));
  Worth left = cheap;
  left.left = true;
  EXPECT_LT(policy->score(left), policy->score(cheap));
}

}  // namespace
}  // namespace hearth::kv
