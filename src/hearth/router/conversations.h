#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "hearth/base/recent_map.h"
#include "hearth/chat/request.h"

namespace hearth::router {

/// What a request took on its route. Rates are measured from it.
struct RouteUse {
  std::string route;  ///< "provider,model"
  int prompt_tokens = 0;
  int computed_tokens = 0;  ///< of the prompt
  int output_tokens = 0;
  double prefill_seconds = 0;
  double decode_seconds = 0;
};

/// A change of route in mid-conversation, in seconds.
struct Weighing {
  std::string from;  ///< the conversation's route so far
  double lost =
      0;  ///< reading there what the present route has read already, less what is new here
  double gained = 0;  ///< by writing an answer of the usual length there
  bool stays = false;
};

/// Where conversations went, and how fast the routes were: for weighing whether a change of route
/// is worth the prompt that must be read again. The least recently used conversations are forgotten
/// first. Thread-safe.
class Conversations {
 public:
  static constexpr std::size_t most = 4096;

  /// What going to `to` would cost; `bytes` is the size of the prompt now. It stays if more than
  /// `limit_seconds` are lost on balance, and, once it has stayed, until less than half of that is.
  /// Nothing if the conversation is new, goes there already, or a rate is not known yet.
  std::optional<Weighing> weigh(const std::string& conversation, std::size_t bytes,
                                const std::string& to, double limit_seconds);

  void ended(const std::string& conversation, std::size_t bytes, const RouteUse& use);

 private:
  /// Moving averages, in tokens per second; 0: not known.
  struct Rates {
    double prefill = 0;
    double decode = 0;
    double output_tokens = 0;  ///< of an answer
  };
  struct Known {
    std::string route;
    std::map<std::string, int> tokens_on;  ///< prompt tokens that each route has read
    int prompt_tokens = 0;
    std::size_t bytes = 0;
    bool stayed = false;
  };

  std::mutex mutex_;
  RecentMap<std::string, Known> known_{most};
  std::map<std::string, Rates> rates_;
};

/// Tells apart the conversations of a session, such as subagents and titles: by its first messages.
/// Empty if the request has no session.
std::string conversation_of(const chat::Request& request);

}  // namespace hearth::router
