#include "hearth/kv/resident_prefixes.h"

#include <gtest/gtest.h>

#include <map>
#include <numeric>
#include <random>
#include <set>

namespace hearth::kv {
namespace {

/// A context that only keeps books: which tokens stand in which cells of which sequence.
class BookDevice : public StateDevice {
 public:
  BookDevice(int sequences, int cells, ResumePoints points = ResumePoints::any_position)
      : lengths_(static_cast<std::size_t>(sequences)), cells_(cells), points_(points) {}

  [[nodiscard]] int n_sequences() const override { return static_cast<int>(lengths_.size()); }
  [[nodiscard]] int n_cells() const override { return cells_; }
  [[nodiscard]] ResumePoints resume_points() const override { return points_; }
  bool trim(SequenceId sequence, int from) override {
    ++calls;
    lengths_.at(static_cast<std::size_t>(sequence)) = from;
    return true;
  }
  void copy(SequenceId from, SequenceId to, int length) override {
    ++calls;
    EXPECT_LE(length, lengths_.at(static_cast<std::size_t>(from)));
    lengths_.at(static_cast<std::size_t>(to)) = length;
  }
  [[nodiscard]] std::uint64_t row_bytes() const override { return 1; }
  BlobPtr save_rows(SequenceId, int, int) override { return nullptr; }
  bool restore_rows(SequenceId, const Blob&, int, int) override { return false; }
  [[nodiscard]] int oldest_point(SequenceId sequence) const override { return length(sequence); }
  BlobPtr save_point(SequenceId, int) override { return nullptr; }
  bool restore_point(SequenceId, const Blob&, int) override { return false; }
  void grow(SequenceId sequence, std::size_t n) {
    lengths_.at(static_cast<std::size_t>(sequence)) += static_cast<int>(n);
  }
  [[nodiscard]] int length(SequenceId sequence) const {
    return lengths_.at(static_cast<std::size_t>(sequence));
  }
  int calls = 0;

 private:
  std::vector<int> lengths_;
  int cells_;
  ResumePoints points_;
};

std::vector<Token> range(int from, int to) {
  std::vector<Token> tokens(static_cast<std::size_t>(to - from));
  std::iota(tokens.begin(), tokens.end(), from);
  return tokens;
}

std::optional<Lease> acquire(ResidentPrefixes& cache, const std::vector<Token>& prompt) {
  Preparation preparation;
  return cache.acquire(prompt, preparation);
}

/// One request: acquire, compute what is missing, release. Returns the lease.
Lease serve(ResidentPrefixes& cache, BookDevice& device, const std::vector<Token>& prompt) {
  const auto lease = acquire(cache, prompt);
  EXPECT_TRUE(lease.has_value());
  const TokenSpan rest = TokenSpan(prompt).subspan(static_cast<std::size_t>(lease->reused));
  EXPECT_TRUE(cache.reserve(static_cast<int>(rest.size())));
  device.grow(lease->sequence, rest.size());
  cache.extend(lease->sequence, rest);
  cache.release(lease->sequence, PrefixCache::Ending::whole);
  return *lease;
}

TEST(ResidentPrefixes, FindsTheLongestPrefixAndLeavesTheLastTokenToCompute) {
  BookDevice device(4, 1000);
  ResidentPrefixes cache(device);
  serve(cache, device, range(0, 100));
  EXPECT_EQ(cache.longest_prefix(range(0, 150)), 100);
  EXPECT_EQ(cache.longest_prefix(range(0, 100)), 99);
  EXPECT_EQ(cache.longest_prefix(range(0, 40)), 39);
  EXPECT_EQ(cache.longest_prefix(range(1, 40)), 0);
}

TEST(ResidentPrefixes, LookingUpMakesNoDeviceCall) {
  BookDevice device(4, 1000);
  ResidentPrefixes cache(device);
  serve(cache, device, range(0, 100));
  const int before = device.calls;
  EXPECT_EQ(cache.longest_prefix(range(0, 150)), 100);
  EXPECT_EQ(device.calls, before);
}

TEST(ResidentPrefixes, AConversationGoesOnInItsOwnSequence) {
  BookDevice device(4, 1000);
  ResidentPrefixes cache(device);
  const Lease first = serve(cache, device, range(0, 100));
  const Lease second = serve(cache, device, range(0, 200));
  EXPECT_EQ(second.sequence, first.sequence);
  EXPECT_EQ(second.reused, 100);
  EXPECT_EQ(cache.cells_used(), 200);
}

TEST(ResidentPrefixes, AShortSharedBeginningIsSharedAndTheLongOneStays) {
  BookDevice device(4, 1000);
  ResidentPrefixes cache(device);
  const Lease main = serve(cache, device, range(0, 300));
  auto side = range(0, 50);
  side.push_back(9999);
  const Lease branch = serve(cache, device, side);
  EXPECT_NE(branch.sequence, main.sequence);
  EXPECT_EQ(branch.reused, 50);
  EXPECT_EQ(cache.cells_used(), 301);
  EXPECT_EQ(cache.longest_prefix(range(0, 400)), 300);
}

TEST(ResidentPrefixes, ALeasedPrefixIsSharedWithASecondRequest) {
  BookDevice device(4, 1000);
  ResidentPrefixes cache(device);
  const auto prompt = range(0, 100);
  const auto first = acquire(cache, prompt);
  ASSERT_TRUE(first);
  ASSERT_TRUE(cache.reserve(100));
  device.grow(first->sequence, 100);
  cache.extend(first->sequence, prompt);
  const auto second = acquire(cache, prompt);
  ASSERT_TRUE(second);
  EXPECT_NE(second->sequence, first->sequence);
  EXPECT_EQ(second->reused, 99);
  EXPECT_EQ(cache.cells_used(), 100);
}

TEST(ResidentPrefixes, NoSequenceIsFreeWhenAllAreLeased) {
  BookDevice device(2, 1000);
  ResidentPrefixes cache(device);
  ASSERT_TRUE(acquire(cache, range(0, 10)));
  ASSERT_TRUE(acquire(cache, range(100, 110)));
  EXPECT_FALSE(acquire(cache, range(200, 210)));
}

TEST(ResidentPrefixes, RoomIsMadeByDroppingTheOldestAndNeverALeasedOne) {
  BookDevice device(4, 250);
  ResidentPrefixes cache(device);
  serve(cache, device, range(0, 100));
  serve(cache, device, range(1000, 1100));
  const auto lease = acquire(cache, range(2000, 2100));
  ASSERT_TRUE(lease);
  EXPECT_TRUE(cache.reserve(100));
  EXPECT_EQ(cache.longest_prefix(range(0, 100)), 0);
  EXPECT_EQ(cache.longest_prefix(range(1000, 1100)), 99);
  device.grow(lease->sequence, 100);
  cache.extend(lease->sequence, range(2000, 2100));
  EXPECT_FALSE(cache.reserve(200));
}

TEST(ResidentPrefixes, RecurrentStateIsResumedAtItsEndOnly) {
  BookDevice device(4, 1000, ResumePoints::state);
  ResidentPrefixes cache(device);
  serve(cache, device, range(0, 100));
  EXPECT_EQ(cache.longest_prefix(range(0, 200)), 100);
  EXPECT_EQ(cache.longest_prefix(range(0, 100)), 0);
  EXPECT_EQ(cache.longest_prefix(range(0, 60)), 0);
}

/// Random conversations that fork, go on and run in parallel: what the cache promises is always
/// what the device holds, and the count of cells is that of the distinct prefixes.
TEST(ResidentPrefixes, RandomTrafficKeepsTheBooksRight) {
  std::mt19937 random(7);
  BookDevice device(6, 400);
  ResidentPrefixes cache(device);
  std::vector<std::vector<Token>> conversations(5);
  for (int step = 0; step < 4000; ++step) {
    auto& conversation = conversations[random() % conversations.size()];
    if (random() % 7 == 0 && !conversation.empty()) {
      conversation.resize(random() % conversation.size());
    }
    if (random() % 11 == 0) conversation = conversations[random() % conversations.size()];
    const auto grow = 1 + random() % 20;
    for (std::size_t i = 0; i < grow; ++i) {
      conversation.push_back(static_cast<Token>(random() % 3));
    }
    if (conversation.size() > 200) conversation.resize(5);
    const int promised = cache.longest_prefix(conversation);
    const Lease lease = serve(cache, device, conversation);
    EXPECT_EQ(lease.reused, promised);
    EXPECT_EQ(device.length(lease.sequence), static_cast<int>(conversation.size()));
    ASSERT_LE(cache.cells_used(), 400);
    EXPECT_EQ(cache.longest_prefix(conversation), static_cast<int>(conversation.size()) - 1);
  }
}

}  // namespace
}  // namespace hearth::kv
