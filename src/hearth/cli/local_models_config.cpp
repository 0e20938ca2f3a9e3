#include "hearth/cli/local_models_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "hearth/base/file.h"

namespace hearth::cli {
namespace {

namespace fs = std::filesystem;

fs::file_time_type changed(const FoundModel& model) {
  std::error_code ec;
  const auto time = fs::last_write_time(model.file, ec);
  return ec ? fs::file_time_type::min() : time;
}

json::object provider_of(const std::string& name, const std::vector<const FoundModel*>& models) {
  json::array names;
  json::object files;
  json::object sampling;
  for (const FoundModel* model : models) {
    names.emplace_back(model->name);
    files[model->name] = model->file.string();
    if (!model->sampling.empty()) {
      sampling[model->name] =
          json::object{{"use", json::array{json::array{"sampling", model->sampling}}}};
    }
  }
  json::object provider{{"name", name}, {"provider", "local"}, {"models", std::move(names)}};
  provider["files"] = std::move(files);
  if (models.front()->context) provider["context"] = *models.front()->context;
  if (!sampling.empty()) provider["transformer"] = std::move(sampling);
  return provider;
}

}  // namespace

std::string config_of(std::string_view program, const fs::path& folder,
                      std::vector<FoundModel> models) {
  std::map<std::optional<int>, std::vector<const FoundModel*>> by_window;
  for (const FoundModel& model : models) by_window[model.context].push_back(&model);
  const auto provider_name = [&](const std::optional<int>& window) {
    return window ? fmt::format("{}-{}", program, *window) : std::string(program);
  };
  json::array providers;
  for (const auto& [window, of_window] : by_window) {
    providers.push_back(provider_of(provider_name(window), of_window));
  }
  const FoundModel& newest = *std::ranges::max_element(models, {}, changed);
  const std::string route = fmt::format("{},{}", provider_name(newest.context), newest.name);
  const json::object config{{"Providers", std::move(providers)}, {"Router", {{"default", route}}}};
  return fmt::format("// The models of {}\n{}\n", folder.string(), to_readable_json(config));
}

std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code ec;
  for (fs::recursive_directory_iterator
           entry(folder, fs::directory_options::skip_permission_denied, ec),
       end;
       !ec && entry != end; entry.increment(ec)) {
    std::error_code no_file;
    if (entry->is_regular_file(no_file)) files.push_back(entry->path());
  }
  std::ranges::sort(files);
  return files;
}

json::object read_object(const fs::path& file) {
  const auto text = read_file(file);
  if (!text) return {};
  auto parsed = parse_json(*text);
  return parsed && parsed->is_object() ? std::move(parsed->get_object()) : json::object();
}

}  // namespace hearth::cli
