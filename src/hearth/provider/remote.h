#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "hearth/provider/curl_loop.h"
#include "hearth/provider/provider.h"
#include "hearth/router/config.h"
#include "hearth/wire/stream_decoder.h"

namespace hearth::provider {

struct RemoteSettings {
  std::string name;
  router::ProviderKind kind = router::ProviderKind::openai;  ///< not local
  std::string url;      ///< the full URL of the endpoint; of Gemini's API without the model
  std::string api_key;  ///< empty: none is sent
  std::vector<std::string> models;
  std::string proxy;
  std::chrono::milliseconds connect_timeout{10000};
  std::chrono::milliseconds silence_timeout{600000};  ///< API_TIMEOUT_MS
  /// How often a request is sent again that the server put off (429, 502, 503, 504, 529), or whose
  /// connection ended before a response began.
  int retries = 2;
  /// Before the first time; twice as long before each further one. What the server asks for
  /// (retry-after) counts where it is longer, up to `longest_retry_delay`; beyond it is no retry.
  std::chrono::milliseconds retry_delay{400};
  std::chrono::milliseconds longest_retry_delay{5000};
};

/// The settings of a remote provider of the configuration. REQUIRES: `provider.kind` is not local.
RemoteSettings remote_settings(const router::ProviderConfig& provider,
                               const router::Config& config);

/// A remote server that speaks OpenAI's chat completions, Anthropic's Messages or Gemini's API. It
/// always streams from there, whether the client streams or not.
///
/// A request that only a server's own tools can answer is refused, unless the server may have them
/// (Anthropic's, or OpenAI's format on both sides) or Request::may_lack_server_tools is set. Where
/// the server tells no usage, it is estimated.
///
/// Retries are its own; failures are told after the last one. They name the provider (a prompt that
/// is too long at the end, see wire/overflow.h) and what to do: 401 unauthorized, 403 forbidden,
/// 404 not_found, 429 rate_limited (with the server's retry-after), other 4xx invalid_request, 5xx
/// and what is no API answer unavailable; refused, unknown host, broken off: unavailable; silence:
/// timeout. Keys are never part of a message or a log line.
class RemoteProvider : public Provider {
 public:
  /// `loop` must outlive the provider and its calls.
  RemoteProvider(RemoteSettings settings, CurlLoop& loop);

  std::unique_ptr<Call> start(chat::Request request, chat::EventSink sink) override;
  /// Only of OpenAI-like servers.
  std::unique_ptr<Call> forward(std::string_view endpoint, std::string body,
                                chat::EventSink sink) override;
  /// Only of servers that speak Anthropic's format.
  std::unique_ptr<Call> count_remotely(chat::Request request, chat::EventSink sink) override;
  std::vector<std::string> left_out(const chat::Request& request) const override;
  std::string name() const override { return settings_.name; }
  std::vector<std::string> models() const override { return settings_.models; }

 private:
  [[nodiscard]] bool has_server_tools(const chat::Request& request) const;
  std::unique_ptr<Call> send(HttpRequest request, std::unique_ptr<wire::StreamDecoder> decoder,
                             chat::EventSink sink, int prompt_estimate = 0);

  RemoteSettings settings_;
  CurlLoop& loop_;
};

}  // namespace hearth::provider
