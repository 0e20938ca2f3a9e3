#pragma once

#include "hearth/gateway/exchange.h"
#include "hearth/observe/request_record.h"
#include "hearth/provider/fallback.h"
#include "hearth/router/router.h"

namespace hearth::gateway {

/// A request with its route decided.
struct RoutedRequest {
  chat::Request request;  ///< as it came
  router::Decision decision;
  /// Filled in with client, session, scenario and route.
  observe::RequestRecord record;
};

/// Asks the router, on a worker where tokens may have to be counted. Takes `request`.
/// Errors: what the router says.
boost::asio::awaitable<Result<RoutedRequest>> route_request(Exchange& exchange,
                                                            chat::Request& request);

/// The ways to answer it, the decided one first. Takes `routed.request` and the destinations.
/// Errors: not_found for a route to nowhere.
Result<std::vector<provider::Attempt>> attempts_for(const Routes& routes, RoutedRequest& routed);

/// A record with what is known before a request is decoded.
observe::RequestRecord begin_record(const Exchange& exchange);

}  // namespace hearth::gateway
