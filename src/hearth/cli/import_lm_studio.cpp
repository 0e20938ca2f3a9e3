// LM Studio keeps models as PUBLISHER/REPOSITORY/FILE.gguf, and what was set for one of them under
// .internal by the same path.

#include <fmt/format.h>

#include <map>

#include "hearth/base/file.h"
#include "hearth/base/lower_case.h"
#include "hearth/base/trimmed.h"
#include "hearth/base/xdg.h"
#include "hearth/cli/local_import.h"
#include "hearth/cli/local_models_config.h"
#include "hearth/models/gguf.h"

namespace hearth::cli {
namespace {

namespace fs = std::filesystem;

Result<fs::path> find_lm_studio() {
  std::vector<fs::path> places{home_dir() / ".lmstudio", home_dir() / ".cache" / "lm-studio"};
  if (const auto pointer = read_file(home_dir() / ".lmstudio-home-pointer")) {
    places.insert(places.begin(), fs::path(trimmed(*pointer)));
  }
  std::error_code ec;
  for (const fs::path& place : places) {
    if (fs::is_directory(place, ec)) return place;
  }
  return fail(ErrorKind::not_found,
              fmt::format("LM Studio is not in {}; name its folder", places.front().string()));
}

/// "Qwen3-8B-GGUF" is "qwen3-8b".
std::string repository_name(const std::string& repository) {
  constexpr std::string_view format = "-gguf";
  std::string name = in_lower_case(repository);
  if (name.ends_with(format)) name.resize(name.size() - format.size());
  return name;
}

/// What comes behind the last dash or dot of a file's name: its quantisation.
std::string quantisation_of(const fs::path& file) {
  const std::string stem = file.stem().string();
  return in_lower_case(stem.substr(stem.find_last_of("-.") + 1));
}

/// Images' projectors, and all but the first of several files.
bool is_part(const fs::path& file) {
  const std::string name = in_lower_case(file.filename().string());
  const std::size_t of = name.rfind("-of-");
  return name.find("mmproj") != std::string::npos ||
         (of != std::string::npos && of >= 6 && name.compare(of - 6, 6, "-00001") != 0);
}

std::optional<int> window_of(const fs::path& home, const fs::path& below_models) {
  fs::path file = home / ".internal" / "user-concrete-model-default-config" / below_models;
  file += ".json";
  const json::object settings = read_object(file);
  const json::object* load = find_object(settings, "load");
  const json::array* fields = load == nullptr ? nullptr : find_array(*load, "fields");
  for (std::size_t i = 0; fields != nullptr && i < fields->size(); ++i) {
    const json::object* field = (*fields)[i].if_object();
    if (field == nullptr || find_string(*field, "key") != "llm.load.contextLength") continue;
    if (const auto window = find_int(*field, "value")) return static_cast<int>(*window);
  }
  return std::nullopt;
}

/// Models that came from LM Studio's hub are named with their publisher there.
std::map<std::string, std::string> hub_names(const fs::path& home) {
  std::map<std::string, std::string> names;
  const fs::path hub = home / "hub" / "models";
  for (const fs::path& file : files_below(hub)) {
    const fs::path model = file.lexically_relative(hub).parent_path();
    names[in_lower_case(model.filename().string())] = in_lower_case(model.string());
  }
  return names;
}

}  // namespace

Result<ImportedConfig> import_lm_studio(const fs::path& folder) {
  auto begun = import_of(folder, find_lm_studio);
  if (!begun) return begun;
  ImportedConfig& imported = *begun;
  const fs::path home = fs::absolute(imported.source);
  fs::path below = home / "models";
  const json::object settings = read_object(home / "settings.json");
  if (const auto own = find_string(settings, "downloadsFolder"); own && !own->empty()) {
    below = std::string(*own);
  }
  std::map<fs::path, std::vector<fs::path>> repositories;
  for (const fs::path& file : files_below(below)) {
    if (file.extension() != ".gguf" || is_part(file)) continue;
    if (!models::inspect_gguf(file)) {
      imported.notes.push_back(fmt::format("{} is no GGUF file; left out", file.string()));
      continue;
    }
    repositories[file.parent_path()].push_back(file);
  }
  if (repositories.empty()) {
    return fail(ErrorKind::not_found, fmt::format("there is no model in {}", below.string()));
  }
  const auto hub = hub_names(home);
  std::vector<FoundModel> found;
  for (const auto& [repository, files] : repositories) {
    std::string name = repository_name(repository.filename().string());
    if (const auto known = hub.find(name); known != hub.end()) name = known->second;
    for (const fs::path& file : files) {
      found.push_back({.name = files.size() > 1 ? name + "@" + quantisation_of(file) : name,
                       .file = file,
                       .context = window_of(home, file.lexically_relative(below)),
                       .sampling = {}});
    }
  }
  imported.text = config_of("lmstudio", home, std::move(found));
  return begun;
}

}  // namespace hearth::cli
