#include "hearth/cli/build_services.h"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "hearth/base/log.h"
#include "hearth/base/xdg.h"
#include "hearth/models/store.h"
#include "hearth/provider/remote.h"

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

/// Puts models, providers and router together, step by step.
class Builder {
 public:
  explicit Builder(const ServiceOptions& options)
      : options_(options), built_(std::make_unique<BuiltServices>()) {}

  Result<std::unique_ptr<BuiltServices>> build() {
    if (auto read = read_defaults(); !read) return pass_on(read);
    if (auto named = resolve_models(); !named) return pass_on(named);
    auto config = read_config();
    if (!config) return pass_on(config);

    built_->curl_loop = std::make_unique<provider::CurlLoop>();
    built_->answers = std::make_shared<engine::ChatAnswers>();
    built_->services = std::make_unique<gateway::Services>();
    add_configured_models(*config);
    built_->services->local_models = std::make_shared<provider::LocalModels>(local_);
    add_providers(*config);
    set_up_services(std::move(*config));
    return std::move(built_);
  }

 private:
  Result<void> read_defaults() {
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
    return {};
  }

  Result<void> resolve_models() {
    for (const std::string& argument : options_.models) {
      auto model = models::resolve_named(argument);
      if (!model) return pass_on(model);
      named_.push_back(std::move(*model));
    }
    return {};
  }

  Result<router::Config> read_config() {
    std::filesystem::path file = options_.config_file;
    std::error_code ec;
    if (file.empty()) {
      file = config_dir() / "config.json";
      if (!std::filesystem::exists(file, ec)) return without_config();
    }
    auto config = router::load_config(file, router::process_environment());
    if (config) {
      built_->warnings.insert(built_->warnings.end(), config->warnings.begin(),
                              config->warnings.end());
    }
    return config;
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
      built_->warnings.push_back(models::no_model_error().message);
    }
    for (const auto& model : named_) add_model(model.name, model.path, defaults_, gpu_layers_);
    std::vector<std::string> names;
    names.reserve(local_.size());
    for (const auto& model : local_) names.push_back(model.name);
    return router::local_models(std::move(names));
  }

  void add_model(const std::string& name, const std::filesystem::path& path,
                 const engine::InstanceOptions& options, int gpu_layers) {
    local_.push_back({name, path, options, gpu_layers, {}});
  }

  void add_missing(const std::string& name, const std::string& what_to_do) {
    local_.push_back({name, {}, defaults_, gpu_layers_, what_to_do});
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
    engine::InstanceOptions options = defaults_;
    if (settings.context) options.n_ctx = *settings.context;
    if (settings.threads) options.n_threads = *settings.threads;
    if (settings.flash_attention != router::FlashAttention::automatic) {
      options.flash_attention = to_engine(settings.flash_attention);
    }
    if (settings.mode) {
      options.mode =
          *settings.mode == router::EngineMode::exact ? engine::Mode::exact : engine::Mode::fast;
    }
    const int gpu_layers = settings.gpu_layers.value_or(gpu_layers_);
    const auto path = path_of(name);
    if (path) {
      add_model(name, *path, options, gpu_layers);
      return;
    }
    add_missing(name, path.error().message);
    built_->warnings.push_back(
        fmt::format("the configuration's model {}: {}", name, path.error().message));
  }

  /// `--model NAME=PATH` for the name as it stands or without its instance number, else the store.
  Result<std::filesystem::path> path_of(const std::string& name) {
    const std::string weights(router::weights_name(name));
    for (const std::string& wanted : {name, weights}) {
      const auto found = std::ranges::find(named_, wanted, &models::NamedModel::name);
      if (found != named_.end()) return found->path;
    }
    auto path = models::resolve(weights);
    if (!path) {
      path.error().message += fmt::format(" Or give it a file: --model {}=PATH", weights);
    }
    return path;
  }

  void add_providers(const router::Config& config) {
    for (const auto& provider : config.providers) {
      auto& place = built_->services->providers[provider.name];
      if (provider.kind == router::ProviderKind::local) {
        place = std::make_shared<provider::LocalProvider>(
            provider.name, provider.models, built_->services->local_models, built_->answers);
      } else {
        place = std::make_shared<provider::RemoteProvider>(
            provider::remote_settings(provider, config), *built_->curl_loop);
      }
    }
  }

  void set_up_services(router::Config config) {
    gateway::Services& services = *built_->services;
    services.api_key = config.api_key;
    if (const char* key = std::getenv("HEARTH_API_KEY"); key != nullptr && *key != '\0') {
      services.api_key = key;
    }
    if (options_.max_body_bytes) services.limits.max_body_bytes = *options_.max_body_bytes;
    auto log = observe::RequestLog::open(observe::request_log_file());
    if (log) {
      services.request_log = std::move(*log);
    } else {
      built_->warnings.push_back("requests are not logged: " + log.error().message);
    }
    auto responses = observe::ResponseStore::open(observe::response_store_file());
    if (responses) {
      services.response_store = std::move(*responses);
    } else {
      built_->warnings.push_back("responses are not kept: " + responses.error().message);
    }
    services.traffic_recorder = std::make_shared<gateway::TrafficRecorder>(
        defaults_.traffic, state_dir() / "traces", services.workers);
    services.router = std::make_unique<router::Router>(std::move(config));
  }

  const ServiceOptions& options_;
  std::unique_ptr<BuiltServices> built_;
  engine::InstanceOptions defaults_;
  int gpu_layers_ = engine::all_layers;
  std::vector<models::NamedModel> named_;
  std::vector<provider::LocalModel> local_;
};

}  // namespace

void BuiltServices::preload() {
  for (const std::string& name : services->local_models->names()) {
    auto announced = services->local_models->announce_loading();
    boost::asio::post(services->workers,
                      [models = services->local_models, name, until_done = std::move(announced)] {
                        const auto instance = models->get(name);
                        if (!instance) spdlog::error("{}: {}", name, instance.error().message);
                      });
  }
}

Result<std::unique_ptr<BuiltServices>> build_services(const ServiceOptions& options) {
  return Builder(options).build();
}

}  // namespace hearth::cli
