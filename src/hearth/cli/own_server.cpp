#include "hearth/cli/own_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "hearth/base/xdg.h"
#include "hearth/cli/default_model.h"
#include "hearth/cli/server_state.h"
#include "hearth/gateway/listen_address.h"
#include "hearth/router/config.h"
#include "hearth/router/key_hash.h"

namespace hearth::cli {
namespace {

/// Nothing if there is none, or it has a mistake: whoever starts a server is told.
std::optional<router::Config> user_config() {
  auto config = router::load_config(config_dir() / "config.json", router::process_environment());
  if (!config) return std::nullopt;
  return std::move(*config);
}

/// How a server that listens on `host` is reached from here.
std::string reachable(const std::string& host) {
  if (host == "0.0.0.0") return "127.0.0.1";
  if (host == "::") return "[::1]";
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

}  // namespace

agent::OwnServer own_server() {
  agent::OwnServer server;
  const auto config = user_config();
  if (config) {
    const auto plain = std::ranges::find_if(config->api_keys, [](const std::string& key) {
      return router::stored_key_hash(key) != key;
    });
    if (plain != config->api_keys.end()) server.key = *plain;
    gateway::ListenAddress address{.host = "127.0.0.1", .port = {}};
    if (!config->hosts.empty()) {
      if (const auto first = gateway::parse_listen_address(config->hosts.front())) address = *first;
    }
    constexpr int usual_port = 8484;
    int port = usual_port;
    if (config->port.value_or(0) > 0) port = *config->port;
    server.arguments = {"--port", std::to_string(port)};
    server.url = fmt::format("http://{}:{}", reachable(address.host), address.port.value_or(port));
  }
  if (const auto running = running_server()) server.url = running->url;
  return server;
}

Result<void> ensure_model_if_needed(bool interactive) {
  const auto config = user_config();
  const bool remote =
      config && std::ranges::any_of(config->providers, [](const router::ProviderConfig& provider) {
        return provider.kind != router::ProviderKind::local;
      });
  if (remote) return {};
  auto model = ensure_default_model(interactive);
  if (!model) return pass_on(model);
  return {};
}

}  // namespace hearth::cli
