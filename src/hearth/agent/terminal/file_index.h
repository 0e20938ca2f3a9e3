#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace hearth::agent {

/// The names of all files below a folder, for completion: listed by a thread of its own, and found
/// while that still goes on.
class FileIndex {
 public:
  /// `changed` is called from that thread now and then while there are more. Files that git
  /// ignores are left out where git can tell.
  FileIndex(std::filesystem::path folder, std::function<void()> changed);
  ~FileIndex();
  FileIndex(const FileIndex&) = delete;
  FileIndex& operator=(const FileIndex&) = delete;

  /// Lists them again.
  void refresh();
  void wait_until_listed();

  /// The best `most` paths for what was typed, relative to the folder, the best first.
  [[nodiscard]] std::vector<std::string> find(std::string_view typed, std::size_t most) const;
  [[nodiscard]] std::size_t size() const;

 private:
  void list(const std::stop_token& stop);
  /// False if git does not list this folder.
  bool list_by_git(const std::stop_token& stop);
  bool list_by_git(const std::vector<std::string>& which, const std::stop_token& stop);
  void list_by_walking(const std::stop_token& stop);
  void add(std::vector<std::string>& batch);

  std::filesystem::path folder_;
  std::function<void()> changed_;
  mutable std::mutex mutex_;
  std::condition_variable listed_;
  std::vector<std::string> paths_;
  std::vector<std::string> before_;  ///< what the listing before found, until this one is done
  bool done_ = false;
  std::jthread thread_;
};

}  // namespace hearth::agent
