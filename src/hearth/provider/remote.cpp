#include "hearth/provider/remote.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <utility>

#include "hearth/base/shown_url.h"
#include "hearth/chat/server_tools.h"
#include "hearth/router/token_estimate.h"
#include "hearth/wire/anthropic_encode.h"
#include "hearth/wire/anthropic_events.h"
#include "hearth/wire/gemini_encode.h"
#include "hearth/wire/gemini_events.h"
#include "hearth/wire/http_status.h"
#include "hearth/wire/openai_encode.h"
#include "hearth/wire/openai_events.h"
#include "hearth/wire/overflow.h"
#include "hearth/wire/passed_on.h"
#include "hearth/wire/token_count.h"

namespace hearth::provider {
namespace {

constexpr std::size_t error_body_limit = std::size_t{64} << 10;
constexpr std::string_view anthropic_version = "anthropic-version: 2023-06-01";

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
              fmt::format("could not connect to {}{} ({}); start that server or correct "
                          "api_base_url",
                          url,
                          settings.proxy.empty()
                              ? ""
                              : " by the proxy " + shown_url(settings.proxy) + " (PROXY_URL)",
                          end.reason)};
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
          fmt::format("no secure connection to {} ({}); check its certificate, or name the file of "
                      "your own authority in SSL_CERT_FILE",
                      url, end.reason)};
    case TransferFault::none:
    case TransferFault::broken: break;
  }
  return {ErrorKind::unavailable,
          fmt::format("{} ended mid-stream ({}); try again", url, end.reason)};
}

std::unique_ptr<wire::StreamDecoder> decoder_for(router::ProviderKind kind,
                                                 const chat::Request& request) {
  if (kind == router::ProviderKind::anthropic)
    return std::make_unique<wire::MessagesEventDecoder>();
  if (kind == router::ProviderKind::gemini) return std::make_unique<wire::GeminiEventDecoder>();
  return std::make_unique<wire::ChatCompletionEventDecoder>(request.stop);
}

bool is_put_off(int status) {
  constexpr int overloaded = 529;  // Anthropic's
  return status == 429 || status == 502 || status == 503 || status == 504 || status == overloaded;
}

/// One answer under way. Events, bytes and ends are the loop's thread's; `transfer_` is shared with
/// the call that is dropped.
class Answer : public std::enable_shared_from_this<Answer> {
 public:
  Answer(const RemoteSettings& settings, CurlLoop& loop, HttpRequest request,
         std::unique_ptr<wire::StreamDecoder> decoder, chat::EventSink sink, int prompt_estimate)
      : settings_(settings),
        loop_(loop),
        request_(std::make_shared<const HttpRequest>(std::move(request))),
        sink_(std::move(sink)),
        decoder_(std::move(decoder)),
        prompt_estimate_(prompt_estimate),
        retries_left_(settings.retries),
        delay_(settings.retry_delay) {}

  void send(std::chrono::milliseconds delay) {
    TransferCallbacks callbacks;
    callbacks.on_response = [self = shared_from_this()](const HttpResponse& response) {
      self->response_ = response;
      // An answer that has begun is not asked for again.
      if (!self->is_error()) self->request_.reset();
    };
    callbacks.on_bytes = [self = shared_from_this()](std::string_view bytes) { self->take(bytes); };
    callbacks.on_end = [self = shared_from_this()](const TransferEnd& end) { self->end(end); };
    response_ = {};
    error_body_.clear();
    std::unique_ptr<CurlLoop::Transfer> before;
    const std::lock_guard lock(mutex_);
    if (dropped_) return;
    before = std::exchange(transfer_, loop_.start(request_, std::move(callbacks), delay));
  }

  void drop() {
    std::unique_ptr<CurlLoop::Transfer> transfer;
    {
      const std::lock_guard lock(mutex_);
      dropped_ = true;
      transfer.swap(transfer_);
    }
    // Outside the lock: it waits for the callback that may be running.
    transfer.reset();
  }

  void fail(Error error) {
    if (std::exchange(ended_, true)) return;
    const bool is_long = wire::is_overflow(error);
    std::string words = without_key(std::move(error.message), settings_.api_key);
    // Clients read how it begins.
    error.message = is_long ? fmt::format("{} ({})", words, settings_.name)
                            : fmt::format("{}: {}", settings_.name, words);
    sink_(chat::Failed{std::move(error)});
  }

 private:
  void deliver(std::vector<chat::Event> events) {
    for (chat::Event& event : events) {
      // The sink may drop the call in the midst of a chunk of bytes.
      if (ended_ || dropped_) return;
      if (auto* failed = std::get_if<chat::Failed>(&event)) {
        fail(std::move(failed->error));
      } else {
        output_bytes_ += bytes_of(event);
        auto* finished = std::get_if<chat::Finished>(&event);
        if (finished != nullptr) fill_in(finished->usage);
        ended_ = finished != nullptr;
        sink_(std::move(event));
      }
    }
  }

  /// Of what the model wrote.
  static std::size_t bytes_of(const chat::Event& event) {
    if (const auto* text = std::get_if<chat::TextDelta>(&event)) return text->text.size();
    if (const auto* thought = std::get_if<chat::ThinkingDelta>(&event)) return thought->text.size();
    const auto* call = std::get_if<chat::ToolCallDelta>(&event);
    return call == nullptr ? 0 : call->arguments.size();
  }

  /// What the server did not tell.
  void fill_in(chat::Usage& usage) const {
    if (prompt_estimate_ == 0) return;
    const int output = static_cast<int>(router::estimated_tokens(output_bytes_));
    if (usage.prompt_tokens == 0) {
      usage.prompt_tokens = prompt_estimate_;
      usage.estimated = true;
    }
    if (usage.output_tokens == 0 && output > 0) {
      usage.output_tokens = output;
      usage.estimated = true;
    }
  }

  [[nodiscard]] bool is_error() const { return response_.status < 200 || response_.status > 299; }

  void take(std::string_view bytes) {
    if (is_error()) {
      error_body_ +=
          bytes.substr(0, error_body_limit - std::min(error_body_.size(), error_body_limit));
    } else {
      deliver(decoder_->feed(bytes));
    }
  }

  void end(const TransferEnd& end) {
    if (retries(end)) return;
    if (response_.status != 0 && is_error()) {
      fail(wire::error_of_response(response_.status, error_body_, response_.retry_after));
    } else if (end.fault != TransferFault::none) {
      fail(error_of_fault(end, settings_));
    } else {
      deliver(decoder_->finish());
    }
  }

  /// Sends it again, if that may help and is not too long to wait for.
  bool retries(const TransferEnd& end) {
    const bool broke_off = end.fault == TransferFault::broken && response_.status == 0;
    if (retries_left_ == 0 || dropped_ || !(broke_off || is_put_off(response_.status))) {
      return false;
    }
    std::chrono::milliseconds delay = std::exchange(delay_, delay_ * 2);
    delay = std::max<std::chrono::milliseconds>(
        delay, response_.retry_after.value_or(std::chrono::seconds(0)));
    if (delay > settings_.longest_retry_delay) return false;
    --retries_left_;
    send(delay);
    return true;
  }

  const RemoteSettings settings_;
  CurlLoop& loop_;
  std::shared_ptr<const HttpRequest> request_;  ///< null once a response has begun
  chat::EventSink sink_;
  std::unique_ptr<wire::StreamDecoder> decoder_;
  const int prompt_estimate_;  ///< tokens; 0: usage is not estimated
  std::size_t output_bytes_ = 0;
  int retries_left_;
  std::chrono::milliseconds delay_;
  HttpResponse response_;
  std::string error_body_;
  bool ended_ = false;
  std::mutex mutex_;
  std::atomic<bool> dropped_ = false;
  std::unique_ptr<CurlLoop::Transfer> transfer_;
};

class RemoteCall : public Call {
 public:
  explicit RemoteCall(std::shared_ptr<Answer> answer) : answer_(std::move(answer)) {}
  RemoteCall(const RemoteCall&) = delete;
  RemoteCall& operator=(const RemoteCall&) = delete;
  ~RemoteCall() override { answer_->drop(); }

 private:
  std::shared_ptr<Answer> answer_;
};

bool has_control_characters(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

/// All but its body.
HttpRequest request_to(const RemoteSettings& settings, std::string url, std::string accepted) {
  HttpRequest http;
  http.url = std::move(url);
  http.proxy = settings.proxy;
  http.connect_timeout = settings.connect_timeout;
  http.silence_timeout = settings.silence_timeout;
  http.headers = {"content-type: application/json", "accept: " + std::move(accepted)};
  if (settings.api_key.empty()) return http;
  switch (settings.kind) {
    case router::ProviderKind::anthropic:
      http.headers.push_back("x-api-key: " + settings.api_key);
      break;
    case router::ProviderKind::gemini:
      http.headers.push_back("x-goog-api-key: " + settings.api_key);
      break;
    case router::ProviderKind::openai:
    case router::ProviderKind::local:
      http.headers.push_back("authorization: Bearer " + settings.api_key);
  }
  return http;
}

/// What every request to an Anthropic server has besides.
void add_api_headers(const chat::Request& request, HttpRequest& http) {
  http.headers.emplace_back(anthropic_version);
  if (!request.api_features.empty() && request.extra_format == "anthropic") {
    http.headers.push_back("anthropic-beta: " + request.api_features);
  }
}

HttpRequest http_request(const RemoteSettings& settings, const chat::Request& request) {
  HttpRequest http = request_to(settings, settings.url, "text/event-stream");
  if (settings.kind == router::ProviderKind::anthropic) {
    add_api_headers(request, http);
    http.body = to_json(wire::encode_messages_request(request, wire::MessagesServer::anthropic));
  } else if (settings.kind == router::ProviderKind::gemini) {
    http.url = wire::gemini_url(settings.url, request.model);
    http.body = to_json(wire::encode_gemini_request(request));
  } else {
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

std::vector<std::string> RemoteProvider::left_out(const chat::Request& request) const {
  if (settings_.kind == router::ProviderKind::anthropic) {
    return wire::left_out_of_messages(request);
  }
  std::vector<std::string> sentences = settings_.kind == router::ProviderKind::gemini
                                           ? wire::left_out_of_gemini(request)
                                           : wire::left_out_of_chat(request);
  if (std::string note = chat::server_tools_note(request);
      !note.empty() && !has_server_tools(request)) {
    sentences.push_back(std::move(note));
  }
  return sentences;
}

/// Between two sides of OpenAI's format they are passed on.
bool RemoteProvider::has_server_tools(const chat::Request& request) const {
  return settings_.kind == router::ProviderKind::anthropic ||
         (settings_.kind == router::ProviderKind::openai && request.extra_format == "openai");
}

RemoteProvider::RemoteProvider(RemoteSettings settings, CurlLoop& loop)
    : settings_(std::move(settings)), loop_(loop) {
  // A key read from a file often ends in a line end.
  std::string& key = settings_.api_key;
  key.erase(key.find_last_not_of(" \t\r\n") + 1);
}

std::unique_ptr<Call> RemoteProvider::start(chat::Request request, chat::EventSink sink) {
  if (chat::demands_server_tool(request) && !has_server_tools(request) &&
      !request.may_lack_server_tools) {
    sink(chat::Failed{chat::server_tools_refusal(
        request, fmt::format("is that of {}, which does not get them", settings_.name))});
    return std::make_unique<Call>();
  }
  request.stream = true;
  return send(http_request(settings_, request), decoder_for(settings_.kind, request),
              std::move(sink), static_cast<int>(router::estimated_tokens(request)));
}

std::unique_ptr<Call> RemoteProvider::count_remotely(chat::Request request, chat::EventSink sink) {
  if (settings_.kind != router::ProviderKind::anthropic) {
    return Provider::count_remotely(std::move(request), std::move(sink));
  }
  HttpRequest http = request_to(settings_, settings_.url + "/count_tokens", "application/json");
  add_api_headers(request, http);
  http.body = to_json(wire::encode_count_tokens_request(request));
  return send(std::move(http), std::make_unique<wire::TokenCountDecoder>(), std::move(sink));
}

std::unique_ptr<Call> RemoteProvider::forward(std::string_view endpoint, std::string body,
                                              chat::EventSink sink) {
  constexpr std::string_view of_chats = "chat/completions";
  if (settings_.kind != router::ProviderKind::openai || !settings_.url.ends_with(of_chats)) {
    return Provider::forward(endpoint, std::move(body), std::move(sink));
  }
  std::string url = settings_.url.substr(0, settings_.url.size() - of_chats.size());
  url += endpoint;
  HttpRequest http = request_to(settings_, std::move(url), "application/json");
  http.body = std::move(body);
  return send(std::move(http), std::make_unique<wire::PassedOnDecoder>(), std::move(sink));
}

std::unique_ptr<Call> RemoteProvider::send(HttpRequest request,
                                           std::unique_ptr<wire::StreamDecoder> decoder,
                                           chat::EventSink sink, int prompt_estimate) {
  auto answer = std::make_shared<Answer>(settings_, loop_, std::move(request), std::move(decoder),
                                         std::move(sink), prompt_estimate);
  if (has_control_characters(settings_.api_key)) {
    answer->fail({ErrorKind::config, "api_key holds a line end or another control character"});
  } else {
    answer->send(std::chrono::milliseconds(0));
  }
  return std::make_unique<RemoteCall>(std::move(answer));
}

}  // namespace hearth::provider
