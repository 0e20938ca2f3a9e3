#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "hearth/base/error.h"
#include "hearth/base/json.h"

namespace hearth::agent {

/// Our end of the connection to an editor, for any thread.
class AcpPeer {
 public:
  void notify(std::string_view method, json::object parameters);
  void reply(const json::value& id, json::object result);
  void refuse(const json::value& id, int code, std::string_view message);

  /// Asks the editor and waits for what it answers; nothing if `stop` is requested, the connection
  /// ends, or it answers with an error.
  std::optional<json::object> ask(std::string_view method, json::object parameters,
                                  const std::stop_token& stop);

  /// A response has come.
  void take_response(const json::object& response);
  /// The connection has ended.
  void close();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::int64_t, std::optional<json::object>> waiting_;
  std::int64_t last_id_ = 0;
  bool closed_ = false;
};

}  // namespace hearth::agent
