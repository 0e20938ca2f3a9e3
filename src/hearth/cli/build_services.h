#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "hearth/cli/routes_maker.h"
#include "hearth/gateway/services.h"

namespace hearth::cli {

/// Everything that the gateway serves with, and the loop that it runs on.
struct BuiltServices {
  BuiltServices();
  /// First what the loop still holds, then services, then what they refer to.
  ~BuiltServices();
  BuiltServices(const BuiltServices&) = delete;
  BuiltServices& operator=(const BuiltServices&) = delete;

  std::unique_ptr<boost::asio::io_context> network;
  std::unique_ptr<provider::CurlLoop> curl_loop;
  std::unique_ptr<RoutesMaker> routes_maker;
  std::unique_ptr<gateway::Services> services;
  /// What the user should know.
  std::vector<std::string> warnings;

  /// Starts loading the local models in the background.
  void preload();
  /// Reads the configuration again. If it is good, requests that arrive from now on go after it;
  /// else everything stays as it is. Either is logged.
  void reload();

 private:
  std::mutex reloading_;
};

/// Errors: config, with file, line and key; not_found for a model that was asked for by name.
Result<std::unique_ptr<BuiltServices>> build_services(const ServiceOptions& options);

}  // namespace hearth::cli
