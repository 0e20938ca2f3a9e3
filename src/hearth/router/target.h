#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "hearth/base/json.h"
#include "hearth/chat/request.h"

namespace hearth::router {

/// One end of a route: `"provider,model"`.
struct Target {
  std::string provider;
  std::string model;
  bool operator==(const Target&) const = default;
};

std::string to_string(const Target& target);

/// "provider,model"; white space around either is dropped. Nothing if one of them is missing.
std::optional<Target> parse_target(std::string_view text);

/// `default_params`: `max_tokens` is a ceiling, everything else a default that the client's own
/// value overrides. What chat::Request has no place for is kept in `other`.
struct RouteParams {
  std::optional<int> max_tokens;
  chat::Sampling sampling;
  std::string effort;  ///< `reasoning_effort`
  json::object other;

  /// What `first` sets counts; the rest is of `second`. Of two ceilings the lower one.
  static RouteParams merged(RouteParams first, const RouteParams& second);
};

}  // namespace hearth::router
