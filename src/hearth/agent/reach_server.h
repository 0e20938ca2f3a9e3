#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/agent/client.h"
#include "hearth/agent/server_start.h"

namespace hearth::agent {

/// Makes sure there is a model on disk; `interactive`: a person can be asked.
using EnsureModel = std::function<Result<void>(bool interactive)>;

/// Our own server, where none is named.
struct OwnServer {
  std::string url{default_server_url};
  std::string key = {};                                     ///< that it takes, if known
  std::vector<std::string> arguments = {"--port", "8484"};  ///< of `hearth serve`
};
using FindOwnServer = std::function<OwnServer()>;

struct ServerWish {
  std::string named;  ///< its URL; empty: HEARTH_URL, else our own
  OwnServer own = {};
  bool interactive = true;     ///< a person can be asked
  int idle_exit_minutes = 30;  ///< of one that is started here
};

struct ServerTold {
  std::function<void(std::string_view)> status;    ///< a line that stays
  std::function<void(std::string_view)> progress;  ///< one that the next replaces
};

/// The server to talk to, ready; one of our own is started if none was named and none answers.
/// Its key is HEARTH_API_KEY, else what is known of our own. Errors: unavailable, io, cancelled;
/// those of `ensure_model`.
Result<Server> reach_server(const ServerWish& wish, const EnsureModel& ensure_model,
                            const std::stop_token& stop, const ServerTold& told);

/// A model that a server offers.
struct OfferedModel {
  std::string id;  ///< empty if it does not say
  bool local = false;
  int context = 0;  ///< window in tokens; 0: unknown, also until a local one is loaded
};
/// The model of this name; the first one, if it is empty. Empty if there is none, or no answer.
OfferedModel offered_model(const Server& server, std::string_view name);

/// The same. Errors: unauthorized where the server takes no request without another key, with what
/// to do.
Result<OfferedModel> offered_model_or_refusal(const Server& server, std::string_view name);

}  // namespace hearth::agent
