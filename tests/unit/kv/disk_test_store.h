#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "hearth/kv/disk_format.h"
#include "hearth/kv/disk_store.h"

namespace hearth::kv {

inline constexpr Key test_fingerprint{.high = 0x0123456789abcdef, .low = 0xfedcba9876543210};

/// A folder of its own; gone at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "hearth-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Where the entries of `test_fingerprint` lie.
  [[nodiscard]] std::filesystem::path entries() const { return path_ / test_fingerprint.hex(); }

 private:
  std::filesystem::path path_;
};

/// Entries that differ in their number, with a payload that follows from their tokens.
inline EntryInfo rows_entry(int number, std::uint64_t bytes = 1000) {
  return {.kind = EntryKind::rows,
          .parent = {.high = 7, .low = static_cast<std::uint64_t>(number)},
          .begin = 10,
          .end = 13,
          .tokens = {number, -1, 0x7fffffff},
          .bytes = bytes,
          .used_ms = 1'700'000'000'000 + number};
}

inline EntryInfo point_entry(int number, std::uint64_t bytes = 1000) {
  return {.kind = EntryKind::point,
          .parent = {.high = 8, .low = static_cast<std::uint64_t>(number)},
          .begin = 42,
          .end = 42,
          .tokens = {},
          .bytes = bytes,
          .used_ms = -number};
}

inline BlobPtr payload_of(const EntryInfo& entry) {
  auto [blob, data] = Blob::of_size(entry.bytes);
  std::mt19937_64 random(key_of(entry).low);
  for (std::size_t at = 0; at < entry.bytes; at += sizeof(std::uint64_t)) {
    const std::uint64_t word = random();
    std::memcpy(data + at, &word, std::min(sizeof word, entry.bytes - at));
  }
  return blob;
}

inline bool same(const BlobPtr& a, const BlobPtr& b) {
  return a && b && std::ranges::equal(a->bytes(), b->bytes());
}

/// The whole file of an entry, written past the store.
inline void write_entry_file(const std::filesystem::path& folder, const EntryInfo& entry,
                             const Key& fingerprint = test_fingerprint) {
  const BlobPtr payload = payload_of(entry);
  const auto header = encode_disk_header(fingerprint, entry, checksum(payload->bytes()));
  std::ofstream file(folder / disk_file_name(key_of(entry), entry.kind), std::ios::binary);
  for (const std::span<const std::byte> part : {std::span(header), payload->bytes()}) {
    file.write(reinterpret_cast<const char*>(part.data()), std::ssize(part));
  }
}

inline DiskStore::Options options_in(const std::filesystem::path& folder) {
  return {.folder = folder, .fingerprint = test_fingerprint, .description = "a model for tests"};
}

/// Opened, or the test has failed and `store` is null.
inline DiskStore::Opened opened(const std::filesystem::path& folder) {
  auto result = DiskStore::open(options_in(folder));
  EXPECT_TRUE(result.has_value()) << result.error().message;
  return result ? std::move(*result) : DiskStore::Opened();
}

/// What the store has done once there are `n`. Fewer after a long wait: something hangs.
inline std::vector<Store::Done> wait_for(Store& store, std::size_t n) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  std::vector<Store::Done> all;
  while (std::chrono::steady_clock::now() < deadline) {
    for (Store::Done& done : store.take_done()) all.push_back(std::move(done));
    if (all.size() >= n) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(all.size(), n);
  return all;
}

/// The result of the only thing that was asked for.
inline Result<BlobPtr> outcome(Store& store) {
  auto done = wait_for(store, 1);
  if (done.size() != 1) return fail(ErrorKind::timeout, "not one Done");
  return std::move(done.front().result);
}

inline Result<BlobPtr> write_and_wait(Store& store, const EntryInfo& entry) {
  store.write(entry, payload_of(entry));
  return outcome(store);
}

inline Result<BlobPtr> read_and_wait(Store& store, const EntryInfo& entry) {
  store.read(key_of(entry));
  return outcome(store);
}

inline std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code missing;
  for (const auto& file : std::filesystem::directory_iterator(folder, missing)) {
    names.push_back(file.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

/// The files of a store's folder but those that are always there.
inline std::vector<std::string> entry_names(const std::filesystem::path& folder) {
  auto names = names_in(folder);
  std::erase_if(names, [](const std::string& name) {
    return name == "lock" || name == "about.txt" || name == "damaged";
  });
  return names;
}

/// What is logged while this lives.
class LoggedLines {
 public:
  LoggedLines() : before_(spdlog::default_logger()) {
    auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(text_);
    sink->set_pattern("%l: %v");
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", std::move(sink)));
  }
  LoggedLines(const LoggedLines&) = delete;
  LoggedLines& operator=(const LoggedLines&) = delete;
  ~LoggedLines() { spdlog::set_default_logger(before_); }

  /// Those of one level that contain `part`. REQUIRES: nobody logs meanwhile.
  [[nodiscard]] int count(const std::string& level, const std::string& part) const {
    std::istringstream lines(text_.str());
    int n = 0;
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with(level + ": ") && line.find(part) != std::string::npos) ++n;
    }
    return n;
  }
  [[nodiscard]] std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  std::shared_ptr<spdlog::logger> before_;
};

}  // namespace hearth::kv
