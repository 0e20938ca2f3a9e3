#include "hearth/cli/config_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include <cstdio>
#include <memory>

#include "hearth/base/file.h"
#include "hearth/base/id.h"
#include "hearth/base/shown_url.h"
#include "hearth/base/xdg.h"
#include "hearth/cli/config_import.h"
#include "hearth/cli/finish.h"
#include "hearth/cli/local_import.h"
#include "hearth/router/config.h"
#include "hearth/router/config_schema.h"
#include "hearth/router/key_hash.h"
#include "hearth/router/overrides.h"

namespace hearth::cli {
namespace {

void print_route(std::string_view name, const std::optional<router::Target>& target) {
  if (target) fmt::print("  {:12} {}\n", name, router::to_string(*target));
}

void print_routes(const router::RouterConfig& routes) {
  fmt::print("Routes\n");
  for (const router::Rule& rule : routes.rules) {
    fmt::print("  {:12} {}\n", rule.name, rule.route ? router::to_string(*rule.route) : "(params)");
  }
  print_route("default", routes.default_route);
  print_route("background", routes.background);
  print_route("think", routes.think);
  print_route("longContext", routes.long_context);
  print_route("webSearch", routes.web_search);
  print_route("image", routes.image);
  for (const auto& [scenario, targets] : routes.fallback) {
    for (const router::Target& target : targets) {
      fmt::print("  {:12} {}, if that fails\n", router::to_string(scenario),
                 router::to_string(target));
    }
  }
}

Result<void> run_check(const std::string& named) {
  const std::filesystem::path file =
      named.empty() ? config_dir() / "config.json" : std::filesystem::path(named);
  const auto config = router::load_config(file, router::process_environment());
  if (!config) return std::unexpected(config.error());
  fmt::print("{} is good.\n\nProviders\n", file.string());
  for (const router::ProviderConfig& provider : config->providers) {
    fmt::print("  {:12} {}{}: {}\n", provider.name, router::to_string(provider.kind),
               provider.api_base_url.empty() ? "" : " at " + shown_url(provider.api_base_url),
               fmt::join(provider.models, ", "));
  }
  print_routes(config->router);
  for (const router::ProjectFile& own :
       router::project_files(std::filesystem::absolute(file).parent_path())) {
    const auto routes = router::load_router(own.file, *config, router::process_environment());
    if (!routes) return std::unexpected(routes.error());
    if (!*routes) continue;
    fmt::print("\nInstead, by {}\n", own.file.string());
    print_routes(**routes);
  }
  if (!config->warnings.empty()) fmt::print("\nWarnings\n");
  for (const std::string& warning : config->warnings) fmt::print("  {}\n", warning);
  return {};
}

struct ImportOptions {
  std::string source;
  std::string from;
  std::string to;
  bool force = false;
};

constexpr std::string_view router_name = "claude-code-router";

Result<ImportedConfig> import_from(const ImportOptions& options) {
  if (options.from == "ollama") return import_ollama(options.source);
  if (options.from == "lmstudio") return import_lm_studio(options.source);
  if (options.from == router_name) return import_router_config(options.source);
  return fail(ErrorKind::invalid_request,
              fmt::format("--from {}: give {}, ollama or lmstudio", options.from, router_name));
}

Result<void> run_import(const ImportOptions& options) {
  auto imported = import_from(options);
  if (!imported) return pass_on(imported);
  const std::filesystem::path file =
      options.to.empty() ? config_dir() / "config.json" : std::filesystem::path(options.to);
  std::error_code ec;
  if (!options.force && std::filesystem::exists(file, ec)) {
    return fail(ErrorKind::invalid_request,
                fmt::format("{} is there already; --force replaces it, --to FILE writes another",
                            file.string()));
  }
  // It may hold keys.
  const mode_t before = ::umask(S_IRWXG | S_IRWXO);
  auto written = write_file_atomically(file, imported->text);
  ::umask(before);
  if (!written) return written;
  fmt::print("{} is now {}.\n", imported->source.string(), file.string());
  if (options.from == router_name) {
    const auto projects =
        copy_project_routes(imported->source.parent_path(),
                            std::filesystem::absolute(file).parent_path(), options.force);
    if (!projects) return std::unexpected(projects.error());
    if (!projects->empty()) {
      fmt::print("  with the routes of single projects: {}\n", fmt::join(*projects, ", "));
    }
  }
  for (const std::string& note : imported->notes) fmt::print("  {}\n", note);
  fmt::print("\n");
  if (auto good = run_check(file.string()); !good) {
    return fail(ErrorKind::config,
                fmt::format("{}\n{} was written, and is to be corrected; `hearth "
                            "config check` says when it is good",
                            good.error().message, file.string()));
  }
  return {};
}

}  // namespace

void add_config_command(CLI::App& app, int& exit_code) {
  CLI::App* config = app.add_subcommand("config", "The configuration");
  config->require_subcommand(1);
  auto file = std::make_shared<std::string>();
  CLI::App* check = config->add_subcommand(
      "check", "Reads a configuration and says what it means, or what is wrong with it and where");
  check->add_option("FILE", *file, "Default: the user's own");
  check->callback([file, &exit_code] { finish(run_check(*file), exit_code); });
  auto wanted = std::make_shared<ImportOptions>();
  CLI::App* import = config->add_subcommand(
      "import", "Takes over another program's configuration as the user's own");
  import->add_option("FILE", wanted->source,
                     "Claude Code Router's config.json or config.sqlite, or the folder of the "
                     "others (default: where it usually is)");
  import
      ->add_option("--from", wanted->from,
                   "claude-code-router (1, 2 or 3), or the models of ollama or lmstudio")
      ->default_val(std::string(router_name));
  import->add_option("--to", wanted->to, "Where to write it");
  import->add_flag("--force", wanted->force, "Replace what is there");
  import->callback([wanted, &exit_code] { finish(run_import(*wanted), exit_code); });
  CLI::App* key = config->add_subcommand(
      "key", "Makes a key for clients, and its hash, which can stand in the configuration instead");
  key->callback([] {
    const std::string made = new_id("hearth-");
    fmt::print("key   {}\nhash  {}\n", made, router::key_hash(made));
  });
  CLI::App* schema = config->add_subcommand("schema", "Its JSON Schema, for editors");
  schema->callback([] { fmt::print("{}", router::config_schema()); });
}

}  // namespace hearth::cli
