#include "hearth/gateway/passed_on.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "hearth/gateway/answer.h"
#include "hearth/gateway/route_request.h"
#include "hearth/wire/passed_on.h"

namespace hearth::gateway {

namespace asio = boost::asio;

std::optional<RemoteModel> remote_model(const Routes& routes, const std::string& asked) {
  const auto is_remote = [](const RoutedProvider& routed) {
    return std::dynamic_pointer_cast<provider::LocalProvider>(routed.provider) == nullptr;
  };
  if (const auto comma = asked.find(','); comma != std::string::npos) {
    const auto named = routes.providers.find(asked.substr(0, comma));
    if (named == routes.providers.end() || !is_remote(named->second)) return std::nullopt;
    return RemoteModel{named->second.provider, asked.substr(comma + 1)};
  }
  if (routes.local_models->knows(routes.without_latest(asked))) return std::nullopt;
  for (const auto& [_, routed] : routes.providers) {
    if (!is_remote(routed)) continue;
    const auto models = routed.provider->models();
    if (std::ranges::find(models, asked) != models.end()) {
      return RemoteModel{routed.provider, asked};
    }
  }
  return std::nullopt;
}

asio::awaitable<void> pass_on_to(Exchange& exchange, const RemoteModel& model,
                                 std::string_view endpoint, json::value& body) {
  body.as_object()["model"] = model.name;
  Answer answer;
  answer.record = begin_record(exchange);
  answer.record.route = fmt::format("{},{}", model.provider->name(), model.name);
  answer.record.why = "the request names that model";
  answer.whole = std::make_unique<wire::PassedOnCollector>();
  answer.start = [provider = model.provider, endpoint,
                  text = to_json(body)](chat::EventSink sink) mutable {
    return provider->forward(endpoint, std::move(text), std::move(sink));
  };
  co_await send_answer(exchange, answer);
}

}  // namespace hearth::gateway
