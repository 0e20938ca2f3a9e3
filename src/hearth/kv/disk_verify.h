#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "hearth/base/error.h"

namespace hearth::kv {

/// A folder of the disk store, of one model.
struct StoredModel {
  std::filesystem::path folder;
  std::string description;  ///< what its about.txt says first; empty: nothing
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;  ///< of all files in it
  bool in_use = false;      ///< a server has it
};

/// Those in `folder` (DiskStore::Options::folder), by path. None if it is not there.
[[nodiscard]] std::vector<StoredModel> stored_models_of(const std::filesystem::path& folder);

struct Verified {
  std::uint64_t entries = 0;  ///< read whole and found right
  std::uint64_t bytes = 0;
  /// A line for each file that is not: what is wrong with it, and what became of it.
  std::vector<std::string> problems;
};

/// Reads every entry of a model's folder, payloads too, and holds them against their checksums.
/// What is damaged is set aside. A server may have the folder meanwhile: it computes again what it
/// does not find any more. Errors: io (the folder cannot be listed); invalid_request (it is none of
/// the store's).
[[nodiscard]] Result<Verified> verify_stored_model(const std::filesystem::path& folder);

/// Deletes a model's folder. Errors: overloaded (a server has it), io.
[[nodiscard]] Result<void> delete_stored_model(const std::filesystem::path& folder);

}  // namespace hearth::kv
