#include <curl/curl.h>
#include <fmt/format.h>

#include <mutex>
#include <utility>

#include "hearth/agent/mcp/mcp_connection.h"
#include "hearth/base/lower_case.h"
#include "hearth/wire/sse.h"

namespace hearth::agent {
namespace {

constexpr std::size_t largest_response = std::size_t{32} << 20;

/// One POST and what comes back.
struct Exchange {
  std::string body;
  std::string session;
  std::string content_type;
  const std::stop_token* stop = nullptr;
  bool too_large = false;
};

std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  if (exchange.body.size() + size * count > largest_response) {
    exchange.too_large = true;
    return 0;
  }
  exchange.body.append(bytes, size * count);
  return size * count;
}

std::size_t take_header(char* bytes, std::size_t size, std::size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  std::string_view line(bytes, size * count);
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return size * count;
  const std::string name = in_lower_case(line.substr(0, colon));
  std::string_view value = line.substr(colon + 1);
  while (!value.empty() && (value.front() == ' ')) value.remove_prefix(1);
  while (!value.empty() && (value.back() == '\r' || value.back() == '\n')) value.remove_suffix(1);
  if (name == "mcp-session-id") exchange.session = value;
  if (name == "content-type") exchange.content_type = value;
  return size * count;
}

int look_at_stop(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto& exchange = *static_cast<Exchange*>(user);
  return exchange.stop != nullptr && exchange.stop->stop_requested() ? 1 : 0;
}

class HttpConnection final : public McpConnection {
 public:
  explicit HttpConnection(McpServerConfig server) : server_(std::move(server)) {}

  Result<json::object> call(std::string_view method, json::object parameters,
                            std::chrono::milliseconds patience,
                            const std::stop_token& stop) override {
    const std::lock_guard lock(mutex_);
    const std::int64_t id = ++last_id_;
    json::object message{{"jsonrpc", "2.0"}, {"id", id}, {"method", method}};
    message["params"] = std::move(parameters);
    auto exchange = post(message, patience, stop);
    if (!exchange) return std::unexpected(exchange.error());
    if (!exchange->session.empty()) session_ = exchange->session;
    if (exchange->content_type.starts_with("text/event-stream")) {
      std::optional<json::object> response;
      wire::SseParser parser;
      const auto look = [&](const wire::SseEvent& event) {
        if (!response) response = response_in(event.data, id);
      };
      if (parser.feed(exchange->body, look)) parser.finish(look);
      if (response) return result_in(std::move(*response));
    } else if (auto response = response_in(exchange->body, id)) {
      return result_in(std::move(*response));
    }
    return fail(ErrorKind::unavailable,
                fmt::format("the MCP server {} gave no answer to {}", server_.name, method));
  }

  void notify(std::string_view method, json::object parameters) override {
    const std::lock_guard lock(mutex_);
    json::object message{{"jsonrpc", "2.0"}, {"method", method}};
    message["params"] = std::move(parameters);
    constexpr std::chrono::seconds patience{5};
    // Nothing comes back that matters.
    const auto told = post(message, patience, {});
    (void)told;
  }

 private:
  static std::optional<json::object> response_in(std::string_view text, std::int64_t id) {
    auto value = parse_json(text);
    if (!value || !value->is_object()) return std::nullopt;
    if (find_int(value->get_object(), "id") != id) return std::nullopt;
    return std::move(value->get_object());
  }

  Result<Exchange> post(const json::object& message, std::chrono::milliseconds patience,
                        const std::stop_token& stop) {
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy(curl_easy_init(),
                                                                   &curl_easy_cleanup);
    curl_slist* list = nullptr;
    const auto add = [&](const std::string& line) { list = curl_slist_append(list, line.c_str()); };
    add("content-type: application/json");
    add("accept: application/json, text/event-stream");
    add("mcp-protocol-version: 2025-06-18");
    if (!session_.empty()) add("mcp-session-id: " + session_);
    for (const auto& [name, value] : server_.headers) add(fmt::format("{}: {}", name, value));
    const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(list,
                                                                              &curl_slist_free_all);
    const std::string body = to_json(json::value(message));
    Exchange exchange;
    exchange.stop = &stop;
    curl_easy_setopt(easy.get(), CURLOPT_URL, server_.url.c_str());
    curl_easy_setopt(easy.get(), CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(patience.count()));
    curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, &take_body);
    curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &exchange);
    curl_easy_setopt(easy.get(), CURLOPT_HEADERFUNCTION, &take_header);
    curl_easy_setopt(easy.get(), CURLOPT_HEADERDATA, &exchange);
    curl_easy_setopt(easy.get(), CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy.get(), CURLOPT_XFERINFOFUNCTION, &look_at_stop);
    curl_easy_setopt(easy.get(), CURLOPT_XFERINFODATA, &exchange);
    const CURLcode code = curl_easy_perform(easy.get());
    exchange.stop = nullptr;
    if (code == CURLE_ABORTED_BY_CALLBACK) return fail(ErrorKind::cancelled, "interrupted");
    if (exchange.too_large) {
      return fail(ErrorKind::too_large,
                  fmt::format("the MCP server {} answers with more than {} MiB", server_.name,
                              largest_response >> 20));
    }
    if (code == CURLE_OPERATION_TIMEDOUT) {
      return fail(ErrorKind::timeout, fmt::format("the MCP server {} did not answer within {} s",
                                                  server_.name, patience.count() / 1000));
    }
    if (code != CURLE_OK) {
      return fail(ErrorKind::unavailable, fmt::format("the MCP server {} cannot be reached: {}",
                                                      server_.name, curl_easy_strerror(code)));
    }
    long status = 0;
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
    if (status < 200 || status > 299) {
      const std::string_view hint =
          status == 401 || status == 403 ? "; set its key under \"headers\"" : "";
      return fail(ErrorKind::unavailable,
                  fmt::format("the MCP server {} answers with {}{}", server_.name, status, hint));
    }
    return exchange;
  }

  McpServerConfig server_;
  std::mutex mutex_;
  std::string session_;
  std::int64_t last_id_ = 0;
};

}  // namespace

std::unique_ptr<McpConnection> connect_http(const McpServerConfig& server) {
  return std::make_unique<HttpConnection>(server);
}

}  // namespace hearth::agent
