#include "hearth/router/provider_reader.h"

#include <climits>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "hearth/router/config_parts.h"
#include "hearth/router/transformers.h"

namespace hearth::router {
namespace {

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

ProviderKind kind_of(const std::string& type, const std::string& url,
                     const Transformed& transformed) {
  if (type == "local" || (type.empty() && url.empty())) return ProviderKind::local;
  if (type == "openai") return ProviderKind::openai;
  if (type == "anthropic") return ProviderKind::anthropic;
  if (type == "gemini") return ProviderKind::gemini;
  if (url.ends_with("/v1/messages") || transformed.anthropic) return ProviderKind::anthropic;
  // The same server speaks OpenAI's format beside its own.
  if (url.ends_with("/chat/completions")) return ProviderKind::openai;
  // Gemini's own API has the model at the end of its URL.
  const bool gemini = transformed.gemini || url.ends_with("/models/") || url.ends_with("/models");
  return gemini ? ProviderKind::gemini : ProviderKind::openai;
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

std::map<std::string, std::string> read_files(ConfigObject& fields) {
  std::map<std::string, std::string> files;
  const json::object* object = fields.object("files");
  if (object == nullptr) return files;
  ConfigObject named(*object, fields.at("files"), fields.source());
  for (const auto& member : *object) files[member.key()] = named.string(member.key());
  return files;
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
  std::vector<std::string> urls = fields.strings("api_base_url");
  if (!urls.empty()) {
    provider.api_base_url = urls.front();
    provider.replicas.assign(std::next(urls.begin()), urls.end());
  }
  provider.api_key = fields.string("api_key");
  read_models(fields, provider);
  Transformed transformed;
  if (const json::value* transformer = fields.value("transformer")) {
    transformed = read_transformers(*transformer, fields.at("transformer"), source);
  }
  std::string type = fields.one_of("type", {"local", "openai", "anthropic", "gemini"});
  const std::string where = fields.one_of("provider", {"local", "openai", "anthropic", "gemini"});
  if (type.empty()) type = where;
  provider.kind = kind_of(type, provider.api_base_url, transformed);
  const auto is_url = [](const std::string& url) {
    return url.starts_with("http://") || url.starts_with("https://");
  };
  if (provider.kind != ProviderKind::local && !std::ranges::all_of(urls, is_url)) {
    source.report(fields.at("api_base_url"),
                  "expected the full URL of the endpoint, with http:// or https://");
  }
  for (const std::string& warning : transformed.warnings) {
    warnings.push_back(fmt::format("{}: {}", provider.name, warning));
  }
  provider.default_params =
      RouteParams::merged(read_params(fields, "default_params"), transformed.params);
  provider.model_params = std::move(transformed.model_params);
  provider.local.context = fields.integer("context", 1, INT_MAX);
  provider.local.threads = fields.integer("threads", 1, INT_MAX);
  provider.local.gpu_layers = read_gpu_layers(fields);
  provider.local.flash_attention = read_flash_attention(fields);
  if (const std::string mode = fields.one_of("mode", {"fast", "exact"}); !mode.empty()) {
    provider.local.mode = mode == "exact" ? EngineMode::exact : EngineMode::fast;
  }
  provider.local.chat_template = fields.string("chat_template");
  provider.local.files = read_files(fields);
  for (const auto& member : fields.rest()) {
    warnings.push_back(fmt::format("{}: the key \"{}\" is not used", provider.name,
                                   std::string_view(member.key())));
  }
  return provider;
}

}  // namespace

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

}  // namespace hearth::router
