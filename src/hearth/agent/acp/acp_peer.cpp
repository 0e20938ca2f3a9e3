#include "hearth/agent/acp/acp_peer.h"

#include <utility>

#include "hearth/agent/json_lines.h"

namespace hearth::agent {

void AcpPeer::notify(std::string_view method, json::object parameters) {
  write_json_line({{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(parameters)}});
}

void AcpPeer::reply(const json::value& id, json::object result) {
  write_json_line({{"jsonrpc", "2.0"}, {"id", id}, {"result", std::move(result)}});
}

void AcpPeer::refuse(const json::value& id, int code, std::string_view message) {
  json::object error{{"code", code}, {"message", message}};
  write_json_line({{"jsonrpc", "2.0"}, {"id", id}, {"error", std::move(error)}});
}

std::optional<json::object> AcpPeer::ask(std::string_view method, json::object parameters,
                                         const std::stop_token& stop) {
  std::int64_t id = 0;
  {
    const std::lock_guard lock(mutex_);
    id = ++last_id_;
    waiting_[id] = std::nullopt;
  }
  write_json_line(
      {{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", std::move(parameters)}});
  const std::stop_callback wake(stop, [this] {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
  });
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return waiting_[id] || closed_ || stop.stop_requested(); });
  std::optional<json::object> response = std::move(waiting_[id]);
  waiting_.erase(id);
  if (!response) return std::nullopt;
  const json::object* result = find_object(*response, "result");
  return result == nullptr ? std::nullopt : std::optional<json::object>(*result);
}

void AcpPeer::take_response(const json::object& response) {
  const auto id = find_int(response, "id");
  const std::lock_guard lock(mutex_);
  const auto waiting = id ? waiting_.find(*id) : waiting_.end();
  if (waiting == waiting_.end()) return;
  waiting->second = response;
  changed_.notify_all();
}

void AcpPeer::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

}  // namespace hearth::agent
