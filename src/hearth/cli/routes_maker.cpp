#include "hearth/cli/routes_maker.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "hearth/base/file.h"
#include "hearth/base/shown_url.h"
#include "hearth/base/xdg.h"
#include "hearth/models/gguf.h"
#include "hearth/provider/remote.h"
#include "hearth/provider/replicas.h"
#include "hearth/router/key_hash.h"

namespace hearth::cli {
namespace {

Result<int> parse_gpu_layers(const std::string& text) {
  if (text == "all") return engine::all_layers;
  int value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc() || end != text.data() + text.size() || value < 0) {
    return fail(ErrorKind::invalid_request,
                fmt::format("--gpu-layers {}: give a number of layers, or all", text));
  }
  return value;
}

engine::FlashAttention parse_flash_attention(const std::string& text) {
  if (text == "on") return engine::FlashAttention::on;
  if (text == "off") return engine::FlashAttention::off;
  return engine::FlashAttention::automatic;
}

engine::FlashAttention to_engine(router::FlashAttention value) {
  switch (value) {
    case router::FlashAttention::automatic: return engine::FlashAttention::automatic;
    case router::FlashAttention::on: return engine::FlashAttention::on;
    case router::FlashAttention::off: return engine::FlashAttention::off;
  }
  return engine::FlashAttention::automatic;
}

/// The template itself. Error: config, if it is a file that cannot be read.
Result<std::string> read_chat_template(const std::string& file_or_name) {
  if (file_or_name.empty() || file_or_name == "chatml") return file_or_name;
  auto text = read_file(file_or_name);
  if (!text) {
    return fail(ErrorKind::config,
                fmt::format("the chat template: {}; give a file with Jinja, or chatml",
                            text.error().message));
  }
  return text;
}

}  // namespace

std::filesystem::path expected_config_file(const ServiceOptions& options) {
  if (!options.config_file.empty()) return options.config_file;
  return config_dir() / "config.json";
}

std::filesystem::path config_file_of(const ServiceOptions& options) {
  std::filesystem::path file = expected_config_file(options);
  std::error_code ec;
  const bool is_meant = !options.config_file.empty() || std::filesystem::exists(file, ec);
  return is_meant ? file : std::filesystem::path();
}

/// One reading, step by step.
class RoutesMaker::Reading {
 public:
  Reading(const RoutesMaker& maker, const gateway::Routes* before)
      : maker_(maker), before_(before), named_(maker.named_) {
    // The first one answers chats that name no model.
    if (named_.size() < 2) return;
    std::ranges::stable_partition(named_, [](const models::NamedModel& model) {
      const auto info = models::inspect_gguf(model.path);
      return !info || info->answers_chats();
    });
  }

  Result<Made> make() {
    auto config = read_config();
    if (!config) return pass_on(config);
    add_configured_models(*config);
    routes_->local_models = std::make_shared<provider::LocalModels>(
        local_, before_ != nullptr ? before_->local_models.get() : nullptr);
    add_providers(*config);
    for (const std::string& key : config->api_keys) {
      routes_->key_hashes.push_back(router::stored_key_hash(key));
    }
    if (const char* key = std::getenv("HEARTH_API_KEY"); key != nullptr && *key != '\0') {
      routes_->key_hashes = {router::key_hash(key)};
    }
    if (!config->rewrite_system_prompt.empty()) {
      auto prompt = read_file(config->rewrite_system_prompt);
      if (!prompt) {
        return fail(ErrorKind::config,
                    fmt::format("REWRITE_SYSTEM_PROMPT: {}", prompt.error().message));
      }
      routes_->system_prompt = std::move(*prompt);
    }
    auto sessions = before_ != nullptr ? before_->router->sessions()
                                       : std::make_shared<router::SessionMemory>();
    routes_->router = std::make_unique<router::Router>(std::move(*config), std::move(sessions),
                                                       override_places());
    return Made{std::move(routes_), std::move(warnings_)};
  }

 private:
  Result<router::Config> read_config() {
    const std::filesystem::path file = config_file_of(maker_.options_);
    if (file.empty()) return without_config();
    auto config = router::load_config(file, router::process_environment());
    if (config) warnings_ = config->warnings;
    return config;
  }

  /// Nothing without a configuration.
  [[nodiscard]] std::optional<router::OverridePlaces> override_places() const {
    const std::filesystem::path file = config_file_of(maker_.options_);
    if (file.empty()) return std::nullopt;
    const auto environment = router::process_environment();
    const auto own = environment("CLAUDE_CONFIG_DIR");
    const std::filesystem::path client =
        own && !own->empty() ? std::filesystem::path(*own) : home_dir() / ".claude";
    return router::OverridePlaces{.folder = std::filesystem::absolute(file).parent_path(),
                                  .projects = client / "projects"};
  }

  /// Every scenario to one model: the first that was named, else the default one, else whatever is
  /// in the store.
  router::Config without_config() {
    if (named_.empty()) {
      const auto stored = models::stored_models();
      const auto preferred = std::ranges::find_if(stored, [](const auto& model) {
        return model.spec != nullptr && model.spec->is_default;
      });
      if (preferred != stored.end()) {
        named_.push_back({preferred->name, preferred->path});
      } else if (!stored.empty()) {
        named_.push_back({stored.front().name, stored.front().path});
      }
    }
    if (named_.empty()) {
      add_missing(models::default_model().name, models::no_model_error().message);
      warnings_.push_back(models::no_model_error().message);
    }
    for (const auto& model : named_)
      local_.push_back({model.name,
                        model.path,
                        maker_.defaults_,
                        maker_.gpu_layers_,
                        maker_.chat_template_,
                        {}});
    std::vector<std::string> names;
    names.reserve(local_.size());
    for (const auto& model : local_) names.push_back(model.name);
    return router::local_models(std::move(names));
  }

  void add_missing(const std::string& name, const std::string& what_to_do) {
    local_.push_back({name, {}, maker_.defaults_, maker_.gpu_layers_, {}, what_to_do});
  }

  void add_configured_models(const router::Config& config) {
    for (const auto& provider : config.providers) {
      if (provider.kind != router::ProviderKind::local) continue;
      for (const std::string& name : provider.models) {
        if (!std::ranges::any_of(local_, [&](const auto& m) { return m.name == name; })) {
          add_configured_model(name, provider.local);
        }
      }
    }
  }

  void add_configured_model(const std::string& name, const router::LocalSettings& settings) {
    engine::InstanceOptions options = maker_.defaults_;
    if (settings.context) options.n_ctx = *settings.context;
    if (settings.threads) options.n_threads = *settings.threads;
    if (settings.flash_attention != router::FlashAttention::automatic) {
      options.flash_attention = to_engine(settings.flash_attention);
    }
    if (settings.mode) {
      options.mode =
          *settings.mode == router::EngineMode::exact ? engine::Mode::exact : engine::Mode::fast;
    }
    const int gpu_layers = settings.gpu_layers.value_or(maker_.gpu_layers_);
    const auto path = path_of(name, settings.files);
    if (path) {
      auto chat_template = read_chat_template(settings.chat_template);
      if (!chat_template) {
        add_missing(name, chat_template.error().message);
        warnings_.push_back(chat_template.error().message);
        return;
      }
      if (chat_template->empty()) *chat_template = maker_.chat_template_;
      local_.push_back({name, *path, options, gpu_layers, std::move(*chat_template), {}});
      return;
    }
    add_missing(name, path.error().message);
    warnings_.push_back(
        fmt::format("the configuration's model {}: {}", name, path.error().message));
  }

  /// `--model NAME=PATH` for the name as it stands or without its instance number, else one of
  /// `files` likewise, else the store.
  Result<std::filesystem::path> path_of(const std::string& name,
                                        const std::map<std::string, std::string>& files) {
    const std::string weights(router::weights_name(name));
    for (const std::string& wanted : {name, weights}) {
      const auto found = std::ranges::find(named_, wanted, &models::NamedModel::name);
      if (found != named_.end()) return found->path;
    }
    for (const std::string& wanted : {name, weights}) {
      if (const auto own = files.find(wanted); own != files.end()) {
        return models::resolve(own->second);
      }
    }
    auto path = models::resolve(weights);
    if (!path) {
      path.error().message += fmt::format(" Or give it a file: --model {}=PATH", weights);
    }
    return path;
  }

  void add_providers(const router::Config& config) {
    for (const auto& provider : config.providers) {
      gateway::RoutedProvider& place = routes_->providers[provider.name];
      place.health = health_of(provider.name);
      if (provider.kind == router::ProviderKind::local) {
        place.provider = std::make_shared<provider::LocalProvider>(
            provider.name, provider.models, routes_->local_models, maker_.answers_);
      } else {
        place.provider = remote_provider(provider, config);
      }
    }
  }

  std::shared_ptr<provider::Provider> remote_provider(const router::ProviderConfig& provider,
                                                      const router::Config& config) {
    const provider::RemoteSettings settings = provider::remote_settings(provider, config);
    auto first = std::make_shared<provider::RemoteProvider>(settings, maker_.curl_loop_);
    if (provider.replicas.empty()) return first;
    std::vector<std::shared_ptr<provider::Provider>> servers{std::move(first)};
    std::vector<std::string> shown{shown_url(settings.url)};
    for (const std::string& url : provider.replicas) {
      provider::RemoteSettings own = settings;
      own.url = url;
      servers.push_back(std::make_shared<provider::RemoteProvider>(own, maker_.curl_loop_));
      shown.push_back(shown_url(url));
    }
    return std::make_shared<provider::ReplicatedProvider>(provider.name, std::move(servers),
                                                          std::move(shown));
  }

  std::shared_ptr<provider::Health> health_of(const std::string& name) {
    if (before_ != nullptr) {
      const auto known = before_->providers.find(name);
      if (known != before_->providers.end()) return known->second.health;
    }
    return std::make_shared<provider::Health>();
  }

  const RoutesMaker& maker_;
  const gateway::Routes* before_;
  std::vector<models::NamedModel> named_;
  std::vector<provider::LocalModel> local_;
  std::vector<std::string> warnings_;
  std::shared_ptr<gateway::Routes> routes_ = std::make_shared<gateway::Routes>();
};

Result<std::unique_ptr<RoutesMaker>> RoutesMaker::make(const ServiceOptions& options,
                                                       provider::CurlLoop& curl_loop) {
  std::unique_ptr<RoutesMaker> maker(new RoutesMaker(options, curl_loop));
  if (auto read = maker->read_options(); !read) return pass_on(read);
  return maker;
}

Result<RoutesMaker::Made> RoutesMaker::read(const gateway::Routes* before) {
  return Reading(*this, before).make();
}

Result<void> RoutesMaker::read_options() {
  auto chat_template = read_chat_template(options_.chat_template);
  if (!chat_template) return pass_on(chat_template);
  chat_template_ = std::move(*chat_template);
  const auto layers = parse_gpu_layers(options_.gpu_layers);
  if (!layers) return std::unexpected(layers.error());
  gpu_layers_ = *layers;
  defaults_.n_ctx = options_.context.value_or(0);
  defaults_.device_bytes = options_.kv_device_bytes;
  defaults_.n_threads = options_.threads.value_or(0);
  defaults_.flash_attention = parse_flash_attention(options_.flash_attention);
  defaults_.prefill_share = options_.prefill_share / 100.0;
  defaults_.mode = options_.mode == "exact" ? engine::Mode::exact : engine::Mode::fast;
  defaults_.archives =
      std::make_shared<engine::Archives>(engine::KvBudgets{.host_bytes = options_.kv_host_bytes,
                                                           .disk_bytes = options_.kv_disk_bytes,
                                                           .folder = cache_dir() / "kv"});
  defaults_.traffic = std::make_shared<engine::Traffic>();
  for (const std::string& argument : options_.models) {
    auto model = models::resolve_named(argument);
    if (!model) return pass_on(model);
    named_.push_back(std::move(*model));
  }
  return {};
}

}  // namespace hearth::cli
