#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/chat/event.h"
#include "hearth/chat/request.h"

namespace hearth::provider {

/// An answer under way. Dropping it cancels the work within 200 ms; the sink may be called once
/// more, and never after the destructor has returned.
class Call {
 public:
  Call() = default;
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  virtual ~Call() = default;
};

/// Whatever answers a chat request: the engine, or a remote server. Thread-safe.
class Provider {
 public:
  Provider() = default;
  Provider(const Provider&) = delete;
  Provider& operator=(const Provider&) = delete;
  virtual ~Provider() = default;

  /// Begins answering `request`, whose `model` is one that this provider knows. Returns at once;
  /// every outcome, also a refusal, comes through `sink` (see chat::Event for the order), which
  /// may be called before this returns, and from another thread.
  [[nodiscard]] virtual std::unique_ptr<Call> start(chat::Request request,
                                                    chat::EventSink sink) = 0;

  /// Begins passing `body` on to the server's endpoint of that name ("embeddings", "rerank"),
  /// beside the one for chats; the events are those of wire::PassedOnDecoder. Likewise.
  [[nodiscard]] virtual std::unique_ptr<Call> forward(std::string_view endpoint, std::string body,
                                                      chat::EventSink sink);

  /// Begins asking the server how many tokens `request` has; the events are those of
  /// wire::TokenCountDecoder. Failed invalid_request where it does not tell. Likewise.
  [[nodiscard]] virtual std::unique_ptr<Call> count_remotely(chat::Request request,
                                                             chat::EventSink sink);

  /// What of `request` it has no place for, one sentence each; the rest is asked.
  [[nodiscard]] virtual std::vector<std::string> left_out(const chat::Request& /*request*/) const {
    return {};
  }

  /// The name in the configuration, or "local".
  [[nodiscard]] virtual std::string name() const = 0;

  /// The models it answers for.
  [[nodiscard]] virtual std::vector<std::string> models() const = 0;
};

}  // namespace hearth::provider
