#include "hearth/kv/disk_store.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <atomic>
#include <map>

#include "disk_stall.h"
#include "disk_test_store.h"

namespace hearth::kv {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(DiskStore, WhatIsWrittenIsReadBack) {
  const TemporaryFolder folder;
  const auto [store, entries, warnings] = opened(folder.path());
  EXPECT_THAT(entries, IsEmpty());
  EXPECT_THAT(warnings, IsEmpty());
  // Sizes around the pieces in which payloads are read.
  int number = 0;
  for (const std::uint64_t bytes : {0U, 1U, 1000U, (1U << 20) - 1, 1U << 20, (1U << 20) + 1}) {
    for (const EntryInfo& entry : {rows_entry(++number, bytes), point_entry(number, bytes)}) {
      const auto written = write_and_wait(*store, entry);
      ASSERT_TRUE(written.has_value()) << written.error().message;
      const auto read = read_and_wait(*store, entry);
      ASSERT_TRUE(read.has_value()) << read.error().message;
      EXPECT_TRUE(same(*read, payload_of(entry))) << bytes;
    }
  }
}

TEST(DiskStore, WhatIsWrittenIsThereInTheNextProcess) {
  const TemporaryFolder folder;
  const EntryInfo parent = rows_entry(1);
  EntryInfo child = point_entry(2);
  child.parent = key_of(parent);
  std::uint64_t bytes_used = 0;
  {
    const auto store = opened(folder.path()).store;
    ASSERT_TRUE(write_and_wait(*store, child).has_value());
    ASSERT_TRUE(write_and_wait(*store, parent).has_value());
    bytes_used = store->bytes_used();
  }
  const auto [store, entries, warnings] = opened(folder.path());
  EXPECT_THAT(warnings, IsEmpty());
  EXPECT_EQ(store->bytes_used(), bytes_used);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].key, key_of(parent));
  EXPECT_EQ(entries[0].info.tokens, parent.tokens);
  EXPECT_EQ(entries[0].info.bytes, parent.bytes);
  EXPECT_EQ(entries[0].info.used_ms, parent.used_ms);
  EXPECT_EQ(entries[1].key, key_of(child));
  EXPECT_EQ(entries[1].info.parent, key_of(parent));
  EXPECT_EQ(entries[1].info.kind, EntryKind::point);
  for (const EntryInfo& entry : {parent, child}) {
    const auto read = read_and_wait(*store, entry);
    ASSERT_TRUE(read.has_value()) << read.error().message;
    EXPECT_TRUE(same(*read, payload_of(entry)));
  }
}

TEST(DiskStore, WhatIsQueuedIsWrittenBeforeTheStoreIsGone) {
  const TemporaryFolder folder;
  {
    const auto store = opened(folder.path()).store;
    for (int i = 0; i < 20; ++i) store->write(rows_entry(i), payload_of(rows_entry(i)));
    store->remove(key_of(rows_entry(0)));
  }
  EXPECT_EQ(opened(folder.path()).entries.size(), 19U);
}

TEST(DiskStore, AnEntryThatNobodyHasIsNotFound) {
  const TemporaryFolder folder;
  const auto store = opened(folder.path()).store;
  store->remove(key_of(rows_entry(1)));
  const auto read = read_and_wait(*store, rows_entry(1));
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().kind, ErrorKind::not_found);
}

TEST(DiskStore, AnEntryThatIsThereIsNotWrittenAgain) {
  const TemporaryFolder folder;
  const auto store = opened(folder.path()).store;
  const EntryInfo entry = rows_entry(1);
  ASSERT_TRUE(write_and_wait(*store, entry).has_value());
  const auto path = folder.entries() / disk_file_name(key_of(entry), entry.kind);
  struct stat before{};
  ASSERT_EQ(::stat(path.c_str(), &before), 0);
  const std::uint64_t bytes_used = store->bytes_used();

  store->write(entry, payload_of(entry));
  const auto done = store->take_done();
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done[0].action, Store::Action::write);
  EXPECT_EQ(done[0].key, key_of(entry));
  EXPECT_TRUE(done[0].result.has_value());
  store->settle();
  struct stat after{};
  ASSERT_EQ(::stat(path.c_str(), &after), 0);
  EXPECT_EQ(after.st_ino, before.st_ino);
  EXPECT_EQ(store->bytes_used(), bytes_used);
}

TEST(DiskStore, AnEntryThatIsQueuedAlreadyIsWrittenOnceAndEndsTwice) {
  const TemporaryFolder folder;
  const auto store = opened(folder.path()).store;
  StalledWriter stalled(folder.entries(), *store);
  HEARTH_SKIP_UNLESS_STALLED(stalled);
  const EntryInfo entry = rows_entry(1);
  store->write(entry, payload_of(entry));
  store->write(entry, payload_of(entry));
  EXPECT_THAT(store->take_done(), IsEmpty());
  EXPECT_EQ(store->queued_bytes(), StalledWriter::entry().bytes + entry.bytes);
  stalled.release();
  store->settle();
  int n = 0;
  for (const auto& done : store->take_done()) n += done.key == key_of(entry) ? 1 : 0;
  EXPECT_EQ(n, 2);
}

TEST(DiskStore, APayloadThatIsNotTheEntrysIsRefused) {
  const TemporaryFolder folder;
  const auto store = opened(folder.path()).store;
  EXPECT_THROW(store->write(rows_entry(1, 10), payload_of(rows_entry(1, 11))), std::logic_error);
  EXPECT_THROW(store->write(rows_entry(1, 10), nullptr), std::logic_error);
  EXPECT_THROW(store->write(rows_entry(1, 10), Blob::pretended(10)), std::logic_error);
}

TEST(DiskStore, BytesAreCountedFromTheWriteToTheRemoval) {
  const TemporaryFolder folder;
  const auto store = opened(folder.path()).store;
  StalledWriter stalled(folder.entries(), *store);
  HEARTH_SKIP_UNLESS_STALLED(stalled);
  const std::uint64_t before = store->bytes_used();
  const EntryInfo entry = rows_entry(1);
  store->write(entry, payload_of(entry));
  const std::uint64_t with = store->bytes_used();
  EXPECT_EQ(with, before + disk_header_bytes(entry) + entry.bytes);
  EXPECT_EQ(store->queued_bytes(), StalledWriter::entry().bytes + entry.bytes);
  stalled.release();
  store->settle();
  EXPECT_EQ(store->queued_bytes(), 0U);
  EXPECT_EQ(store->bytes_used(), with);
  std::uint64_t on_disk = 0;
  for (const auto& name : entry_names(folder.entries())) {
    on_disk += std::filesystem::file_size(folder.entries() / name);
  }
  EXPECT_EQ(on_disk, with);
  store->remove(key_of(entry));
  EXPECT_EQ(store->bytes_used(), before);
}

TEST(DiskStore, AQueuedEntryIsReadFromItsPayload) {
  const TemporaryFolder folder;
  const auto store = opened(folder.path()).store;
  StalledWriter stalled(folder.entries(), *store);
  HEARTH_SKIP_UNLESS_STALLED(stalled);
  const EntryInfo entry = rows_entry(1);
  const BlobPtr payload = payload_of(entry);
  store->write(entry, payload);
  store->read(key_of(entry));
  const auto done = store->take_done();
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done[0].action, Store::Action::read);
  ASSERT_TRUE(done[0].result.has_value());
  EXPECT_EQ(*done[0].result, payload);
}

TEST(DiskStore, AReadDoesNotWaitBehindWrites) {
  const TemporaryFolder folder;
  const auto store = opened(folder.path()).store;
  ASSERT_TRUE(write_and_wait(*store, rows_entry(1)).has_value());
  StalledWriter stalled(folder.entries(), *store);
  HEARTH_SKIP_UNLESS_STALLED(stalled);
  store->write(rows_entry(2), payload_of(rows_entry(2)));
  const auto read = read_and_wait(*store, rows_entry(1));
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_TRUE(same(*read, payload_of(rows_entry(1))));
}

TEST(DiskStore, ARemovedEntryIsGoneAndItsFileToo) {
  const TemporaryFolder folder;
  const EntryInfo entry = rows_entry(1);
  {
    const auto store = opened(folder.path()).store;
    ASSERT_TRUE(write_and_wait(*store, entry).has_value());
    store->remove(key_of(entry));
    const auto read = read_and_wait(*store, entry);
    ASSERT_FALSE(read.has_value());
    EXPECT_EQ(read.error().kind, ErrorKind::not_found);
    store->settle();
    EXPECT_THAT(entry_names(folder.entries()), IsEmpty());
  }
  EXPECT_THAT(opened(folder.path()).entries, IsEmpty());
}

TEST(DiskStore, AQueuedWriteThatIsRemovedEndsAtOnceAndIsNeverWritten) {
  const TemporaryFolder folder;
  const auto store = opened(folder.path()).store;
  StalledWriter stalled(folder.entries(), *store);
  HEARTH_SKIP_UNLESS_STALLED(stalled);
  const EntryInfo entry = rows_entry(1);
  store->write(entry, payload_of(entry));
  store->remove(key_of(entry));
  EXPECT_EQ(store->queued_bytes(), StalledWriter::entry().bytes);
  const auto done = store->take_done();
  ASSERT_EQ(done.size(), 1U);
  ASSERT_FALSE(done[0].result.has_value());
  EXPECT_EQ(done[0].result.error().kind, ErrorKind::cancelled);
  stalled.release();
  store->settle();
  EXPECT_THAT(entry_names(folder.entries()), ElementsAre(StalledWriter::name()));
  EXPECT_EQ(store->take_done().size(), 1U);
}

TEST(DiskStore, AWriteThatIsRemovedWhileItGoesOnEndsAtOnceAndLeavesNothing) {
  const TemporaryFolder folder;
  const auto store = opened(folder.path()).store;
  StalledWriter stalled(folder.entries(), *store);
  HEARTH_SKIP_UNLESS_STALLED(stalled);
  store->remove(key_of(StalledWriter::entry()));
  EXPECT_EQ(store->bytes_used(), 0U);
  const auto done = store->take_done();
  ASSERT_EQ(done.size(), 1U);
  ASSERT_FALSE(done[0].result.has_value());
  EXPECT_EQ(done[0].result.error().kind, ErrorKind::cancelled);
  stalled.release();
  store->settle();
  EXPECT_THAT(entry_names(folder.entries()), IsEmpty());
  EXPECT_THAT(store->take_done(), IsEmpty());
  EXPECT_EQ(store->queued_bytes(), 0U);
}

TEST(DiskStore, RemovedAndWrittenAgainItIsThere) {
  const TemporaryFolder folder;
  const EntryInfo stored = rows_entry(1);
  const EntryInfo going_on = StalledWriter::entry();
  const EntryInfo queued = rows_entry(2);
  {
    const auto store = opened(folder.path()).store;
    ASSERT_TRUE(write_and_wait(*store, stored).has_value());
    StalledWriter stalled(folder.entries(), *store);
    HEARTH_SKIP_UNLESS_STALLED(stalled);
    store->write(queued, payload_of(queued));
    for (const EntryInfo& entry : {stored, going_on, queued}) {
      store->remove(key_of(entry));
      store->write(entry, payload_of(entry));
    }
    stalled.release();
    store->settle();
    std::ignore = store->take_done();
    for (const EntryInfo& entry : {stored, going_on, queued}) {
      const auto read = read_and_wait(*store, entry);
      ASSERT_TRUE(read.has_value()) << read.error().message;
      EXPECT_TRUE(same(*read, payload_of(entry)));
    }
  }
  EXPECT_EQ(opened(folder.path()).entries.size(), 3U);
}

TEST(DiskStore, AWriteDoesNotEndWithAnEarlierOneOfItsKey) {
  const TemporaryFolder folder;
  const auto store = opened(folder.path()).store;
  const EntryInfo entry = StalledWriter::entry();
  const EntryInfo between = rows_entry(1);
  StalledWriter first(folder.entries(), *store);
  HEARTH_SKIP_UNLESS_STALLED(first);
  StalledFile second(folder.entries() /
                     unfinished_name(disk_file_name(key_of(between), between.kind)));
  store->write(between, payload_of(between));
  store->remove(key_of(entry));
  store->write(entry, payload_of(entry));
  EXPECT_EQ(store->take_done().size(), 1U);  // the removed one
  first.release();
  second.wait_until_opened();
  EXPECT_THAT(store->take_done(), IsEmpty());
  second.release();
  for (const auto& done : wait_for(*store, 2)) EXPECT_TRUE(done.result.has_value());
}

TEST(DiskStore, RemovingEndsReadsThatWereAskedForBefore) {
  const TemporaryFolder folder;
  const auto store = opened(folder.path()).store;
  const EntryInfo first = rows_entry(1);
  const EntryInfo second = rows_entry(2);
  ASSERT_TRUE(write_and_wait(*store, first).has_value());
  ASSERT_TRUE(write_and_wait(*store, second).has_value());

  StalledFile stalled(folder.entries() / disk_file_name(key_of(first), first.kind));
  HEARTH_SKIP_UNLESS_STALLED(stalled);
  store->read(key_of(first));
  store->read(key_of(second));
  stalled.wait_until_opened();
  store->remove(key_of(first));
  store->remove(key_of(second));
  const auto done = store->take_done();
  ASSERT_EQ(done.size(), 2U);
  for (const auto& end : done) {
    EXPECT_EQ(end.action, Store::Action::read);
    ASSERT_FALSE(end.result.has_value());
    EXPECT_EQ(end.result.error().kind, ErrorKind::not_found);
  }
  stalled.release();
  store->settle();
  EXPECT_THAT(store->take_done(), IsEmpty());
}

// What comes between the threads here only chance can order; the end must be as asked for.
TEST(DiskStore, WhateverTheOrderTheLastCallOfEachKeyHolds) {
  const TemporaryFolder folder;
  std::map<int, bool> written;
  std::size_t asked = 0;
  std::size_t ended = 0;
  {
    const auto store = opened(folder.path()).store;
    std::mt19937 random(17);
    for (int i = 0; i < 600; ++i) {
      const int number = static_cast<int>(random() % 6);
      const EntryInfo entry = rows_entry(number, 20'000);
      switch (random() % 4) {
        case 0:
          store->remove(key_of(entry));
          written[number] = false;
          break;
        case 1:
          store->read(key_of(entry));
          ++asked;
          break;
        default:
          store->write(entry, payload_of(entry));
          written[number] = true;
          ++asked;
      }
      if (random() % 8 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      for (const auto& done : store->take_done()) {
        ++ended;
        const bool has_payload = done.result && *done.result;
        EXPECT_TRUE(!has_payload || (*done.result)->size() == 20'000U);
      }
    }
    store->settle();
    ended += store->take_done().size();
    EXPECT_EQ(ended, asked);
    EXPECT_EQ(store->queued_bytes(), 0U);
  }
  std::vector<std::string> expected;
  for (const auto& [number, is_written] : written) {
    const EntryInfo entry = rows_entry(number, 20'000);
    if (is_written) expected.push_back(disk_file_name(key_of(entry), entry.kind));
  }
  std::ranges::sort(expected);
  EXPECT_EQ(entry_names(folder.entries()), expected);
  EXPECT_THAT(names_in(folder.entries() / "damaged"), IsEmpty());
}

TEST(DiskStore, WhateverIsThereToTakeIsTold) {
  const TemporaryFolder folder;
  const auto store = opened(folder.path()).store;
  std::atomic<std::size_t> n_taken = 0;
  // From the threads and from within calls alike, and it may take at once.
  store->on_done([&] { n_taken += store->take_done().size(); });
  const auto wait_for_taken = [&](std::size_t n) {
    for (int i = 0; i < 10'000 && n_taken < n; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    EXPECT_EQ(n_taken, n);
  };
  store->write(rows_entry(1), payload_of(rows_entry(1)));
  wait_for_taken(1);
  store->read(key_of(rows_entry(1)));
  wait_for_taken(2);
  store->write(rows_entry(1), payload_of(rows_entry(1)));
  EXPECT_EQ(n_taken, 3U);
  store->read(key_of(rows_entry(2)));
  EXPECT_EQ(n_taken, 4U);
}

}  // namespace
}  // namespace hearth::kv
