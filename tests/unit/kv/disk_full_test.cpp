// What happens when the disk does not take what is written.

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdio>

#include "disk_stall.h"
#include "disk_test_store.h"

namespace hearth::kv {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;

/// A file system of one mebibyte in memory, in a mount namespace of its own that ends with this. It
/// is reached through the process that lives in there.
class SmallDisk {
 public:
  SmallDisk() {
    const std::string command =
        "exec unshare --user --map-root-user --mount sh -c '"
        "mount -t tmpfs -o size=1m,mode=0700 tmpfs " +
        at_.path().string() + " && echo $$ && exec sleep 600' 2>/dev/null";
    pipe_ = ::popen(command.c_str(), "r");
    if (pipe_ == nullptr || std::fscanf(pipe_, "%d", &process_) != 1) process_ = 0;
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (process_ > 0) ::kill(process_, SIGKILL);
    if (pipe_ != nullptr) ::pclose(pipe_);
  }

  /// False where namespaces are not allowed.
  [[nodiscard]] bool works() const { return process_ > 0; }
  [[nodiscard]] fs::path path() const {
    return "/proc/" + std::to_string(process_) + "/root" + at_.path().string();
  }

 private:
  TemporaryFolder at_;
  std::FILE* pipe_ = nullptr;
  pid_t process_ = 0;
};

/// No file of this process can become longer while this lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

std::string file_name(const EntryInfo& entry) {
  return disk_file_name(key_of(entry), entry.kind);
}

TEST(DiskFull, AFullDiskIsSaidOnceAndServingGoesOn) {
  const SmallDisk disk;
  if (!disk.works()) GTEST_SKIP() << "no mount namespaces here";
  const LoggedLines log;
  const auto store = opened(disk.path()).store;
  ASSERT_TRUE(store);
  const fs::path entries = disk.path() / test_fingerprint.hex();
  const EntryInfo kept = rows_entry(1, 500'000);
  ASSERT_TRUE(write_and_wait(*store, kept).has_value());
  const std::uint64_t bytes_used = store->bytes_used();

  for (int number = 2; number < 5; ++number) {
    const auto refused = write_and_wait(*store, rows_entry(number, 900'000));
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, ErrorKind::too_large);
  }
  store->settle();
  EXPECT_EQ(log.count("warning", "No space left on device"), 1) << log.text();
  EXPECT_EQ(store->bytes_used(), bytes_used);
  EXPECT_EQ(store->queued_bytes(), 0U);
  EXPECT_THAT(entry_names(entries), ElementsAre(file_name(kept)));
  const auto read = read_and_wait(*store, kept);
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_TRUE(same(*read, payload_of(kept)));

  // It works again, and when it does not, that is said again.
  store->remove(key_of(kept));
  ASSERT_TRUE(write_and_wait(*store, rows_entry(2, 900'000)).has_value());
  ASSERT_FALSE(write_and_wait(*store, rows_entry(3, 900'000)).has_value());
  store->settle();
  EXPECT_EQ(log.count("warning", "No space left on device"), 2) << log.text();
}

TEST(DiskFull, RemovalsMakeRoomBeforeQueuedWritesTakeIt) {
  const SmallDisk disk;
  if (!disk.works()) GTEST_SKIP() << "no mount namespaces here";
  const auto store = opened(disk.path()).store;
  ASSERT_TRUE(store);
  const EntryInfo old = rows_entry(1, 700'000);
  ASSERT_TRUE(write_and_wait(*store, old).has_value());
  StalledWriter stalled(disk.path() / test_fingerprint.hex(), *store);
  HEARTH_SKIP_UNLESS_STALLED(stalled);
  store->write(rows_entry(2, 700'000), payload_of(rows_entry(2, 700'000)));
  store->remove(key_of(old));
  stalled.release();
  for (const auto& done : wait_for(*store, 2)) {
    EXPECT_TRUE(done.result.has_value()) << done.result.error().message;
  }
}

TEST(DiskFull, AWriteThatFailsForAnotherReasonIsSaidOnceAndServingGoesOn) {
  const TemporaryFolder folder;
  const LoggedLines log;
  const auto store = opened(folder.path()).store;
  ASSERT_TRUE(write_and_wait(*store, rows_entry(1)).has_value());
  {
    const FileSizeLimit limit(1'000'000);
    for (int number = 2; number < 5; ++number) {
      const auto refused = write_and_wait(*store, rows_entry(number, 2'000'000));
      ASSERT_FALSE(refused.has_value());
      EXPECT_EQ(refused.error().kind, ErrorKind::io);
    }
  }
  store->settle();
  EXPECT_EQ(log.count("warning", "File too large"), 1) << log.text();
  EXPECT_THAT(entry_names(folder.entries()), ElementsAre(file_name(rows_entry(1))));
  EXPECT_TRUE(read_and_wait(*store, rows_entry(1)).has_value());
  EXPECT_TRUE(write_and_wait(*store, rows_entry(2, 2'000'000)).has_value());
}

TEST(DiskFull, AFolderThatVanishedIsAnErrorOfTheWriteAndNotMore) {
  const TemporaryFolder folder;
  const LoggedLines log;
  const auto store = opened(folder.path()).store;
  fs::remove_all(folder.entries());
  const auto refused = write_and_wait(*store, rows_entry(1));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, ErrorKind::io);
  EXPECT_EQ(store->bytes_used(), 0U);
}

}  // namespace
}  // namespace hearth::kv
