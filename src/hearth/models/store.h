#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/base/error.h"
#include "hearth/models/catalogue.h"

namespace hearth::models {

/// Where models are kept: `$XDG_DATA_HOME/hearth/models`. It need not exist.
std::filesystem::path models_dir();

/// A whole GGUF file in the store.
struct StoredModel {
  std::string name;  ///< the catalogue's name, else the file's name without ".gguf"
  std::filesystem::path path;
  std::uint64_t bytes = 0;
  const ModelSpec* spec = nullptr;  ///< null if the catalogue does not know it
};

/// The GGUF files in the store by name, catalogued or not; downloads under way are left out, and so
/// are files that have a catalogued model's name and not its size.
std::vector<StoredModel> stored_models();

bool is_stored(const ModelSpec& spec);

/// The model's place in the store, whether or not it is there.
std::filesystem::path stored_path(const ModelSpec& spec);

/// A catalogue name that is present, a file in the store (with or without ".gguf"), or a path, in
/// this order. Errors: not_found, with the command that fetches it or the names there are.
Result<std::filesystem::path> resolve(std::string_view name_or_path);

/// A model file and the name it is served under.
struct NamedModel {
  std::string name;
  std::filesystem::path path;
};

/// The value of `--model`: NAME=PATH (any name for any model: "openai/gpt-oss-20b=x.gguf", where
/// PATH may also be a name), NAME or PATH. Without "NAME=" the name is that of `StoredModel`.
/// Errors: as `resolve`, and invalid_request if either side of the "=" is empty.
Result<NamedModel> resolve_named(std::string_view argument);

/// The error for "there is no model at all": names the command that fetches the default one, and
/// its size.
Error no_model_error();

}  // namespace hearth::models
