#include "hearth/cli/build_services.h"

#include <boost/asio/post.hpp>

#include "hearth/base/log.h"
#include "hearth/base/xdg.h"

namespace hearth::cli {

BuiltServices::BuiltServices()
    : network(std::make_unique<boost::asio::io_context>(1)),
      curl_loop(std::make_unique<provider::CurlLoop>(*network)) {}

BuiltServices::~BuiltServices() {
  curl_loop->close();
  network.reset();
}

void BuiltServices::preload() {
  const auto models = services->routes()->local_models;
  for (const std::string& name : models->names()) {
    auto announced = models->announce_loading();
    boost::asio::post(services->workers, [models, name, until_done = std::move(announced)] {
      const auto loaded = models->load(name);
      if (!loaded) spdlog::error("{}: {}", name, loaded.error().message);
    });
  }
}

void BuiltServices::reload() {
  const std::lock_guard lock(reloading_);
  const auto before = services->routes();
  auto made = routes_maker->read(before.get());
  if (!made) {
    spdlog::error("the configuration stays as it was: {}", made.error().message);
    return;
  }
  for (const std::string& warning : made->warnings) spdlog::warn("{}", warning);
  services->set_routes(std::move(made->routes));
  spdlog::info("the configuration was read again");
  preload();
}

Result<std::unique_ptr<BuiltServices>> build_services(const ServiceOptions& options) {
  auto built = std::make_unique<BuiltServices>();
  auto maker = RoutesMaker::make(options, *built->curl_loop);
  if (!maker) return pass_on(maker);
  built->routes_maker = std::move(*maker);
  auto made = built->routes_maker->read(nullptr);
  if (!made) return pass_on(made);
  built->warnings = std::move(made->warnings);

  built->services = std::make_unique<gateway::Services>();
  gateway::Services& services = *built->services;
  services.set_routes(std::move(made->routes));
  if (options.max_body_bytes) services.limits.max_body_bytes = *options.max_body_bytes;
  if (options.max_connections) services.limits.max_connections = *options.max_connections;
  auto log = observe::RequestLog::open(observe::request_log_file());
  if (log) {
    services.request_log = std::move(*log);
  } else {
    built->warnings.push_back("requests are not logged: " + log.error().message);
  }
  auto responses = observe::ResponseStore::open(observe::response_store_file());
  if (responses) {
    services.response_store = std::move(*responses);
  } else {
    built->warnings.push_back("responses are not kept: " + responses.error().message);
  }
  services.traffic_recorder = std::make_shared<gateway::TrafficRecorder>(
      built->routes_maker->traffic(), state_dir() / "traces", services.workers);
  return built;
}

}  // namespace hearth::cli
