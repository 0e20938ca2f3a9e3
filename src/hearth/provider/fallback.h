#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "hearth/provider/health.h"
#include "hearth/provider/provider.h"

namespace hearth::provider {

/// One of the ways to answer a request.
struct Attempt {
  std::string route;  ///< "provider,model"
  std::shared_ptr<Provider> provider;
  std::shared_ptr<Health> health;
  /// As this provider is to see it. Called once, when it is this attempt's turn.
  std::move_only_function<chat::Request()> request;
};

/// Which attempt answered, and why the ones before it did not. Thread-safe.
class AttemptTrail {
 public:
  void failed(const std::string& route, const std::string& reason);
  /// `warnings`: what was ignored or changed of the request for it.
  void answers(const std::string& route, const std::vector<std::string>& warnings);

  /// Of the attempt that answers, or was made last.
  [[nodiscard]] std::string route() const;
  [[nodiscard]] std::vector<std::string> warnings() const;
  /// One sentence for each attempt that failed.
  [[nodiscard]] std::vector<std::string> failures() const;

 private:
  mutable std::mutex mutex_;
  std::string route_;
  std::vector<std::string> warnings_;
  std::vector<std::string> failures_;
};

/// Makes one attempt after the other, until one begins to answer: it failed if it ends in Failed
/// before any text, thought or tool call, for whatever reason but `cancelled`. Attempts whose
/// provider rests are left out, as long as one is left. The last one's failure is the answer's,
/// with those before it in its message.
/// REQUIRES: at least one attempt.
[[nodiscard]] std::unique_ptr<Call> start_with_fallback(std::vector<Attempt> attempts,
                                                        chat::EventSink sink,
                                                        std::shared_ptr<AttemptTrail> trail);

}  // namespace hearth::provider
