// Ollama keeps a manifest for each model, manifests/HOST/NAMESPACE/MODEL/TAG (as an OCI registry
// has it), whose layers are files in blobs/.

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "hearth/base/xdg.h"
#include "hearth/cli/local_import.h"
#include "hearth/cli/local_models_config.h"
#include "hearth/models/gguf.h"

namespace hearth::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view layer_type = "application/vnd.ollama.image.";

Result<fs::path> find_ollama() {
  std::vector<fs::path> places{home_dir() / ".ollama" / "models",
                               "/usr/share/ollama/.ollama/models"};
  if (const char* named = std::getenv("OLLAMA_MODELS"); named != nullptr && *named != '\0') {
    places.insert(places.begin(), named);
  }
  std::error_code ec;
  for (const fs::path& place : places) {
    if (fs::is_directory(place / "manifests", ec)) return place;
  }
  return fail(ErrorKind::not_found, fmt::format("Ollama's models are not in {}; name their folder",
                                                places.front().string()));
}

/// As Ollama shows it: what its own registry and library are is left out.
std::string model_name(const fs::path& manifest) {
  std::vector<std::string> parts;
  for (const fs::path& part : manifest) parts.push_back(part.string());
  if (parts.size() < 3) return {};
  if (parts.front() == "registry.ollama.ai") {
    parts.erase(parts.begin());
    if (parts.front() == "library") parts.erase(parts.begin());
  }
  std::string name;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) name += (i == 0 ? "" : "/") + parts[i];
  return name + ":" + parts.back();
}

class ManifestReader {
 public:
  ManifestReader(fs::path folder, std::vector<std::string>& notes)
      : folder_(std::move(folder)), notes_(notes) {}

  std::vector<FoundModel> run() {
    const fs::path manifests = folder_ / "manifests";
    for (const fs::path& file : files_below(manifests)) {
      name_ = model_name(file.lexically_relative(manifests));
      if (!name_.empty()) read_manifest(file);
    }
    return std::move(models_);
  }

 private:
  void note(std::string_view text) { notes_.push_back(fmt::format("{}: {}", name_, text)); }

  void read_manifest(const fs::path& file) {
    const json::object manifest = read_object(file);
    const json::array* layers = find_array(manifest, "layers");
    if (layers == nullptr) return note("its manifest cannot be read; left out");
    FoundModel model;
    model.name = name_;
    bool whole = true;
    for (const json::value& layer : *layers) {
      if (const json::object* object = layer.if_object()) whole = take(*object, model) && whole;
    }
    if (!whole) return;
    if (model.file.empty()) return note("it has no model file; left out");
    if (!models::inspect_gguf(model.file))
      return note("its model is not there, or no GGUF file; left out");
    models_.push_back(std::move(model));
  }

  [[nodiscard]] fs::path blob(const json::object& layer) const {
    std::string digest(find_string(layer, "digest").value_or(""));
    std::ranges::replace(digest, ':', '-');
    return folder_ / "blobs" / fs::path(digest).filename();
  }

  /// False if the model cannot be used.
  bool take(const json::object& layer, FoundModel& model) {
    std::string_view type = find_string(layer, "mediaType").value_or("");
    if (!type.starts_with(layer_type)) return true;
    type.remove_prefix(layer_type.size());
    if (type == "model") {
      if (!model.file.empty()) {
        note("it is in several files; left out");
        return false;
      }
      model.file = blob(layer);
    } else if (type == "adapter") {
      note("it has an adapter, which is not applied here; left out");
      return false;
    } else if (type == "projector") {
      note("it sees no images here");
    } else if (type == "params") {
      take_parameters(layer, model);
    } else if (type == "system") {
      note("its own system prompt is not taken over");
    }
    return true;
  }

  void take_parameters(const json::object& layer, FoundModel& model) {
    const json::object object = read_object(blob(layer));
    if (object.empty()) return note("its parameters cannot be read");
    if (const auto window = find_int(object, "num_ctx")) model.context = static_cast<int>(*window);
    for (const char* key : {"temperature", "top_p", "top_k", "min_p"}) {
      if (const json::value* value = find(object, key)) model.sampling[key] = *value;
    }
  }

  fs::path folder_;
  std::vector<std::string>& notes_;
  std::string name_;  ///< of the model that is being read
  std::vector<FoundModel> models_;
};

}  // namespace

Result<ImportedConfig> import_ollama(const fs::path& folder) {
  auto begun = import_of(folder, find_ollama);
  if (!begun) return begun;
  ImportedConfig& imported = *begun;
  auto models = ManifestReader(fs::absolute(imported.source), imported.notes).run();
  if (models.empty()) {
    return fail(ErrorKind::not_found,
                fmt::format("there is no model in {}", imported.source.string()));
  }
  imported.text = config_of("ollama", imported.source, std::move(models));
  return begun;
}

}  // namespace hearth::cli
