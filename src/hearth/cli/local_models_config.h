#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/base/json.h"
#include "hearth/cli/config_import.h"

namespace hearth::cli {

/// A model file that belongs to another program.
struct FoundModel {
  std::string name;
  std::filesystem::path file;
  std::optional<int> context;  ///< window in tokens, where one was set
  json::object sampling;       ///< of the transformer `sampling`
};

/// A configuration that serves them: one provider for those without a window, one for each window.
/// The file that was changed last is the default. REQUIRES: at least one.
std::string config_of(std::string_view program, const std::filesystem::path& folder,
                      std::vector<FoundModel> models);

/// All files below `folder`, sorted.
std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder);

/// The JSON object in `file`; empty if there is none.
json::object read_object(const std::filesystem::path& file);

}  // namespace hearth::cli
