#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "hearth/base/json.h"

namespace hearth::models {

/// One line of `hearth models`. What is not known is empty or 0.
struct ModelRow {
  std::string name;
  std::filesystem::path path;  ///< empty if it is not on this machine
  std::uint64_t bytes = 0;
  std::string architecture;
  std::uint64_t context_length = 0;  ///< the trained one, in tokens
  std::uint64_t kv_bytes_per_token = 0;
  bool is_default = false;
  std::string problem;  ///< why the file cannot be used
};

/// The models in the store, those of the catalogue that could be fetched, then the files at
/// `paths`.
std::vector<ModelRow> list_models(const std::vector<std::filesystem::path>& paths);

/// For people: one header line, then one line per row.
std::string as_table(const std::vector<ModelRow>& rows);

/// [{"name", "path" (null if not present), "present", "default", "bytes", "architecture",
///   "context_length", "kv_bytes_per_token", "problem"}]; null where unknown.
json::array as_json(const std::vector<ModelRow>& rows);

}  // namespace hearth::models
