#include <gmock/gmock.h>
#include <sys/wait.h>

#include <csignal>

#include "disk_test_store.h"

namespace hearth::kv {
namespace {

using ::testing::IsEmpty;

EntryInfo nth(int number) {
  return number % 2 == 0 ? rows_entry(number, 700'000) : point_entry(number, 3000);
}

/// Writes and removes until it is killed.
[[noreturn]] void write_for_ever(const std::filesystem::path& folder, int first) {
  const auto opened = DiskStore::open(options_in(folder));
  if (!opened) ::_exit(1);
  for (int number = first;; ++number) {
    opened->store->write(nth(number), payload_of(nth(number)));
    if (number % 5 == 4) opened->store->remove(key_of(nth(number - 3)));
    if (opened->store->queued_bytes() > 4'000'000) opened->store->settle();
    std::ignore = opened->store->take_done();
  }
}

TEST(DiskCrash, AProcessThatIsKilledWhileItWritesLeavesCompleteEntriesOnly) {
  const TemporaryFolder folder;
  std::mt19937 random(std::random_device{}());
  std::size_t n_entries = 0;
  int within_a_write = 0;
  for (int round = 0; round < 8 || (within_a_write == 0 && round < 80); ++round) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) write_for_ever(folder.path(), round * 1'000'000);
    // Each round is killed at another moment after its first files.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (entry_names(folder.entries()).size() < n_entries + 4 &&
           std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 20'000));
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "it could not open the store";
    for (const auto& name : entry_names(folder.entries())) {
      within_a_write += is_unfinished_name(name) ? 1 : 0;
    }

    const auto [store, entries, warnings] = opened(folder.path());
    ASSERT_TRUE(store);
    EXPECT_THAT(warnings, IsEmpty());
    EXPECT_GT(entries.size(), n_entries);
    n_entries = entries.size();
    EXPECT_EQ(entry_names(folder.entries()).size(), n_entries);
    for (const auto& [key, info] : entries) {
      const auto read = read_and_wait(*store, info);
      ASSERT_TRUE(read.has_value()) << read.error().message;
      EXPECT_TRUE(same(*read, payload_of(info)));
    }
  }
  // Otherwise nothing was shown.
  EXPECT_GT(within_a_write, 0);
}

}  // namespace
}  // namespace hearth::kv
