// The folder of a store: whose it is, and who may use it.

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "disk_test_store.h"

namespace hearth::kv {
namespace {

using ::testing::HasSubstr;

TEST(DiskFolder, ASecondServerIsRefusedWhileTheFirstLives) {
  const TemporaryFolder folder;
  auto first = opened(folder.path());
  const auto second = DiskStore::open(options_in(folder.path()));
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().kind, ErrorKind::overloaded);
  EXPECT_THAT(second.error().message, HasSubstr("process " + std::to_string(::getpid())));
  EXPECT_THAT(second.error().message, HasSubstr("without the disk tier"));

  auto other = options_in(folder.path());
  other.fingerprint.low = 1;
  EXPECT_TRUE(DiskStore::open(other).has_value());

  first.store.reset();
  EXPECT_TRUE(DiskStore::open(options_in(folder.path())).has_value());
}

TEST(DiskFolder, AFolderThatCannotBeMadeIsAnErrorThatSaysSo) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "file") << "in the way";
  const auto store = DiskStore::open(options_in(folder.path() / "file" / "cache"));
  ASSERT_FALSE(store.has_value());
  EXPECT_EQ(store.error().kind, ErrorKind::io);
  EXPECT_THAT(store.error().message, HasSubstr((folder.path() / "file" / "cache").string()));
  EXPECT_THAT(store.error().message, HasSubstr("Not a directory"));
}

TEST(DiskFolder, AFolderWhoseLockCannotBeWrittenIsAnErrorThatSaysSo) {
  const TemporaryFolder folder;
  ASSERT_TRUE(opened(folder.path()).store);
  // What a missing permission does to anybody, this does to root, too.
  std::filesystem::remove(folder.entries() / "lock");
  std::filesystem::create_directory(folder.entries() / "lock");
  const auto store = DiskStore::open(options_in(folder.path()));
  ASSERT_FALSE(store.has_value());
  EXPECT_EQ(store.error().kind, ErrorKind::io);
  EXPECT_THAT(store.error().message, HasSubstr("Is a directory"));
}

TEST(DiskFolder, WhatConversationsSaidIsForItsOwnerAlone) {
  const TemporaryFolder folder;
  const auto store = opened(folder.path()).store;
  const EntryInfo entry = rows_entry(1);
  ASSERT_TRUE(write_and_wait(*store, entry).has_value());
  for (const auto& path :
       {folder.entries(), folder.entries() / disk_file_name(key_of(entry), entry.kind)}) {
    struct stat info{};
    ASSERT_EQ(::stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 077, 0U) << path;
  }
}

TEST(DiskFolder, TheFolderSaysWhoseItIs) {
  const TemporaryFolder folder;
  const auto store = opened(folder.path()).store;
  std::ifstream about(folder.entries() / "about.txt");
  std::string line;
  std::getline(about, line);
  EXPECT_EQ(line, "a model for tests");
}

}  // namespace
}  // namespace hearth::kv
