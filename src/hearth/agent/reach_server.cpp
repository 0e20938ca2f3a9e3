#include "hearth/agent/reach_server.h"

#include <fmt/format.h>

#include "hearth/agent/server_start.h"
#include "hearth/base/environment.h"
#include "hearth/base/json.h"
#include "hearth/base/xdg.h"

namespace hearth::agent {
namespace {

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace

Result<Server> reach_server(const ServerWish& wish, const EnsureModel& ensure_model,
                            const std::stop_token& stop, const ServerTold& told) {
  const std::string named = wish.named.empty() ? environment_variable("HEARTH_URL") : wish.named;
  Server server{.url = without_slash(named.empty() ? wish.own.url : named),
                .key = environment_variable("HEARTH_API_KEY")};
  if (server.key.empty() && named.empty()) server.key = wish.own.key;
  if (!named.empty() || answers(server)) {
    if (auto ready = wait_until_ready(server, stop, told.progress); !ready) return pass_on(ready);
    return server;
  }
  if (ensure_model) {
    if (auto model = ensure_model(wish.interactive); !model) return pass_on(model);
  }
  ServerStart start{
      .program = own_program(), .arguments = {"serve"}, .log = state_dir() / "server.log"};
  start.arguments.insert(start.arguments.end(), wish.own.arguments.begin(),
                         wish.own.arguments.end());
  start.arguments.emplace_back("--idle-exit");
  start.arguments.push_back(std::to_string(wish.idle_exit_minutes));
  told.status(
      fmt::format("No server answers at {}; starting one (it ends after {} idle minutes, "
                  "or with `hearth stop`; log: {})",
                  server.url, wish.idle_exit_minutes, start.log.string()));
  if (auto started = start_server(server, start, stop, told.progress); !started) {
    return pass_on(started);
  }
  return server;
}

Result<OfferedModel> offered_model_or_refusal(const Server& server, std::string_view name) {
  const auto reply = http_get(server, "/v1/models", std::chrono::milliseconds(5000));
  constexpr long unauthorized = 401;
  constexpr long forbidden = 403;
  if (reply && (reply->status == unauthorized || reply->status == forbidden)) {
    return fail(
        ErrorKind::unauthorized,
        fmt::format("{} wants a key{}. Set HEARTH_API_KEY to one that it takes (APIKEY in its "
                    "configuration, perhaps only as a hash).",
                    server.url, server.key.empty() ? "" : ", and not the one it was given"));
  }
  if (!reply || reply->status != 200) return {};
  const auto value = parse_json(reply->body);
  if (!value || !value->is_object()) return {};
  const json::array* models = find_array(value->get_object(), "data");
  if (models == nullptr) return {};
  for (const json::value& item : *models) {
    if (!item.is_object()) continue;
    const json::object& model = item.get_object();
    const auto id = find_string(model, "id").value_or("");
    if (!name.empty() && id != name) continue;
    return OfferedModel{.id = std::string(id),
                        .local = find_string(model, "owned_by") == "hearth",
                        .context = static_cast<int>(find_int(model, "context_length").value_or(0))};
  }
  return {};
}

OfferedModel offered_model(const Server& server, std::string_view name) {
  return offered_model_or_refusal(server, name).value_or(OfferedModel());
}

}  // namespace hearth::agent
