#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "hearth/base/sha256.h"
#include "hearth/models/store.h"

namespace hearth::models {

/// An environment variable that has its old value again at the end.
class Variable {
 public:
  Variable(std::string name, const std::string& value) : name_(std::move(name)) {
    if (const char* old = std::getenv(name_.c_str()); old != nullptr) {
      was_set_ = true;
      before_ = old;
    }
    ::setenv(name_.c_str(), value.c_str(), 1);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() {
    if (was_set_) {
      ::setenv(name_.c_str(), before_.c_str(), 1);
    } else {
      ::unsetenv(name_.c_str());
    }
  }

 private:
  std::string name_;
  std::string before_;
  bool was_set_ = false;
};

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

 private:
  std::filesystem::path path_;
};

/// An empty store, and no proxy between the tests and their servers.
struct TestStore {
  TemporaryFolder folder;
  Variable data_home{"XDG_DATA_HOME", folder.path().string()};
  Variable no_proxy{"no_proxy", "127.0.0.1"};

  [[nodiscard]] std::filesystem::path file(const std::string& name) const {
    return models_dir() / name;
  }
};

inline void write(const std::filesystem::path& path, std::string_view content) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

inline std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A file of that size without its bytes on the disk.
inline void write_sparse(const std::filesystem::path& path, std::uint64_t bytes) {
  write(path, "");
  std::filesystem::resize_file(path, bytes);
}

inline std::string sha256_of(std::string_view content) {
  Sha256 hash;
  hash.update(content);
  return hash.finish();
}

/// `size` bytes in which no two places look alike.
inline std::string pattern_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint32_t state = 1;
  for (char& byte : bytes) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

}  // namespace hearth::models
