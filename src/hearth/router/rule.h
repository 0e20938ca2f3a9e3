#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hearth/chat/request.h"
#include "hearth/router/scenario.h"
#include "hearth/router/target.h"

namespace hearth::router {

/// How a request came in: what rules can look at beside its body.
struct Arrival {
  std::string path;  ///< "/v1/messages"
  /// The value of a header, by its name in lower case; empty if there is none. May be empty.
  std::function<std::string(const std::string& name)> header;
};

/// Where clients tell their conversation's id, beside the body: the first that is there counts.
inline constexpr std::array<std::string_view, 3> session_headers{"x-claude-code-session-id",
                                                                 "session-id", "x-session-id"};

/// What a rule asks of a request. Every member that is set must hold; of a list of patterns
/// (globs, see glob.h) one must match.
struct Conditions {
  std::vector<Scenario> scenarios;
  std::vector<std::string> model;
  std::vector<std::string> tools;  ///< of some tool's name
  std::vector<std::string> path;
  std::vector<std::string> message;  ///< the text of the last user message
  std::vector<std::string> system;   ///< the text of the system prompt
  std::vector<std::pair<std::string, std::vector<std::string>>> headers;  ///< names in lower case
  std::optional<std::size_t> tokens_over;                                 ///< the prompt has more
  std::optional<std::size_t> tokens_under;                                ///< the prompt has fewer
  std::optional<bool> thinking;
  std::unique_ptr<const Conditions> unless;  ///< must not hold
};

/// One rule of `Router.rules`: sends the requests that it matches somewhere, or only adds
/// parameters to them.
struct Rule {
  std::string name;
  std::shared_ptr<const Conditions> when;
  std::optional<Target> route;
  RouteParams params;
};

/// What rules look at. `tokens` and `scenario` are called only where a condition needs them.
struct RuleSubject {
  const chat::Request& request;
  const Arrival& arrival;
  /// Whether the prompt has more tokens than that.
  std::function<bool(std::size_t)> over;
  std::function<Scenario()> scenario;
};

/// Empty if the conditions hold; else the one that does not, in words: "model is \"x\"".
std::string first_unmet(const Conditions& conditions, const RuleSubject& subject);

}  // namespace hearth::router
