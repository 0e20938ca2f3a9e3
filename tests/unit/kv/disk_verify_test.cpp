#include "hearth/kv/disk_verify.h"

#include "disk_test_store.h"

namespace hearth::kv {
namespace {

namespace fs = std::filesystem;

/// Three entries, and nobody has the folder any more.
void fill(const TemporaryFolder& folder) {
  auto store = opened(folder.path()).store;
  for (const EntryInfo& entry : {rows_entry(1), rows_entry(2), point_entry(3)}) {
    store->write(entry, payload_of(entry));
  }
  store->settle();
}

void flip_last_byte(const fs::path& path) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(-1, std::ios::end);
  const int last = file.get();
  file.seekp(-1, std::ios::end);
  file.put(static_cast<char>(last ^ 1));
}

TEST(DiskVerify, WhatIsRightIsCounted) {
  const TemporaryFolder folder;
  fill(folder);
  const auto verified = verify_stored_model(folder.entries());
  ASSERT_TRUE(verified.has_value());
  EXPECT_EQ(verified->entries, 3U);
  EXPECT_EQ(verified->bytes, 3000U);
  EXPECT_TRUE(verified->problems.empty());
}

TEST(DiskVerify, AFlippedPayloadIsSetAsideAlsoUnderAServer) {
  const TemporaryFolder folder;
  fill(folder);
  const auto server = opened(folder.path());
  const std::string name = disk_file_name(key_of(rows_entry(2)), EntryKind::rows);
  flip_last_byte(folder.entries() / name);
  const auto verified = verify_stored_model(folder.entries());
  ASSERT_TRUE(verified.has_value());
  EXPECT_EQ(verified->entries, 2U);
  ASSERT_EQ(verified->problems.size(), 1U);
  EXPECT_TRUE(verified->problems.front().contains(name));
  EXPECT_FALSE(fs::exists(folder.entries() / name));
  server.store->read(key_of(rows_entry(2)));
  EXPECT_FALSE(outcome(*server.store).has_value());
}

TEST(DiskVerify, AFolderThatIsNotTheStoresIsLeftAlone) {
  const TemporaryFolder folder;
  EXPECT_FALSE(verify_stored_model(folder.path()).has_value());
  fs::create_directory(folder.path() / "elsewhere");
  EXPECT_TRUE(stored_models_of(folder.path()).empty());
}

TEST(DiskVerify, ModelsAreListedAndDeletedUnlessAServerHasThem) {
  const TemporaryFolder folder;
  fill(folder);
  {
    const auto server = opened(folder.path());
    const auto models = stored_models_of(folder.path());
    ASSERT_EQ(models.size(), 1U);
    EXPECT_TRUE(models.front().in_use);
    EXPECT_EQ(models.front().description, "a model for tests");
    EXPECT_EQ(models.front().entries, 3U);
    EXPECT_GT(models.front().bytes, 3000U);
    EXPECT_FALSE(delete_stored_model(models.front().folder).has_value());
  }
  EXPECT_FALSE(stored_models_of(folder.path()).front().in_use);
  ASSERT_TRUE(delete_stored_model(folder.entries()).has_value());
  EXPECT_TRUE(stored_models_of(folder.path()).empty());
}

}  // namespace
}  // namespace hearth::kv
