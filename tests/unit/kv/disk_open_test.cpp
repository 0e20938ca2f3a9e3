// What opening a store costs, and what it leaves behind.

#include <gmock/gmock.h>

#include <numeric>

#include "disk_test_store.h"

#include "hearth/base/clock.h"

namespace hearth::kv {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(DiskOpen, TenThousandEntriesOpenInAMoment) {
  const TemporaryFolder folder;
  fs::create_directories(folder.entries());
  for (int i = 0; i < 10'000; ++i) write_entry_file(folder.entries(), rows_entry(i, 100));
  const auto start = Clock::now();
  const auto [store, entries, warnings] = opened(folder.path());
  // A tenth of that; the rest is for machines that do something else, too.
  EXPECT_LT(ms_since(start), 5000);
  EXPECT_THAT(entries, SizeIs(10'000));
  EXPECT_THAT(warnings, IsEmpty());
}

TEST(DiskOpen, NoPayloadIsRead) {
  const TemporaryFolder folder;
  fs::create_directories(folder.entries());
  const EntryInfo entry = rows_entry(1, std::uint64_t{1} << 42);
  const auto header = encode_disk_header(test_fingerprint, entry, {});
  const fs::path path = folder.entries() / disk_file_name(key_of(entry), entry.kind);
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(header.data()), std::ssize(header));
  // Four terabytes without a byte on the disk: none of them could be read in time.
  fs::resize_file(path, header.size() + entry.bytes);
  const auto [store, entries, warnings] = opened(folder.path());
  EXPECT_THAT(warnings, IsEmpty());
  ASSERT_THAT(entries, SizeIs(1));
  EXPECT_EQ(entries[0].info.bytes, entry.bytes);
}

TEST(DiskOpen, ALongHeaderIsReadWhole) {
  const TemporaryFolder folder;
  EntryInfo entry = rows_entry(1);
  entry.tokens.resize(100'000);
  std::iota(entry.tokens.begin(), entry.tokens.end(), 0);
  entry.end = entry.begin + static_cast<int>(entry.tokens.size());
  {
    const auto store = opened(folder.path()).store;
    ASSERT_TRUE(write_and_wait(*store, entry).has_value());
  }
  const auto [store, entries, warnings] = opened(folder.path());
  ASSERT_THAT(entries, SizeIs(1));
  EXPECT_EQ(entries[0].info.tokens, entry.tokens);
  const auto read = read_and_wait(*store, entry);
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_TRUE(same(*read, payload_of(entry)));
}

TEST(DiskOpen, ParentsStandBeforeWhatFollowsThem) {
  const TemporaryFolder folder;
  fs::create_directories(folder.entries());
  EntryInfo entry = rows_entry(0);
  std::vector<Key> chain;
  for (int i = 0; i < 20; ++i) {
    entry.begin = i * 3;
    entry.end = entry.begin + 3;
    entry.parent = chain.empty() ? Key() : chain.back();
    chain.push_back(key_of(entry));
    write_entry_file(folder.entries(), entry);
  }
  std::vector<Key> found;
  for (const auto& stored : opened(folder.path()).entries) found.push_back(stored.key);
  EXPECT_EQ(found, chain);
}

TEST(DiskOpen, WhatWasNotFinishedIsDeleted) {
  const TemporaryFolder folder;
  fs::create_directories(folder.entries());
  write_entry_file(folder.entries(), rows_entry(1));
  const std::string name = disk_file_name(key_of(rows_entry(2)), EntryKind::rows);
  std::ofstream(folder.entries() / unfinished_name(name)) << "half of it";
  const auto [store, entries, warnings] = opened(folder.path());
  EXPECT_THAT(entries, SizeIs(1));
  EXPECT_THAT(warnings, IsEmpty());
  EXPECT_THAT(entry_names(folder.entries()),
              ElementsAre(disk_file_name(key_of(rows_entry(1)), EntryKind::rows)));
}

// Nothing here compares times: they are the caller's.
TEST(DiskOpen, EntriesFromTheFutureAndFromLongAgoAreTaken) {
  const TemporaryFolder folder;
  EntryInfo future = rows_entry(1);
  future.used_ms = std::numeric_limits<std::int64_t>::max();
  EntryInfo past = rows_entry(2);
  past.used_ms = std::numeric_limits<std::int64_t>::min();
  {
    const auto store = opened(folder.path()).store;
    for (const EntryInfo& entry : {future, past}) {
      ASSERT_TRUE(write_and_wait(*store, entry).has_value());
      fs::last_write_time(folder.entries() / disk_file_name(key_of(entry), entry.kind),
                          fs::file_time_type::max());
    }
  }
  const auto [store, entries, warnings] = opened(folder.path());
  EXPECT_THAT(warnings, IsEmpty());
  ASSERT_THAT(entries, SizeIs(2));
  for (const EntryInfo& entry : {future, past}) {
    EXPECT_TRUE(read_and_wait(*store, entry).has_value());
  }
}

}  // namespace
}  // namespace hearth::kv
