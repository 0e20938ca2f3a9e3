#include "scripted_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <mutex>
#include <thread>

namespace hearth::agent {

struct ScriptedServer::State {
  Reply reply;
  int listener = -1;
  int port = 0;
  mutable std::mutex mutex;
  std::vector<json::object> requests;
  std::vector<std::jthread> connections;
  std::jthread acceptor;

  void serve(int fd) {
    std::string in;
    char buffer[65536];
    std::size_t head = std::string::npos;
    std::size_t length = 0;
    while (head == std::string::npos || in.size() < head + 4 + length) {
      const ssize_t got = ::recv(fd, buffer, sizeof buffer, 0);
      if (got <= 0) break;
      in.append(buffer, static_cast<std::size_t>(got));
      head = in.find("\r\n\r\n");
      const std::size_t field = in.find("Content-Length: ");
      if (head != std::string::npos && field < head) length = std::stoul(in.substr(field + 16));
    }
    std::string out;
    if (in.starts_with("GET ")) {
      out = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{\"status\":\"ok\"}";
    } else if (head != std::string::npos) {
      const json::object request = parse_json(in.substr(head + 4))->as_object();
      {
        const std::lock_guard lock(mutex);
        requests.push_back(request);
      }
      out = reply(request);
    }
    ::send(fd, out.data(), out.size(), MSG_NOSIGNAL);
    ::shutdown(fd, SHUT_RDWR);
    ::close(fd);
  }
};

ScriptedServer::ScriptedServer(Reply reply) : state_(std::make_unique<State>()) {
  state_->reply = std::move(reply);
  state_->listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  ::bind(state_->listener, generic, size);
  ::listen(state_->listener, 16);
  ::getsockname(state_->listener, generic, &size);
  state_->port = ntohs(address.sin_port);
  state_->acceptor = std::jthread([state = state_.get()](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      pollfd waiting{state->listener, POLLIN, 0};
      if (::poll(&waiting, 1, 20) <= 0) continue;
      const int fd = ::accept4(state->listener, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd >= 0) state->connections.emplace_back([state, fd] { state->serve(fd); });
    }
  });
}

ScriptedServer::~ScriptedServer() {
  state_->acceptor.request_stop();
  state_->acceptor.join();
  state_->connections.clear();
  ::close(state_->listener);
}

std::string ScriptedServer::url() const {
  return fmt::format("http://127.0.0.1:{}", state_->port);
}

std::vector<json::object> ScriptedServer::requests() const {
  const std::lock_guard lock(state_->mutex);
  return state_->requests;
}

namespace {

std::string event(const json::object& data) {
  return fmt::format("event: {}\ndata: {}\n\n", std::string_view(data.at("type").as_string()),
                     to_json(json::value(data)));
}

std::string stream(const json::object& block, const json::object& delta, const char* stop_reason) {
  return "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
         ": prefill {\"computed\":5,\"reused\":5,\"total\":20,\"eta_ms\":100}\n\n" +
         event({{"type", "message_start"},
                {"message",
                 {{"id", "m"},
                  {"role", "assistant"},
                  {"content", json::array()},
                  {"usage", {{"input_tokens", 10}, {"output_tokens", 0}}}}}}) +
         event({{"type", "content_block_start"}, {"index", 0}, {"content_block", block}}) +
         event({{"type", "content_block_delta"}, {"index", 0}, {"delta", delta}}) +
         event({{"type", "content_block_stop"}, {"index", 0}}) +
         event({{"type", "message_delta"},
                {"delta", {{"stop_reason", stop_reason}}},
                {"usage", {{"output_tokens", 7}}}}) +
         event({{"type", "message_stop"}});
}

}  // namespace

std::string text_reply(const std::string& text) {
  return stream({{"type", "text"}, {"text", ""}}, {{"type", "text_delta"}, {"text", text}},
                "end_turn");
}

std::string call_reply(const std::string& name, const std::string& arguments) {
  return stream(
      {{"type", "tool_use"}, {"id", "toolu_1"}, {"name", name}, {"input", json::object()}},
      {{"type", "input_json_delta"}, {"partial_json", arguments}}, "tool_use");
}

std::string error_reply(int status, const std::string& body) {
  return fmt::format("HTTP/1.1 {} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{}", status,
                     body.size(), body);
}

}  // namespace hearth::agent
