#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "hearth/gateway/exchange.h"
#include "hearth/provider/provider.h"

namespace hearth::gateway {

struct RemoteModel {
  std::shared_ptr<provider::Provider> provider;
  std::string name;  ///< as the provider knows it
};

/// The remote provider's model that `asked` means: "provider,model", or a name that one of them has
/// and no local model. Nothing for any other.
std::optional<RemoteModel> remote_model(const Routes& routes, const std::string& asked);

/// Passes `body`, with the model's name replaced, on to that endpoint of the provider, and its
/// response to the client. REQUIRES: `body` is an object.
boost::asio::awaitable<void> pass_on_to(Exchange& exchange, const RemoteModel& model,
                                        std::string_view endpoint, json::value& body);

}  // namespace hearth::gateway
