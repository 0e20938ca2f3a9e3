#include "hearth/cli/config_import.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "hearth/base/file.h"
#include "hearth/base/json.h"
#include "hearth/base/json5.h"
#include "hearth/base/xdg.h"
#include "hearth/cli/version_3_rules.h"
#include "hearth/observe/database.h"
#include "hearth/router/overrides.h"

namespace hearth::cli {
namespace {

using observe::Database;
using observe::Statement;

constexpr std::string_view sqlite_magic = "SQLite format 3";

Result<std::filesystem::path> find_source() {
  const std::filesystem::path folder = home_dir() / ".claude-code-router";
  std::error_code ec;
  for (const char* name : {"config.sqlite", "config.json"}) {
    if (std::filesystem::exists(folder / name, ec)) return folder / name;
  }
  return fail(ErrorKind::not_found,
              fmt::format("there is no configuration in {}; name a file", folder.string()));
}

/// The first column of the first row, or nothing.
std::optional<std::string> look_up(Database& database, std::string_view sql) {
  Statement select(database, sql);
  if (!select.ready() || !select.step()) return std::nullopt;
  return select.text(0);
}

/// Reads a version-3 database, which holds one JSON document and, as blobs, the files of before.
class Version3 {
 public:
  Version3(Database& database, ImportedConfig& imported)
      : database_(database), imported_(imported) {}

  Result<void> run() {
    const auto stored = look_up(
        database_, "SELECT value_json FROM app_config ORDER BY key = 'default' DESC LIMIT 1");
    if (!stored) {
      return fail(
          ErrorKind::invalid_request,
          fmt::format("{} is no database of Claude Code Router 3", imported_.source.string()));
    }
    const auto parsed = parse_json(*stored);
    if (!parsed || !parsed->is_object()) {
      return fail(
          ErrorKind::invalid_request,
          fmt::format("the configuration in {} is no JSON object", imported_.source.string()));
    }
    take(parsed->get_object());
    return {};
  }

 private:
  void take(const json::object& stored) {
    json::object config;
    if (const json::array* providers = find_array(stored, "Providers")) {
      config["Providers"] = providers_of(*providers);
    }
    take_old_routes(config);
    if (const json::object* router = find_object(stored, "Router")) take_router(*router, config);
    if (!config.contains("Router")) {
      imported_.notes.emplace_back(
          "no routes were found: requests go to the first model until Router names some");
    }
    take_keys(config);
    for (const char* name : {"HOST", "PORT", "API_TIMEOUT_MS"}) {
      if (const json::value* value = find(stored, name)) config[name] = *value;
    }
    imported_.text =
        fmt::format("// From {}\n{}\n", imported_.source.string(), to_readable_json(config));
  }

  static json::array providers_of(const json::array& stored) {
    json::array providers;
    for (const json::value& item : stored) {
      if (!item.is_object()) continue;
      json::object provider;
      for (const char* name : {"name", "api_base_url", "api_key", "models", "transformer"}) {
        if (const json::value* value = find(item.get_object(), name)) provider[name] = *value;
      }
      providers.push_back(std::move(provider));
    }
    return providers;
  }

  void take_old_routes(json::object& config) {
    const auto before = look_up(database_,
                                "SELECT content FROM legacy_storage_backups WHERE source_kind = "
                                "'legacy-json-config' ORDER BY archived_at DESC LIMIT 1");
    const auto parsed = before ? parse_json5(*before) : Result<Json5>();
    if (!before || !parsed || !parsed->value.is_object()) return;
    const json::object& old = parsed->value.get_object();
    if (const json::object* router = find_object(old, "Router")) {
      config["Router"] = *router;
      imported_.notes.emplace_back("the routes are those of the configuration before version 3");
    }
    if (const json::value* fallback = find(old, "fallback")) config["fallback"] = *fallback;
  }

  /// What version 3 itself has: rules, and a list of models to fall back on.
  void take_router(const json::object& router, json::object& config) {
    const json::array* providers = find_array(config, "Providers");
    const json::array known = providers == nullptr ? json::array() : *providers;
    if (const json::array* stored = find_array(router, "rules"); stored && !stored->empty()) {
      TranslatedRules translated = translate_rules(*stored, known);
      std::ranges::move(translated.notes, std::back_inserter(imported_.notes));
      if (!translated.rules.empty()) {
        json::value& ours = config["Router"];
        if (!ours.is_object()) ours = json::object();
        ours.get_object()["rules"] = std::move(translated.rules);
      }
    }
    const json::object* fallback = find_object(router, "fallback");
    if (fallback == nullptr || find_string(*fallback, "mode").value_or("off") == "off") return;
    const json::array* models = find_array(*fallback, "models");
    json::array routes;
    for (const json::value& model : models == nullptr ? json::array() : *models) {
      if (!model.is_string()) continue;
      if (const auto route = route_of(model.get_string(), known)) routes.emplace_back(*route);
    }
    if (!routes.empty()) config["fallback"] = json::object{{"default", std::move(routes)}};
  }

  void take_keys(json::object& config) {
    Statement select(
        database_, "SELECT encrypted_key, encryption FROM api_keys WHERE id NOT LIKE 'profile:%'");
    json::array keys;
    bool locked = false;
    while (select.ready() && select.step()) {
      if (select.text(1) == "plain") {
        keys.emplace_back(select.text(0));
      } else {
        locked = true;
      }
    }
    if (!keys.empty()) config["APIKEY"] = std::move(keys);
    if (locked) {
      imported_.notes.emplace_back(
          "keys that are encrypted were not taken over; `hearth config key` makes new ones");
    }
  }

  Database& database_;
  ImportedConfig& imported_;
};

}  // namespace

Result<std::vector<std::string>> copy_project_routes(const std::filesystem::path& from,
                                                     const std::filesystem::path& to, bool force) {
  std::vector<std::string> projects;
  for (const router::ProjectFile& found : router::project_files(from)) {
    auto text = read_file(found.file);
    if (!text) return pass_on(text);
    const auto parsed = parse_json5(*text);
    const json::object* object = parsed ? parsed->value.if_object() : nullptr;
    if (object == nullptr || !object->contains("Router")) continue;
    const std::filesystem::path target = to / found.project / found.file.filename();
    std::error_code ec;
    if (!force && std::filesystem::exists(target, ec)) continue;
    if (auto written = write_file_atomically(target, *text); !written) return pass_on(written);
    if (projects.empty() || projects.back() != found.project) projects.push_back(found.project);
  }
  return projects;
}

Result<ImportedConfig> import_of(const std::filesystem::path& source,
                                 Result<std::filesystem::path> (*find)()) {
  ImportedConfig imported;
  imported.source = source;
  if (source.empty()) {
    auto found = find();
    if (!found) return pass_on(found);
    imported.source = std::move(*found);
  }
  return imported;
}

Result<ImportedConfig> import_router_config(const std::filesystem::path& source) {
  auto begun = import_of(source, find_source);
  if (!begun) return pass_on(begun);
  ImportedConfig& imported = *begun;
  auto text = read_file(imported.source);
  if (!text) return pass_on(text);
  if (!text->starts_with(sqlite_magic)) {
    if (imported.source.extension() == ".sqlite") {
      return fail(ErrorKind::invalid_request,
                  fmt::format("{} is no SQLite database", imported.source.string()));
    }
    const auto parsed = parse_json5(*text);
    if (!parsed || !parsed->value.is_object()) {
      return fail(ErrorKind::invalid_request,
                  fmt::format("{}: {}", imported.source.string(),
                              parsed ? "expected an object" : parsed.error().message));
    }
    imported.text = std::move(*text);
    return begun;
  }
  auto database = Database::open(imported.source, Database::Access::foreign);
  if (!database) return pass_on(database);
  if (auto read = Version3(**database, imported).run(); !read) return pass_on(read);
  return begun;
}

}  // namespace hearth::cli
