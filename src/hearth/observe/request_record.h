#pragma once

#include <cstdint>
#include <string>

#include "hearth/base/json.h"

namespace hearth::observe {

/// What one request cost and why. Times in milliseconds, lengths in tokens.
struct RequestRecord {
  std::string id;
  std::int64_t time_ms = 0;  ///< arrival, since 1970-01-01 UTC
  std::string endpoint;      ///< "/v1/messages"
  std::string client;        ///< the User-Agent
  std::string session;
  std::string scenario;
  std::string why;    ///< why this scenario and route
  std::string route;  ///< "provider,model"
  int prompt_tokens = 0;
  int reused_tokens = 0;
  int computed_tokens = 0;
  int output_tokens = 0;
  double queue_ms = 0;
  double ttft_ms = 0;
  double prefill_ms = 0;
  double decode_ms = 0;
  double total_ms = 0;
  std::string stop_reason;
  std::string error;       ///< empty: none
  std::string warnings;    ///< one a line: what was ignored or changed
  std::string considered;  ///< one a line, "rule: outcome": what the router looked at, in order
  std::string fallbacks;   ///< one a line: which routes failed before the one that answered
  std::string cache;       ///< what was reused, from where, and why not more

  /// Output tokens per second after the first.
  [[nodiscard]] double decode_rate() const;
};

json::object to_json_object(const RequestRecord& record);

}  // namespace hearth::observe
