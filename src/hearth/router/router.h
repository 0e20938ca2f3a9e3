#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "hearth/base/error.h"
#include "hearth/chat/request.h"
#include "hearth/router/config.h"
#include "hearth/router/overrides.h"
#include "hearth/router/rule.h"
#include "hearth/router/scenario.h"
#include "hearth/router/session_memory.h"

namespace hearth::router {

/// Counts a request's prompt. Handed in by whoever knows the models.
class TokenCounter {
 public:
  TokenCounter() = default;
  TokenCounter(const TokenCounter&) = delete;
  TokenCounter& operator=(const TokenCounter&) = delete;
  virtual ~TokenCounter() = default;

  /// Prompt tokens of `request` in the tokenizer of `model`, as exactly as it can. May be slow.
  virtual std::size_t count(const chat::Request& request, const Target& model) const = 0;

  /// Never less than `count`, and cheap: by default the bytes of all text, since a token is at
  /// least one byte, with room for the template's own tokens.
  virtual std::size_t upper_bound(const chat::Request& request) const;
};

struct Considered {
  std::string rule;
  std::string outcome;
};

/// Where a request goes, and with what parameters.
struct Destination {
  Target target;
  RouteParams params;
  /// It is the configuration's for requests with a web search of the server's own.
  bool for_web_search = false;
};

struct Decision {
  Scenario scenario = Scenario::default_;
  Destination destination;
  /// What to try after it, in order.
  std::vector<Destination> fallbacks;
  std::string why;  ///< one sentence
  /// The rules that were looked at, in order; the last is the one that decided.
  std::vector<Considered> considered;
  std::string conversation;  ///< conversation_of the request
  std::size_t bytes = 0;     ///< of the prompt, roughly
  /// The whole <CCR-SUBAGENT-MODEL> tag that the request holds, whichever rule decided; or empty.
  std::string subagent_tag;
};

/// Decides where a request goes, after Claude Code Router's rules in their order:
/// an image in the last user message; the configuration's own rules; an explicit `provider,model`;
/// a long context (more tokens than the threshold; or the session's last request was over it and
/// this one is over `sticky_long_context`); a <CCR-SUBAGENT-MODEL> tag; a `claude-*haiku*` model; a
/// web_search tool; thinking that is on; the default. A rule whose route is not configured does not
/// fire. An own rule without a route adds its parameters, and those after it go on.
///
/// Between `think` and the default a conversation stays on its route where going to the other one
/// would lose more than Router.maxSwitchSeconds (see Conversations).
///
/// A model that is a configured one without its provider counts as explicit if no route is
/// configured, or where Config::plain_names says so. There, a name that is neither known nor a
/// hosted model's (claude-…, gpt-…, gemini-…) is an error. Any other name goes to the default, with
/// the reason in the decision.
///
/// Thread-safe.
class Router {
 public:
  static constexpr std::size_t sticky_long_context = 20000;

  /// `sessions`: what is known of them, also from a router before this one. `places`: of the routes
  /// of single projects and sessions; nothing: there are none.
  /// REQUIRES: a configuration by `parse_config`, or `local_models`.
  explicit Router(Config config,
                  std::shared_ptr<SessionMemory> sessions = std::make_shared<SessionMemory>(),
                  const std::optional<OverridePlaces>& places = std::nullopt);
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;
  ~Router();

  /// Errors: invalid_request if an explicit `provider,model` names an unknown one; not_found for an
  /// unknown plain name; config if there is neither a route nor a model.
  Result<Decision> decide(const chat::Request& request, const Arrival& arrival,
                          const TokenCounter& counter) const;

  /// The model of the default route, or the first one; empty if there is none.
  [[nodiscard]] std::string default_model() const;

  /// The parameters of `target`'s model and provider, behind `first`.
  [[nodiscard]] RouteParams params_for(const Target& target, RouteParams first = {}) const;

  /// What a request took, for weighing later ones. `conversation` and `bytes` are those of the
  /// request's decision.
  void learn(const std::string& conversation, std::size_t bytes, const RouteUse& use) const {
    sessions_->conversations().ended(conversation, bytes, use);
  }

  /// False if no rule can need the number of tokens of this request: then decide() is quick.
  [[nodiscard]] bool may_count(const chat::Request& request, const TokenCounter& counter) const;

  [[nodiscard]] const Config& config() const { return config_; }
  [[nodiscard]] const std::shared_ptr<SessionMemory>& sessions() const { return sessions_; }

 private:
  struct Run;

  [[nodiscard]] std::shared_ptr<const RouterOverrides::Override> override_for(
      const chat::Request& request) const;

  Config config_;
  std::unique_ptr<RouterOverrides> overrides_;  ///< null: none are looked for
  std::size_t uncounted_;  ///< prompts of so many tokens, or fewer, are never counted
  std::shared_ptr<SessionMemory> sessions_;
};

/// Makes `request` what its provider is to see: the model, the parameters, the subagent tag
/// (empty: none) removed. What was changed of the client's own is added to `warnings`.
void apply(const Destination& destination, const std::string& subagent_tag, chat::Request& request);

/// True for "", "default", "hearth" and the names of hosted models (claude-…, gpt-…, gemini-…),
/// which clients send that were made for a hosted service: they mean that the server should choose.
bool is_hosted_name(std::string_view model);

/// The configuration of those who have none: the first model for every scenario, the others by
/// name. REQUIRES: at least one.
Config local_models(std::vector<std::string> models);

}  // namespace hearth::router
