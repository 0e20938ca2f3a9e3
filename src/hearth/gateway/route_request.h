#pragma once

#include "hearth/gateway/exchange.h"
#include "hearth/observe/request_record.h"
#include "hearth/router/router.h"

namespace hearth::gateway {

/// A request with its route decided and applied.
struct RoutedRequest {
  chat::Request request;
  std::shared_ptr<provider::Provider> provider;
  router::Decision decision;
  /// Filled in with client, session, scenario, route and warnings.
  observe::RequestRecord record;
};

/// Asks the router, on a worker where tokens may have to be counted. Takes `request`.
/// Errors: what the router says; not_found for a route to nowhere.
boost::asio::awaitable<Result<RoutedRequest>> route_request(Exchange& exchange,
                                                            chat::Request& request);

/// A record with what is known before a request is decoded.
observe::RequestRecord begin_record(const Exchange& exchange);

}  // namespace hearth::gateway
