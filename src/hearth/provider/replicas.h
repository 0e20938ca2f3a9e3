#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "hearth/base/recent_map.h"
#include "hearth/provider/health.h"
#include "hearth/provider/provider.h"

namespace hearth::provider {

/// Which beginnings of conversations a server has read lately, by hashes of whole messages, each
/// chained to those before it; the least recently used forgotten first. Thread-safe.
class KnownPrefixes {
 public:
  static constexpr std::size_t most = 1 << 16;

  /// How many of the chain's first messages it has read.
  [[nodiscard]] std::size_t known_of(const std::vector<std::uint64_t>& chain) const;
  void remember(const std::vector<std::uint64_t>& chain);

 private:
  struct Nothing {};
  mutable std::mutex mutex_;
  RecentMap<std::uint64_t, Nothing> known_{most};
};

/// Hashes of the tools and of each message, each with all before it.
std::vector<std::uint64_t> prefix_chain(const chat::Request& request);

/// Several servers with the same models. A request goes to the one that has read most of its
/// beginning, of equals to the one with the fewest answers under way; one that fails before its
/// first token is replaced by the next, and one that failed in a row is left alone for a while.
/// Started names the one that answers.
class ReplicatedProvider final : public Provider {
 public:
  /// `shown`: each server's address as messages name it.
  ReplicatedProvider(std::string name, std::vector<std::shared_ptr<Provider>> servers,
                     std::vector<std::string> shown);

  [[nodiscard]] std::unique_ptr<Call> start(chat::Request request, chat::EventSink sink) override;
  /// By the first server.
  [[nodiscard]] std::unique_ptr<Call> forward(std::string_view endpoint, std::string body,
                                              chat::EventSink sink) override {
    return replicas_.front()->server->forward(endpoint, std::move(body), std::move(sink));
  }
  /// Likewise.
  [[nodiscard]] std::unique_ptr<Call> count_remotely(chat::Request request,
                                                     chat::EventSink sink) override {
    return replicas_.front()->server->count_remotely(std::move(request), std::move(sink));
  }
  [[nodiscard]] std::vector<std::string> left_out(const chat::Request& request) const override {
    return replicas_.front()->server->left_out(request);
  }
  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] std::vector<std::string> models() const override;

 private:
  struct Replica {
    std::shared_ptr<Provider> server;
    std::string shown;
    std::shared_ptr<Health> health = std::make_shared<Health>();
    KnownPrefixes prefixes;
    /// Held by each answer under way.
    std::shared_ptr<void> in_use = std::make_shared<char>();
    [[nodiscard]] long n_running() const { return in_use.use_count() - 1; }
  };

  std::string name_;
  std::vector<std::shared_ptr<Replica>> replicas_;
};

}  // namespace hearth::provider
