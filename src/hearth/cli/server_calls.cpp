#include "hearth/cli/server_calls.h"

#include <fmt/format.h>

#include <cstdlib>

#include "hearth/cli/server_state.h"

namespace hearth::cli {
namespace {

constexpr auto patience = std::chrono::minutes(5);

Result<json::object> answer_of(const agent::Server& server, Result<agent::HttpReply> reply) {
  if (!reply) return pass_on(reply);
  auto body = parse_json(reply->body);
  if (!body || !body->is_object()) {
    return fail(ErrorKind::unavailable, fmt::format("{} is no hearth server", server.url));
  }
  json::object& fields = body->get_object();
  if (reply->status == 200) return std::move(fields);
  const auto* error = find_object(fields, "error");
  const auto message = error != nullptr ? find_string(*error, "message") : std::nullopt;
  return fail(ErrorKind::unavailable, std::string(message.value_or(reply->body)));
}

}  // namespace

std::optional<agent::Server> server_to_ask() {
  const auto variable = [](const char* name) {
    const char* const value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  const std::string key = variable("HEARTH_API_KEY");
  if (std::string url = variable("HEARTH_URL"); !url.empty()) {
    while (url.ends_with('/')) url.pop_back();
    return agent::Server{.url = url, .key = key};
  }
  const auto running = running_server();
  if (!running) return std::nullopt;
  return agent::Server{.url = running->url, .key = key};
}

Result<json::object> ask(const agent::Server& server, const std::string& path) {
  return answer_of(server, agent::http_get(server, path, patience));
}

Result<json::object> tell(const agent::Server& server, const std::string& path,
                          const json::object& body) {
  return answer_of(server, agent::http_post(server, path, to_json(body), patience));
}

}  // namespace hearth::cli
