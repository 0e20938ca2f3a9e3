#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hearth/engine/chat_answers.h"
#include "hearth/gateway/routes.h"
#include "hearth/models/store.h"
#include "hearth/provider/curl_loop.h"

namespace hearth::cli {

/// What `hearth serve` is told.
struct ServiceOptions {
  std::vector<std::string> models;  ///< NAME, PATH or NAME=PATH
  std::string config_file;          ///< empty: the user's, if there is one
  std::optional<int> context;
  std::optional<int> threads;
  std::string gpu_layers = "all";
  std::string flash_attention = "auto";
  std::string mode = "fast";  ///< or exact
  std::string chat_template;  ///< a file with Jinja, or "chatml"; empty: the model's own
  int prefill_share = 25;     ///< per cent
  std::optional<std::size_t> max_body_bytes;
  std::optional<int> max_connections;
  std::optional<std::uint64_t> kv_device_bytes;
  std::optional<std::uint64_t> kv_host_bytes;
  std::optional<std::uint64_t> kv_disk_bytes;
};

/// The configuration that those options mean: `config_file`, or the user's own, whether it is there
/// or not.
std::filesystem::path expected_config_file(const ServiceOptions& options);
/// The same, if it was named or is there; else empty.
std::filesystem::path config_file_of(const ServiceOptions& options);

/// Makes routes of options, configuration and the models on disk; as often as the configuration is
/// read. Models that stay as they were keep what they have loaded.
class RoutesMaker {
 public:
  /// `curl_loop` must outlive the routes that are made.
  /// Errors: invalid_request for options; not_found for a model that was asked for by name.
  static Result<std::unique_ptr<RoutesMaker>> make(const ServiceOptions& options,
                                                   provider::CurlLoop& curl_loop);

  struct Made {
    std::shared_ptr<const gateway::Routes> routes;
    /// What the user should know: keys without a use, models that are not there.
    std::vector<std::string> warnings;
  };
  /// `before`: the routes that these replace; may be null.
  /// Errors: config, with file, line and key.
  Result<Made> read(const gateway::Routes* before);

  [[nodiscard]] const std::shared_ptr<engine::Traffic>& traffic() const {
    return defaults_.traffic;
  }

 private:
  class Reading;

  RoutesMaker(ServiceOptions options, provider::CurlLoop& curl_loop)
      : options_(std::move(options)), curl_loop_(curl_loop) {}
  Result<void> read_options();

  ServiceOptions options_;
  provider::CurlLoop& curl_loop_;
  std::shared_ptr<engine::ChatAnswers> answers_ = std::make_shared<engine::ChatAnswers>();
  engine::InstanceOptions defaults_;
  int gpu_layers_ = engine::all_layers;
  std::string chat_template_;
  std::vector<models::NamedModel> named_;
};

}  // namespace hearth::cli
