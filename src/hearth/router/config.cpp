#include "hearth/router/config.h"

#include <climits>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "hearth/base/file.h"
#include "hearth/base/json5.h"
#include "hearth/router/config_parts.h"
#include "hearth/router/config_reader.h"
#include "hearth/router/environment.h"
#include "hearth/router/provider_reader.h"
#include "hearth/router/rule_reader.h"

namespace hearth::router {
namespace {

constexpr std::array<std::string_view, 13> used_keys{"Providers",
                                                     "Router",
                                                     "fallback",
                                                     "APIKEY",
                                                     "HOST",
                                                     "PORT",
                                                     "PROXY_URL",
                                                     "ALLOWED_ORIGINS",
                                                     "API_TIMEOUT_MS",
                                                     "LOG",
                                                     "LOG_LEVEL",
                                                     "LOG_FORMAT",
                                                     "REWRITE_SYSTEM_PROMPT"};

/// What cannot be used, and what to do instead.
constexpr std::array<std::pair<std::string_view, std::string_view>, 2> told_keys{{
    {"CUSTOM_ROUTER_PATH",
     "a router in JavaScript is not run; say the same in Router.rules (docs/routing.md translates "
     "the usual ones)"},
    {"transformers",
     "transformers in JavaScript are not run; docs/routing.md says what is built in"},
}};

bool is_empty(const json::value& value) {
  if (value.is_string()) return value.get_string().empty();
  return value.is_array() && value.get_array().empty();
}

/// The keys of `fallback` are the scenarios'.
void read_fallback(ConfigObject& top, Config& config) {
  const json::object* object = top.object("fallback");
  if (object == nullptr) return;
  ConfigSource& source = top.source();
  ConfigObject scenarios(*object, top.at("fallback"), source);
  for (const Scenario scenario : {Scenario::default_, Scenario::background, Scenario::think,
                                  Scenario::long_context, Scenario::web_search, Scenario::image}) {
    const std::string name(to_string(scenario));
    for (const std::string& text : scenarios.strings(name)) {
      if (const auto target = read_target(text, scenarios.at(name), source, config)) {
        config.router.fallback[scenario].push_back(*target);
      }
    }
  }
  for (const auto& member : scenarios.rest()) {
    source.report(scenarios.at(member.key()),
                  "is no scenario; there are default, background, think, longContext, webSearch, "
                  "image");
  }
}

void read_router(ConfigObject& top, Config& config) {
  const json::object* object = top.object("Router");
  if (object == nullptr) return;
  ConfigObject router(*object, "/Router", top.source());
  RouterConfig& routes = config.router;
  routes.default_route = read_route(router, "default", config);
  routes.background = read_route(router, "background", config);
  routes.think = read_route(router, "think", config);
  routes.long_context = read_route(router, "longContext", config);
  routes.web_search = read_route(router, "webSearch", config);
  routes.image = read_route(router, "image", config);
  routes.long_context_threshold =
      router.integer("longContextThreshold", 1, INT_MAX).value_or(routes.long_context_threshold);
  if (const auto seconds = router.number("maxSwitchSeconds")) {
    routes.max_switch_seconds = seconds;
    if (*seconds < 0) top.source().report(router.at("maxSwitchSeconds"), "expected 0 or more");
  }
  if (!router.boolean("stickByCache").value_or(true)) routes.max_switch_seconds.reset();
  routes.rules = read_rules(router, config);
  for (const auto& member : router.rest()) {
    config.warnings.push_back(
        fmt::format("Router: the key \"{}\" is not used", std::string_view(member.key())));
  }
}

/// The document's object, with the variables in what is used replaced; null with an error of
/// `source`.
json::object* expanded(Json5& document, ConfigSource& source, const Environment& environment) {
  json::object* object = document.value.if_object();
  if (object == nullptr) {
    source.expected("", "an object", &document.value);
    return nullptr;
  }
  for (const std::string_view key : used_keys) {
    if (json::value* value = object->if_contains(key)) {
      expand_variables(*value, "/" + std::string(key), environment, source);
    }
  }
  return object;
}

}  // namespace

std::string_view to_string(ProviderKind kind) {
  switch (kind) {
    case ProviderKind::local: return "local";
    case ProviderKind::openai: return "openai";
    case ProviderKind::anthropic: return "anthropic";
    case ProviderKind::gemini: return "gemini";
  }
  return "local";
}

bool RouterConfig::empty() const {
  return !default_route && !background && !think && !long_context && !web_search && !image &&
         rules.empty();
}

const ProviderConfig* Config::find_provider(std::string_view name) const {
  const auto found = std::ranges::find(providers, name, &ProviderConfig::name);
  return found == providers.end() ? nullptr : &*found;
}

std::string_view weights_name(std::string_view instance) {
  const std::size_t colon = instance.rfind(':');
  if (colon == std::string_view::npos || colon + 1 == instance.size()) return instance;
  const bool digits =
      std::ranges::all_of(instance.substr(colon + 1), [](char c) { return c >= '0' && c <= '9'; });
  return digits ? instance.substr(0, colon) : instance;
}

Result<Config> parse_config(std::string_view text, const std::string& file,
                            const Environment& environment) {
  auto document = parse_json5(text);
  if (!document) return fail(ErrorKind::config, file + ": " + document.error().message);
  ConfigSource source(file, *document);
  json::object* object = expanded(*document, source, environment);
  if (object == nullptr) return std::unexpected(source.error());
  Config config;
  ConfigObject top(*object, "", source);
  read_providers(top, config);
  read_router(top, config);
  read_fallback(top, config);
  config.api_keys = top.strings("APIKEY");
  std::erase(config.api_keys, "");
  config.allowed_origins = top.strings("ALLOWED_ORIGINS");
  config.hosts = top.strings("HOST");
  std::erase(config.hosts, "");
  config.port = top.integer("PORT", 0, 65535);
  config.proxy_url = top.string("PROXY_URL");
  config.api_timeout_ms = top.integer("API_TIMEOUT_MS", 1, INT_MAX).value_or(config.api_timeout_ms);
  config.rewrite_system_prompt = top.string("REWRITE_SYSTEM_PROMPT");
  config.log = top.boolean("LOG").value_or(config.log);
  config.log_level =
      top.one_of("LOG_LEVEL", {"trace", "debug", "info", "warn", "error", "fatal", "off"});
  config.log_format = top.one_of("LOG_FORMAT", {"text", "json"});
  if (const json::object* line = top.object("StatusLine")) config.status_line = *line;
  for (const auto& [key, advice] : told_keys) {
    const json::value* given = top.value(key);
    if (given != nullptr && !is_empty(*given)) {
      config.warnings.push_back(fmt::format("{}: {}", key, advice));
    }
  }
  top.value("$schema");
  config.other = top.rest();
  for (const auto& member : config.other) {
    config.warnings.push_back(
        fmt::format("the key \"{}\" is not used", std::string_view(member.key())));
  }
  if (source.failed()) return std::unexpected(source.error());
  std::ranges::copy(source.warnings(), std::back_inserter(config.warnings));
  return config;
}

Result<Config> load_config(const std::filesystem::path& file, const Environment& environment) {
  auto text = read_file(file);
  if (!text) return pass_on(text);
  return parse_config(*text, file.string(), environment);
}

Result<std::optional<RouterConfig>> load_router(const std::filesystem::path& file,
                                                const Config& config,
                                                const Environment& environment) {
  auto text = read_file(file);
  if (!text) return pass_on(text);
  auto document = parse_json5(*text);
  if (!document) return fail(ErrorKind::config, file.string() + ": " + document.error().message);
  ConfigSource source(file.string(), *document);
  json::object* object = expanded(*document, source, environment);
  if (object == nullptr) return std::unexpected(source.error());
  ConfigObject top(*object, "", source);
  if (top.value("Router") == nullptr) return std::optional<RouterConfig>();
  Config read;
  read.providers = config.providers;
  read_router(top, read);
  if (top.value("fallback") != nullptr) {
    read_fallback(top, read);
  } else {
    read.router.fallback = config.router.fallback;
  }
  if (source.failed()) return std::unexpected(source.error());
  return std::optional(std::move(read.router));
}

}  // namespace hearth::router
