#include "hearth/router/config.h"

#include <climits>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "hearth/base/file.h"
#include "hearth/base/json5.h"
#include "hearth/router/config_reader.h"
#include "hearth/router/environment.h"

namespace hearth::router {
namespace {

constexpr std::array<std::string_view, 9> used_keys{"Providers",      "Router", "APIKEY",
                                                    "HOST",           "PORT",   "PROXY_URL",
                                                    "API_TIMEOUT_MS", "LOG",    "LOG_LEVEL"};

RouteParams read_params(const json::object& object, const std::string& pointer,
                        ConfigSource& source) {
  ConfigObject fields(object, pointer, source);
  RouteParams params;
  params.max_tokens = fields.integer("max_tokens", 1, INT_MAX);
  params.temperature = fields.number("temperature");
  params.top_p = fields.number("top_p");
  params.min_p = fields.number("min_p");
  params.top_k = fields.integer("top_k", 0, INT_MAX);
  params.frequency_penalty = fields.number("frequency_penalty");
  params.presence_penalty = fields.number("presence_penalty");
  if (const auto seed = fields.integer("seed", 0, INT_MAX)) {
    params.seed = static_cast<std::uint32_t>(*seed);
  }
  params.effort = fields.string("reasoning_effort");
  params.other = fields.rest();
  return params;
}

/// -1 for "all", which is how people write it on the command line too.
std::optional<int> read_gpu_layers(ConfigObject& fields) {
  const json::value* layers = fields.value("gpu_layers");
  if (layers != nullptr && layers->is_string() && layers->get_string() == "all") return -1;
  return fields.integer("gpu_layers", -1, INT_MAX);
}

FlashAttention read_flash_attention(ConfigObject& fields) {
  const json::value* value = fields.value("flash_attention");
  if (value != nullptr && value->is_bool()) {
    return value->get_bool() ? FlashAttention::on : FlashAttention::off;
  }
  const std::string word = fields.one_of("flash_attention", {"auto", "on", "off"});
  return word == "on"    ? FlashAttention::on
         : word == "off" ? FlashAttention::off
                         : FlashAttention::automatic;
}

/// The names in {"use": ["a", ["b", {options}]], "some-model": {"use": …}}, at any depth.
void collect_transformers(const json::value& value, std::vector<std::string>& names) {
  if (const json::string* name = value.if_string()) {
    if (std::ranges::find(names, std::string_view(*name)) == names.end()) {
      names.emplace_back(*name);
    }
  } else if (const json::array* items = value.if_array()) {
    for (const json::value& item : *items) {
      if (item.is_string() || item.is_array()) collect_transformers(item, names);
    }
  } else if (const json::object* object = value.if_object()) {
    for (const auto& member : *object) {
      if (member.value().is_array() || member.value().is_object()) {
        collect_transformers(member.value(), names);
      }
    }
  }
}

ProviderKind kind_of(const std::string& type, const std::string& url,
                     const std::vector<std::string>& transformers) {
  if (type == "local" || (type.empty() && url.empty())) return ProviderKind::local;
  if (type == "openai") return ProviderKind::openai;
  const bool anthropic = type == "anthropic" || url.ends_with("/v1/messages") ||
                         std::ranges::find(transformers, "Anthropic") != transformers.end();
  return anthropic ? ProviderKind::anthropic : ProviderKind::openai;
}

void read_models(ConfigObject& fields, ProviderConfig& provider) {
  const json::array* models = fields.array("models");
  if (models == nullptr || models->empty()) {
    fields.source().report(fields.at("models"), "expected a list of at least one model's name");
    return;
  }
  for (std::size_t i = 0; i < models->size(); ++i) {
    const json::value& model = (*models)[i];
    if (model.is_string() && !model.get_string().empty()) {
      provider.models.emplace_back(model.get_string());
    } else {
      fields.source().expected(fmt::format("{}/{}", fields.at("models"), i), "a model's name",
                               &model);
    }
  }
}

ProviderConfig read_provider(const json::object& object, const std::string& pointer,
                             ConfigSource& source, std::vector<std::string>& warnings) {
  ConfigObject fields(object, pointer, source);
  ProviderConfig provider;
  provider.name = fields.string("name");
  if (provider.name.empty()) {
    source.report(fields.at("name"), "expected a name, which routes begin with");
  } else if (provider.name.find(',') != std::string::npos) {
    source.report(fields.at("name"), "a name cannot hold a comma, which ends it in a route");
  }
  provider.api_base_url = fields.string("api_base_url");
  provider.api_key = fields.string("api_key");
  read_models(fields, provider);
  std::vector<std::string> transformers;
  if (const json::value* transformer = fields.value("transformer")) {
    provider.transformer = *transformer;
    collect_transformers(*transformer, transformers);
  }
  std::string type = fields.one_of("type", {"local", "openai", "anthropic"});
  const std::string where = fields.one_of("provider", {"local", "openai", "anthropic"});
  if (type.empty()) type = where;
  provider.kind = kind_of(type, provider.api_base_url, transformers);
  if (provider.kind != ProviderKind::local && !provider.api_base_url.starts_with("http://") &&
      !provider.api_base_url.starts_with("https://")) {
    source.report(fields.at("api_base_url"),
                  "expected the full URL of the endpoint, with http:// or https://");
  }
  for (const std::string& name : transformers) {
    if (name == "Anthropic") continue;
    warnings.push_back(fmt::format("{}: the transformer \"{}\" is not used", provider.name, name));
  }
  if (const json::object* params = fields.object("default_params")) {
    provider.default_params = read_params(*params, fields.at("default_params"), source);
  }
  provider.local.context = fields.integer("context", 1, INT_MAX);
  provider.local.threads = fields.integer("threads", 1, INT_MAX);
  provider.local.gpu_layers = read_gpu_layers(fields);
  provider.local.flash_attention = read_flash_attention(fields);
  if (const std::string mode = fields.one_of("mode", {"fast", "exact"}); !mode.empty()) {
    provider.local.mode = mode == "exact" ? EngineMode::exact : EngineMode::fast;
  }
  for (const auto& member : fields.rest()) {
    warnings.push_back(fmt::format("{}: the key \"{}\" is not used", provider.name,
                                   std::string_view(member.key())));
  }
  return provider;
}

void read_providers(ConfigObject& top, Config& config) {
  const json::array* providers = top.array("Providers");
  ConfigSource& source = top.source();
  for (std::size_t i = 0; providers != nullptr && i < providers->size(); ++i) {
    const std::string pointer = fmt::format("/Providers/{}", i);
    const json::object* object = (*providers)[i].if_object();
    if (object == nullptr) {
      source.expected(pointer, "an object", &(*providers)[i]);
      return;
    }
    ProviderConfig provider = read_provider(*object, pointer, source, config.warnings);
    if (config.find_provider(provider.name) != nullptr) {
      source.report(pointer + "/name",
                    fmt::format("the name \"{}\" is taken by a provider above", provider.name));
    }
    config.providers.push_back(std::move(provider));
  }
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

std::optional<Target> read_route(ConfigObject& router, std::string_view key, const Config& config) {
  const std::string text = router.string(key);
  if (text.empty()) return std::nullopt;
  ConfigSource& source = router.source();
  auto target = parse_target(text);
  if (!target) {
    source.report(router.at(key), fmt::format("expected \"provider,model\", found \"{}\"", text));
    return std::nullopt;
  }
  const ProviderConfig* provider = config.find_provider(target->provider);
  if (provider == nullptr) {
    source.report(router.at(key),
                  fmt::format("no provider is named \"{}\" in Providers", target->provider));
  } else if (std::ranges::find(provider->models, target->model) == provider->models.end()) {
    source.report(router.at(key), fmt::format("the provider \"{}\" has no model \"{}\"; add it to "
                                              "its models",
                                              target->provider, target->model));
  }
  return target;
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
  for (const auto& member : router.rest()) {
    config.warnings.push_back(
        fmt::format("Router: the key \"{}\" is not used", std::string_view(member.key())));
  }
}

}  // namespace

std::string_view to_string(ProviderKind kind) {
  switch (kind) {
    case ProviderKind::local: return "local";
    case ProviderKind::openai: return "openai";
    case ProviderKind::anthropic: return "anthropic";
  }
  return "local";
}

std::string to_string(const Target& target) {
  return target.provider + "," + target.model;
}

std::optional<Target> parse_target(std::string_view text) {
  const std::size_t comma = text.find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  Target target{std::string(trimmed(text.substr(0, comma))),
                std::string(trimmed(text.substr(comma + 1)))};
  if (target.provider.empty() || target.model.empty()) return std::nullopt;
  return target;
}

bool RouterConfig::empty() const {
  return !default_route && !background && !think && !long_context && !web_search && !image;
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
  json::object* object = document->value.if_object();
  if (object == nullptr) {
    source.expected("", "an object", &document->value);
    return std::unexpected(source.error());
  }
  for (const std::string_view key : used_keys) {
    if (json::value* value = object->if_contains(key)) {
      expand_variables(*value, "/" + std::string(key), environment, source);
    }
  }
  Config config;
  ConfigObject top(*object, "", source);
  read_providers(top, config);
  read_router(top, config);
  config.api_key = top.string("APIKEY");
  config.host = top.string("HOST");
  config.port = top.integer("PORT", 0, 65535);
  config.proxy_url = top.string("PROXY_URL");
  config.api_timeout_ms = top.integer("API_TIMEOUT_MS", 1, INT_MAX).value_or(config.api_timeout_ms);
  config.log = top.boolean("LOG").value_or(config.log);
  config.log_level =
      top.one_of("LOG_LEVEL", {"trace", "debug", "info", "warn", "error", "fatal", "off"});
  config.other = top.rest();
  for (const auto& member : config.other) {
    config.warnings.push_back(
        fmt::format("the key \"{}\" is not used", std::string_view(member.key())));
  }
  if (source.failed()) return std::unexpected(source.error());
  return config;
}

Result<Config> load_config(const std::filesystem::path& file, const Environment& environment) {
  auto text = read_file(file);
  if (!text) return pass_on(text);
  return parse_config(*text, file.string(), environment);
}

}  // namespace hearth::router
