// Files in a store's folder that are not what they should be.

#include <gmock/gmock.h>

#include <functional>

#include "disk_test_store.h"

#include "hearth/kv/disk_damaged.h"

namespace hearth::kv {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

void flip(const fs::path& path, std::uint64_t offset) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekg(static_cast<std::streamoff>(offset));
  const auto byte = static_cast<char>(file.get() ^ 0x10);
  file.seekp(static_cast<std::streamoff>(offset));
  file.put(byte);
}

class DiskDamage : public ::testing::Test {
 protected:
  DiskDamage() { fs::create_directories(folder.entries()); }

  [[nodiscard]] fs::path file(const EntryInfo& entry) const {
    return folder.entries() / disk_file_name(key_of(entry), entry.kind);
  }
  [[nodiscard]] fs::path aside() const { return folder.entries() / "damaged"; }

  /// Of a good entry and a bad one the good one is offered, the bad one set aside with a warning.
  void expect_refused(const EntryInfo& bad, const std::string& why) {
    write_entry_file(folder.entries(), good);
    const auto [store, entries, warnings] = opened(folder.path());
    ASSERT_TRUE(store);
    ASSERT_THAT(entries, SizeIs(1));
    EXPECT_EQ(entries[0].key, key_of(good));
    EXPECT_EQ(store->bytes_used(), fs::file_size(file(good)));
    ASSERT_THAT(warnings, SizeIs(1));
    EXPECT_THAT(warnings[0], HasSubstr(why));
    EXPECT_THAT(names_in(aside()), SizeIs(1));
    EXPECT_THAT(entry_names(folder.entries()), ElementsAre(file(good).filename()));

    // It can be written again.
    ASSERT_TRUE(write_and_wait(*store, bad).has_value());
    const auto read = read_and_wait(*store, bad);
    ASSERT_TRUE(read.has_value()) << read.error().message;
    EXPECT_TRUE(same(*read, payload_of(bad)));
  }

  TemporaryFolder folder;
  EntryInfo good = rows_entry(1);
};

TEST_F(DiskDamage, AFileThatEndsWithinItsPayloadIsSetAside) {
  write_entry_file(folder.entries(), rows_entry(2));
  fs::resize_file(file(rows_entry(2)), fs::file_size(file(rows_entry(2))) - 1);
  expect_refused(rows_entry(2), "is cut off");
}

TEST_F(DiskDamage, AFileThatEndsWithinItsTokensIsSetAside) {
  write_entry_file(folder.entries(), rows_entry(2));
  fs::resize_file(file(rows_entry(2)), disk_header_front + 2);
  expect_refused(rows_entry(2), "is cut off");
}

TEST_F(DiskDamage, AnEmptyFileIsSetAside) {
  write_entry_file(folder.entries(), rows_entry(2));
  fs::resize_file(file(rows_entry(2)), 0);
  expect_refused(rows_entry(2), "is cut off");
}

TEST_F(DiskDamage, AFileWithBytesBehindItsPayloadIsSetAside) {
  write_entry_file(folder.entries(), point_entry(2));
  std::ofstream(file(point_entry(2)), std::ios::binary | std::ios::app) << 'x';
  expect_refused(point_entry(2), "is longer than it should be");
}

TEST_F(DiskDamage, AFileWithAChangedTokenIsSetAside) {
  write_entry_file(folder.entries(), rows_entry(2));
  flip(file(rows_entry(2)), disk_header_front + 5);
  expect_refused(rows_entry(2), "has a damaged header");
}

TEST_F(DiskDamage, AFileWithAnotherNameIsSetAside) {
  write_entry_file(folder.entries(), rows_entry(2));
  fs::rename(file(rows_entry(2)), file(rows_entry(3)));
  expect_refused(rows_entry(2), "does not have the name of what it holds");
}

TEST_F(DiskDamage, AFileOfTheOtherKindByItsNameIsSetAside) {
  write_entry_file(folder.entries(), rows_entry(2));
  fs::rename(file(rows_entry(2)), file(rows_entry(2)).replace_extension(".point"));
  expect_refused(rows_entry(2), "does not have the name of what it holds");
}

TEST_F(DiskDamage, AFileOfAnotherModelIsSetAside) {
  write_entry_file(folder.entries(), rows_entry(2), {.high = 1, .low = 2});
  expect_refused(rows_entry(2), "belongs to another model");
}

TEST_F(DiskDamage, AFileOfAnotherVersionIsSetAside) {
  write_entry_file(folder.entries(), rows_entry(2));
  flip(file(rows_entry(2)), 12);
  expect_refused(rows_entry(2), "is of format version 17, not 1");
}

TEST_F(DiskDamage, AFileOfAnotherProgramIsSetAside) {
  std::ofstream(file(rows_entry(2))) << std::string(1000, 'x');
  expect_refused(rows_entry(2), "is no file of the KV cache");
}

TEST_F(DiskDamage, FilesThatAreNoEntriesByTheirNamesAreLeftAlone) {
  std::ofstream(folder.entries() / "notes.txt") << "somebody's";
  fs::create_directory(file(rows_entry(2)));
  fs::create_symlink("/etc/passwd", file(rows_entry(3)));
  const auto [store, entries, warnings] = opened(folder.path());
  EXPECT_THAT(entries, IsEmpty());
  EXPECT_THAT(warnings, IsEmpty());
  EXPECT_TRUE(fs::exists(folder.entries() / "notes.txt"));
  EXPECT_TRUE(fs::is_directory(file(rows_entry(2))));
  EXPECT_TRUE(fs::is_symlink(file(rows_entry(3))));
}

TEST_F(DiskDamage, APayloadThatChangedIsFoundWhenItIsRead) {
  const EntryInfo bad = rows_entry(2, 3'000'000);
  write_entry_file(folder.entries(), bad);
  flip(file(bad), fs::file_size(file(bad)) - 1);
  const LoggedLines log;
  const auto [store, entries, warnings] = opened(folder.path());
  EXPECT_THAT(entries, SizeIs(1));
  EXPECT_THAT(warnings, IsEmpty());

  // Asked for twice at once, it is reported once.
  store->read(key_of(bad));
  store->read(key_of(bad));
  for (const auto& done : wait_for(*store, 2)) {
    ASSERT_FALSE(done.result.has_value());
    EXPECT_EQ(done.result.error().kind, ErrorKind::not_found);
  }
  store->settle();
  EXPECT_EQ(log.count("warning", "has a damaged payload"), 1) << log.text();
  EXPECT_EQ(store->bytes_used(), 0U);
  EXPECT_THAT(entry_names(folder.entries()), IsEmpty());
  EXPECT_THAT(names_in(aside()), SizeIs(1));

  ASSERT_TRUE(write_and_wait(*store, bad).has_value());
  const auto read = read_and_wait(*store, bad);
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_TRUE(same(*read, payload_of(bad)));
}

TEST_F(DiskDamage, AFileThatIsCutOffWhileTheServerRunsIsFoundWhenItIsRead) {
  write_entry_file(folder.entries(), good);
  const LoggedLines log;
  const auto store = opened(folder.path()).store;
  fs::resize_file(file(good), fs::file_size(file(good)) - 1);
  const auto read = read_and_wait(*store, good);
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().kind, ErrorKind::not_found);
  store->settle();
  EXPECT_EQ(log.count("warning", "is cut off"), 1) << log.text();
}

TEST_F(DiskDamage, AFileThatSomebodyDeletedIsNotFoundAndCanBeWrittenAgain) {
  write_entry_file(folder.entries(), good);
  const auto store = opened(folder.path()).store;
  fs::remove(file(good));
  const auto read = read_and_wait(*store, good);
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().kind, ErrorKind::not_found);
  EXPECT_EQ(store->bytes_used(), 0U);
  ASSERT_TRUE(write_and_wait(*store, good).has_value());
  EXPECT_TRUE(fs::exists(file(good)));
}

TEST_F(DiskDamage, ManyDamagedFilesAreAFewWarningsAndAFewFiles) {
  for (int i = 0; i < 30; ++i) {
    write_entry_file(folder.entries(), rows_entry(i));
    flip(file(rows_entry(i)), disk_header_front);
  }
  const auto warnings = opened(folder.path()).warnings;
  ASSERT_THAT(warnings, SizeIs(6));
  EXPECT_EQ(warnings.back(), "and 25 more");
  EXPECT_THAT(names_in(aside()), SizeIs(damaged_files_max));
}

TEST_F(DiskDamage, WhatWasSetAsideLongestAgoIsDeletedFirst) {
  for (int i = 0; i < 20; ++i) {
    const std::string name = "file" + std::to_string(i);
    std::ofstream(folder.entries() / name) << i;
    // A clock that goes backwards.
    fs::last_write_time(folder.entries() / name,
                        fs::file_time_type::clock::now() - std::chrono::hours(i));
    ASSERT_TRUE(set_aside(folder.entries(), name).has_value());
  }
  const auto names = names_in(aside());
  EXPECT_THAT(names, SizeIs(damaged_files_max));
  EXPECT_THAT(names, Contains("20-file19"));
  EXPECT_THAT(names, Contains("5-file4"));
}

TEST_F(DiskDamage, DamagedGigabytesAreNotKept) {
  for (const std::string name : {"small", "large", "small too"}) {
    std::ofstream(folder.entries() / name) << name;
    fs::resize_file(folder.entries() / name, name == "large" ? damaged_bytes_max : 1000);
    ASSERT_TRUE(set_aside(folder.entries(), name).has_value());
  }
  EXPECT_THAT(names_in(aside()), ElementsAre("3-small too"));
}

}  // namespace
}  // namespace hearth::kv
