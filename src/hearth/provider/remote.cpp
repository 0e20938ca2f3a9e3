#include "hearth/provider/remote.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>

#include "hearth/wire/anthropic_encode.h"
#include "hearth/wire/anthropic_events.h"
#include "hearth/wire/http_status.h"
#include "hearth/wire/openai_encode.h"
#include "hearth/wire/openai_events.h"

namespace hearth::provider {
namespace {

constexpr std::size_t error_body_limit = std::size_t{64} << 10;
constexpr std::string_view anthropic_version = "anthropic-version: 2023-06-01";

/// The URL for a message: without user, password and query, which may hold a key.
std::string shown_url(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const std::size_t scheme = url.find("://");
  const std::size_t host = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::size_t at = url.substr(host, url.find('/', host) - host).rfind('@');
  if (at == std::string_view::npos) return std::string(url);
  return std::string(url.substr(0, host)).append(url.substr(host + at + 1));
}

/// Servers repeat a wrong key in their message.
std::string without_key(std::string text, const std::string& key) {
  if (key.empty()) return text;
  for (std::size_t at = 0; (at = text.find(key, at)) != std::string::npos;) {
    text.replace(at, key.size(), "***");
    at += 3;
  }
  return text;
}

Error error_of_fault(const TransferEnd& end, const RemoteSettings& settings) {
  const std::string url = shown_url(settings.url);
  switch (end.fault) {
    case TransferFault::bad_url:
      return {ErrorKind::config, fmt::format("{} is no URL that can be called ({}); correct "
                                             "api_base_url",
                                             url, end.reason)};
    case TransferFault::resolve:
      return {ErrorKind::unavailable,
              fmt::format("the host of {} is unknown ({}); check api_base_url and the network", url,
                          end.reason)};
    case TransferFault::refused:
      return {ErrorKind::unavailable,
              fmt::format("could not connect to {} ({}); start that server or correct api_base_url",
                          url, end.reason)};
    case TransferFault::connect_timeout:
      return {ErrorKind::timeout,
              fmt::format("could not connect to {} within {} ms; check the host "
                          "and the network",
                          url, settings.connect_timeout.count())};
    case TransferFault::silent:
      return {ErrorKind::timeout,
              fmt::format("{} was silent for {} ms; raise API_TIMEOUT_MS if it is only slow", url,
                          settings.silence_timeout.count())};
    case TransferFault::tls:
      return {
          ErrorKind::unavailable,
          fmt::format("no secure connection to {} ({}); check its certificate", url, end.reason)};
    case TransferFault::none:
    case TransferFault::broken: break;
  }
  return {ErrorKind::unavailable,
          fmt::format("{} ended mid-stream ({}); try again", url, end.reason)};
}

std::unique_ptr<wire::StreamDecoder> decoder_for(router::ProviderKind kind) {
  if (kind == router::ProviderKind::anthropic)
    return std::make_unique<wire::MessagesEventDecoder>();
  return std::make_unique<wire::ChatCompletionEventDecoder>();
}

/// One answer under way. Everything but `dropped` is used from the loop's thread only.
struct Answer {
  RemoteSettings settings;
  chat::EventSink sink;
  std::unique_ptr<wire::StreamDecoder> decoder;
  HttpResponse response;
  std::string error_body;
  bool ended = false;
  std::atomic<bool> dropped = false;

  void deliver(std::vector<chat::Event> events) {
    for (chat::Event& event : events) {
      // The sink may drop the call in the midst of a chunk of bytes.
      if (ended || dropped) return;
      if (auto* failed = std::get_if<chat::Failed>(&event)) {
        fail(std::move(failed->error));
      } else {
        ended = std::holds_alternative<chat::Finished>(event);
        sink(std::move(event));
      }
    }
  }

  void fail(Error error) {
    if (std::exchange(ended, true)) return;
    error.message = fmt::format("{}: {}", settings.name,
                                without_key(std::move(error.message), settings.api_key));
    sink(chat::Failed{std::move(error)});
  }

  [[nodiscard]] bool is_error() const { return response.status < 200 || response.status > 299; }

  void take(std::string_view bytes) {
    if (is_error()) {
      error_body +=
          bytes.substr(0, error_body_limit - std::min(error_body.size(), error_body_limit));
    } else {
      deliver(decoder->feed(bytes));
    }
  }

  void end(const TransferEnd& end) {
    if (response.status != 0 && is_error()) {
      fail(wire::error_of_response(response.status, error_body, response.retry_after));
    } else if (end.fault != TransferFault::none) {
      fail(error_of_fault(end, settings));
    } else {
      deliver(decoder->finish());
    }
  }
};

class RemoteCall : public Call {
 public:
  RemoteCall(std::shared_ptr<Answer> answer, std::unique_ptr<CurlLoop::Transfer> transfer)
      : answer_(std::move(answer)), transfer_(std::move(transfer)) {}
  RemoteCall(const RemoteCall&) = delete;
  RemoteCall& operator=(const RemoteCall&) = delete;
  ~RemoteCall() override { answer_->dropped = true; }

 private:
  std::shared_ptr<Answer> answer_;
  std::unique_ptr<CurlLoop::Transfer> transfer_;
};

bool has_control_characters(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

HttpRequest http_request(const RemoteSettings& settings, const chat::Request& request) {
  HttpRequest http;
  http.url = settings.url;
  http.proxy = settings.proxy;
  http.connect_timeout = settings.connect_timeout;
  http.silence_timeout = settings.silence_timeout;
  http.headers = {"content-type: application/json", "accept: text/event-stream"};
  if (settings.kind == router::ProviderKind::anthropic) {
    http.headers.emplace_back(anthropic_version);
    if (!settings.api_key.empty()) http.headers.push_back("x-api-key: " + settings.api_key);
    http.body = to_json(wire::encode_messages_request(request, wire::MessagesServer::anthropic));
  } else {
    if (!settings.api_key.empty()) {
      http.headers.push_back("authorization: Bearer " + settings.api_key);
    }
    http.body = to_json(wire::encode_chat_request(request));
  }
  return http;
}

}  // namespace

RemoteSettings remote_settings(const router::ProviderConfig& provider,
                               const router::Config& config) {
  RemoteSettings settings;
  settings.name = provider.name;
  settings.kind = provider.kind;
  settings.url = provider.api_base_url;
  settings.api_key = provider.api_key;
  settings.models = provider.models;
  settings.proxy = config.proxy_url;
  settings.silence_timeout = std::chrono::milliseconds(config.api_timeout_ms);
  return settings;
}

RemoteProvider::RemoteProvider(RemoteSettings settings, CurlLoop& loop)
    : settings_(std::move(settings)), loop_(loop) {
  // A key read from a file often ends in a line end.
  std::string& key = settings_.api_key;
  key.erase(key.find_last_not_of(" \t\r\n") + 1);
}

std::unique_ptr<Call> RemoteProvider::start(chat::Request request, chat::EventSink sink) {
  auto answer = std::make_shared<Answer>();
  answer->settings = settings_;
  answer->sink = std::move(sink);
  answer->decoder = decoder_for(settings_.kind);
  if (has_control_characters(settings_.api_key)) {
    answer->fail({ErrorKind::config, "api_key holds a line end or another control character"});
    return std::make_unique<RemoteCall>(std::move(answer), nullptr);
  }
  request.stream = true;
  TransferCallbacks callbacks;
  callbacks.on_response = [answer](const HttpResponse& response) { answer->response = response; };
  callbacks.on_bytes = [answer](std::string_view bytes) { answer->take(bytes); };
  callbacks.on_end = [answer](const TransferEnd& end) { answer->end(end); };
  auto transfer = loop_.start(http_request(settings_, request), std::move(callbacks));
  return std::make_unique<RemoteCall>(std::move(answer), std::move(transfer));
}

}  // namespace hearth::provider
