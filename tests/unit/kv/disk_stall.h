#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>
#include <utility>

#include "disk_test_store.h"

namespace hearth::kv {

/// Whoever opens the file has to wait until this is released: a lease on it, which the system
/// breaks by itself after 45 seconds. The file is made if it is missing.
class StalledFile {
 public:
  explicit StalledFile(const std::filesystem::path& path)
      : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    // How the system says that somebody waits; we look ourselves.
    std::signal(SIGIO, SIG_IGN);
    works_ = fd_ >= 0 && ::fcntl(fd_, F_SETLEASE, F_WRLCK) == 0;
  }
  StalledFile(const StalledFile&) = delete;
  StalledFile& operator=(const StalledFile&) = delete;
  ~StalledFile() { release(); }

  /// False where the file system knows no leases.
  [[nodiscard]] bool works() const { return works_; }
  void wait_until_opened() const {
    while (::fcntl(fd_, F_GETLEASE) == F_WRLCK) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  void release() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_;
  bool works_ = false;
};

/// Keeps a store's writer at one entry: what is written after that stands behind it.
class StalledWriter {
 public:
  StalledWriter(const std::filesystem::path& folder, Store& store)
      : file_(folder / unfinished_name(name())) {
    store.write(entry(), payload_of(entry()));
    if (file_.works()) file_.wait_until_opened();
  }

  [[nodiscard]] bool works() const { return file_.works(); }
  void release() { file_.release(); }

  [[nodiscard]] static EntryInfo entry() { return rows_entry(-1); }
  [[nodiscard]] static std::string name() { return disk_file_name(key_of(entry()), entry().kind); }

 private:
  StalledFile file_;
};

#define HEARTH_SKIP_UNLESS_STALLED(stall) \
  if (!(stall).works()) GTEST_SKIP() << "the file system knows no leases"

}  // namespace hearth::kv
