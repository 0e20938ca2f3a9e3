#include "hearth/models/store.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>

#include "hearth/base/xdg.h"
#include "hearth/models/byte_size.h"

namespace hearth::models {
namespace {

namespace fs = std::filesystem;

const ModelSpec* spec_of_file(std::string_view file) {
  const auto found = std::ranges::find(catalogue(), file, &ModelSpec::file);
  return found == catalogue().end() ? nullptr : &*found;
}

std::string name_of_file(const fs::path& path) {
  if (const auto* spec = spec_of_file(path.filename().string())) return spec->name;
  return path.extension() == ".gguf" ? path.stem().string() : path.filename().string();
}

bool is_file(const fs::path& path) {
  std::error_code ec;
  return fs::is_regular_file(path, ec);
}

/// The shell does not expand "~" behind "NAME=".
fs::path expand_home(std::string_view text) {
  const char* home = std::getenv("HOME");
  if (home != nullptr && text.starts_with("~/")) return fs::path(home) / text.substr(2);
  return text;
}

std::string what_there_is() {
  std::vector<std::string> names;
  for (const auto& model : stored_models()) names.push_back(model.name);
  std::vector<std::string> to_fetch;
  for (const auto& spec : catalogue()) {
    if (!is_stored(spec)) to_fetch.push_back(spec.name);
  }
  std::string text = names.empty() ? fmt::format("No models are in {}", models_dir().string())
                                   : fmt::format("There are: {}", fmt::join(names, ", "));
  if (!to_fetch.empty()) {
    text += fmt::format("; to fetch with `hearth get NAME`: {}", fmt::join(to_fetch, ", "));
  }
  return text + ".";
}

Error not_fetched(const ModelSpec& spec) {
  if (is_file(stored_path(spec))) {
    return {ErrorKind::not_found,
            fmt::format("{} has not the size of {}. Fetch it again with `hearth get {}` ({}).",
                        stored_path(spec).string(), spec.title, spec.name,
                        file_size_in_words(spec.bytes))};
  }
  return {ErrorKind::not_found,
          fmt::format("{} is not on this machine. Fetch it with `hearth get {}` ({}).", spec.title,
                      spec.name, file_size_in_words(spec.bytes))};
}

}  // namespace

fs::path models_dir() {
  return data_dir() / "models";
}

fs::path stored_path(const ModelSpec& spec) {
  return models_dir() / spec.file;
}

bool is_stored(const ModelSpec& spec) {
  std::error_code ec;
  return fs::file_size(stored_path(spec), ec) == spec.bytes && !ec;
}

std::vector<StoredModel> stored_models() {
  std::vector<StoredModel> models;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(models_dir(), ec)) {
    if (entry.path().extension() != ".gguf" || !entry.is_regular_file(ec)) continue;
    const auto* spec = spec_of_file(entry.path().filename().string());
    if (spec != nullptr && !is_stored(*spec)) continue;
    models.push_back({name_of_file(entry.path()), entry.path(), entry.file_size(ec), spec});
  }
  std::ranges::sort(models, {}, &StoredModel::name);
  return models;
}

Result<fs::path> resolve(std::string_view name_or_path) {
  const auto* spec = find_model(name_or_path);
  if (spec != nullptr && is_stored(*spec)) return stored_path(*spec);
  fs::path given = expand_home(name_or_path);
  if (!name_or_path.empty() && !name_or_path.contains('/')) {
    if (const auto* known = spec_of_file(name_or_path); known != nullptr && !is_stored(*known)) {
      spec = known;
    } else if (auto file = models_dir() / given; is_file(file)) {
      return file;
    } else if (auto gguf = models_dir() / (given.string() + ".gguf"); is_file(gguf)) {
      return gguf;
    }
  }
  if (is_file(given)) return given;
  if (spec != nullptr) return std::unexpected(not_fetched(*spec));
  std::error_code ec;
  if (fs::is_directory(given, ec)) {
    return fail(ErrorKind::not_found,
                fmt::format("{} is a folder; a model is one .gguf file.", given.string()));
  }
  return fail(ErrorKind::not_found,
              fmt::format("There is no model or file \"{}\". {}", name_or_path, what_there_is()));
}

Result<NamedModel> resolve_named(std::string_view argument) {
  const auto equals = argument.find('=');
  if (equals == std::string_view::npos || is_file(expand_home(argument))) {
    auto path = resolve(argument);
    if (!path) return pass_on(path);
    return NamedModel{name_of_file(*path), *path};
  }
  const auto name = argument.substr(0, equals);
  const auto file = argument.substr(equals + 1);
  if (name.empty() || file.empty()) {
    return fail(ErrorKind::invalid_request,
                fmt::format("\"{}\": a name and a file are expected, as in --model "
                            "openai/gpt-oss-20b=model.gguf",
                            argument));
  }
  auto path = resolve(file);
  if (!path) return pass_on(path);
  return NamedModel{std::string(name), *path};
}

Error no_model_error() {
  const auto& spec = default_model();
  return {ErrorKind::not_found,
          fmt::format("There is no model on this machine. Fetch the default one with "
                      "`hearth get {}` ({}, {}), or name a file with --model.",
                      spec.name, file_size_in_words(spec.bytes), spec.licence)};
}

}  // namespace hearth::models
