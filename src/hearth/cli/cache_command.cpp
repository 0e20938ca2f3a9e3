#include "hearth/cli/cache_command.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <utility>

#include "hearth/base/xdg.h"
#include "hearth/cli/cache_table.h"
#include "hearth/cli/finish.h"
#include "hearth/cli/option_checks.h"
#include "hearth/cli/server_calls.h"
#include "hearth/models/byte_size.h"

namespace hearth::cli {
namespace {

struct CacheOptions {
  std::string model;  ///< empty: all
  std::size_t n = 20;
  bool as_json = false;
};

json::object body_for(const std::string& model) {
  json::object body;
  if (!model.empty()) body["model"] = model;
  return body;
}

std::filesystem::path disk_folder() {
  return cache_dir() / "kv";
}

bool is_meant(const kv::StoredModel& stored, const std::string& model) {
  return model.empty() || stored.description.contains(model) ||
         stored.folder.filename().string().starts_with(model);
}

void print_models(const json::object& answer, const CacheOptions& options) {
  const auto* models = find_array(answer, "models");
  if (models == nullptr || models->empty()) {
    fmt::print("The server has loaded no model yet.\n");
    return;
  }
  for (const json::value& model : *models) {
    fmt::print("{}\n", cache_table(model.as_object(), options.n));
  }
}

/// What lies on disk of models that no server has.
void print_stored() {
  bool any = false;
  for (const auto& stored : kv::stored_models_of(disk_folder())) {
    if (stored.in_use) continue;
    if (!std::exchange(any, true)) fmt::print("Models that are not loaded:\n");
    fmt::print("{}", stored_model_line(stored));
  }
}

Result<void> show(const CacheOptions& options) {
  const auto server = server_to_ask();
  if (!server) {
    if (options.as_json) {
      return fail(ErrorKind::unavailable, "no server is running; `hearth serve` starts one");
    }
    fmt::print("No server is running: nothing is kept but on disk.\n");
    print_stored();
    return {};
  }
  auto answer = ask(*server, "/cache");
  if (!answer) return pass_on(answer);
  if (options.as_json) {
    fmt::print("{}\n", to_json(*answer));
    return {};
  }
  print_models(*answer, options);
  print_stored();
  return {};
}

Result<void> clear(const CacheOptions& options) {
  if (const auto server = server_to_ask()) {
    auto answer = tell(*server, "/cache/clear", body_for(options.model));
    if (!answer) return pass_on(answer);
    if (const auto* cleared = find_array(*answer, "cleared")) {
      for (const json::value& model : *cleared) {
        fmt::print("Cleared: {}\n", std::string_view(model.as_string()));
      }
    }
  }
  for (const auto& stored : kv::stored_models_of(disk_folder())) {
    if (stored.in_use || !is_meant(stored, options.model)) continue;
    if (auto deleted = kv::delete_stored_model(stored.folder); !deleted) return deleted;
    fmt::print("Deleted: {}", stored_model_line(stored));
  }
  return {};
}

Result<void> verify(const CacheOptions& options) {
  std::size_t n_problems = 0;
  for (const auto& stored : kv::stored_models_of(disk_folder())) {
    if (!is_meant(stored, options.model)) continue;
    auto verified = kv::verify_stored_model(stored.folder);
    if (!verified) return pass_on(verified);
    for (const std::string& problem : verified->problems) fmt::print("{}\n", problem);
    n_problems += verified->problems.size();
    fmt::print("{} entries ({}) are right, {} are not: {}\n", verified->entries,
               models::file_size_in_words(verified->bytes), verified->problems.size(),
               stored.description);
  }
  if (n_problems == 0) return {};
  return fail(ErrorKind::io, fmt::format("{} files were damaged", n_problems));
}

Result<void> warm(const CacheOptions& options) {
  const auto server = server_to_ask();
  if (!server) {
    return fail(ErrorKind::unavailable,
                "no server is running whose memory could be warmed; `hearth serve` starts one, and "
                "warms it by itself");
  }
  auto answer = tell(*server, "/cache/warm", body_for(options.model));
  if (!answer) return pass_on(answer);
  CacheOptions totals_only;
  totals_only.n = 0;
  print_models(*answer, totals_only);
  return {};
}

}  // namespace

void add_cache_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<CacheOptions>();
  using Action = Result<void> (*)(const CacheOptions&);
  const auto run = [options, &exit_code](Action action) {
    return [options, &exit_code, action] { finish(action(*options), exit_code); };
  };
  const auto add_model = [options](CLI::App* command) {
    command->add_option("MODEL", options->model, "Only this model (default: all)");
  };

  CLI::App* cache = app.add_subcommand("cache", "What has been read already, and where it is kept");
  cache->require_subcommand(0, 1);
  checked(cache->add_option("-n", options->n, "How many conversations"), "N", CLI::Range(0, 100));
  cache->add_flag("--json", options->as_json, "The server's answer as it is");
  cache->callback([cache, show_it = run(&show)] {
    if (cache->get_subcommands().empty()) show_it();
  });

  CLI::App* clear_command = cache->add_subcommand("clear", "Forget it: in the server, and on disk");
  add_model(clear_command);
  clear_command->callback(run(&clear));

  CLI::App* verify_command =
      cache->add_subcommand("verify", "Read all that is on disk and set aside what is damaged");
  add_model(verify_command);
  verify_command->callback(run(&verify));

  CLI::App* warm_command = cache->add_subcommand(
      "warm", "Load the model, and bring what is likely to be wanted from disk into memory");
  add_model(warm_command);
  warm_command->callback(run(&warm));
}

}  // namespace hearth::cli
