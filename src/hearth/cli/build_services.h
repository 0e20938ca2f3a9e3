#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hearth/gateway/services.h"
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
  int prefill_share = 25;     ///< per cent
  std::optional<std::size_t> max_body_bytes;
  std::optional<std::uint64_t> kv_device_bytes;
  std::optional<std::uint64_t> kv_host_bytes;
  std::optional<std::uint64_t> kv_disk_bytes;
};

/// Everything that the gateway serves with, made from options, configuration and the models on
/// disk. Members are destroyed in the right order: services, then what they refer to.
struct BuiltServices {
  std::unique_ptr<provider::CurlLoop> curl_loop;
  std::shared_ptr<engine::ChatAnswers> answers;
  std::unique_ptr<gateway::Services> services;
  /// What the user should know: keys without a use, models that are not there.
  std::vector<std::string> warnings;

  /// Starts loading the local models in the background.
  void preload();
};

/// Errors: config, with file, line and key; not_found for a model that was asked for by name.
Result<std::unique_ptr<BuiltServices>> build_services(const ServiceOptions& options);

}  // namespace hearth::cli
