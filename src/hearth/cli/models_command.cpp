#include "hearth/cli/models_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "hearth/base/lower_case.h"
#include "hearth/cli/fetch_shown.h"
#include "hearth/cli/finish.h"
#include "hearth/models/catalogue.h"
#include "hearth/models/fetch.h"
#include "hearth/models/listing.h"

namespace hearth::cli {
namespace {

struct GetOptions {
  std::string model;
  std::string sha256;
};

/// In lower case, as hashes are compared. Empty if there is none.
Result<std::string> checked_hash(std::string text) {
  text = in_lower_case(text);
  const bool digits = text.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!text.empty() && (text.size() != 64 || !digits)) {
    return fail(ErrorKind::invalid_request, "--sha256: 64 hexadecimal digits are expected");
  }
  return text;
}

Result<void> get(const GetOptions& options) {
  auto hash = checked_hash(options.sha256);
  if (!hash) return pass_on(hash);
  const std::string& sha256 = *hash;
  if (options.model.contains("://")) {
    auto fetched = fetch_url_shown(options.model, sha256);
    if (!fetched) return pass_on(fetched);
    if (fetched->was_there) {
      fmt::print(stderr, "It was there already; remove it to fetch another file of that name.\n");
    }
    fmt::print("{}  {}\n", fetched->sha256, fetched->path.string());
    return {};
  }
  const auto* spec = models::find_model(options.model);
  if (spec == nullptr) {
    std::string names;
    for (const auto& known : models::catalogue()) names += "\n  " + known.name;
    return fail(
        ErrorKind::not_found,
        fmt::format("\"{}\" is no model that Hearth knows. Give the address of a GGUF file, "
                    "or one of:{}",
                    options.model, names));
  }
  if (!sha256.empty() && sha256 != spec->sha256) {
    return fail(ErrorKind::invalid_request,
                fmt::format("{} is the file with SHA-256 {}, not {}. Give the address of the file "
                            "that you mean.",
                            spec->title, spec->sha256, sha256));
  }
  auto path = fetch_shown(*spec);
  if (!path) return pass_on(path);
  fmt::print("{}\n", path->string());
  return {};
}

struct ListOptions {
  std::vector<std::string> paths;
  bool json = false;
};

Result<void> list(const ListOptions& options) {
  const auto rows = models::list_models({options.paths.begin(), options.paths.end()});
  if (options.json) {
    fmt::print("{}\n", to_json(models::as_json(rows)));
  } else {
    fmt::print("{}", models::as_table(rows));
  }
  const auto first_asked_for = rows.end() - static_cast<std::ptrdiff_t>(options.paths.size());
  const auto bad = std::find_if(first_asked_for, rows.end(),
                                [](const auto& row) { return !row.problem.empty(); });
  if (bad != rows.end()) return fail(ErrorKind::invalid_request, bad->problem);
  return {};
}

}  // namespace

void add_models_commands(CLI::App& app, int& exit_code) {
  auto get_options = std::make_shared<GetOptions>();
  auto* get_command = app.add_subcommand(
      "get", "Fetch a model by name or address; run again, it goes on where it stopped");
  get_command->add_option("model", get_options->model, "A name of `hearth models`, or a URL")
      ->type_name("NAME|URL")
      ->required();
  get_command->add_option("--sha256", get_options->sha256, "The hash that the file must have")
      ->type_name("HEX");
  get_command->callback([get_options, &exit_code] { finish(get(*get_options), exit_code); });

  auto list_options = std::make_shared<ListOptions>();
  auto* list_command =
      app.add_subcommand("models", "List the models on this machine and those to fetch");
  list_command->add_option("paths", list_options->paths, "GGUF files to list as well")
      ->type_name("PATH");
  list_command->add_flag("--json", list_options->json, "Print a JSON array");
  list_command->callback([list_options, &exit_code] { finish(list(*list_options), exit_code); });
}

}  // namespace hearth::cli
