#include "hearth/router/router.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "hearth/base/lower_case.h"
#include "hearth/router/subagent_tag.h"

namespace hearth::router {
namespace {

/// The smallest number of tokens that some rule compares with.
std::size_t least_counted(const RouterConfig& routes) {
  const auto long_from = std::min(static_cast<std::size_t>(routes.long_context_threshold),
                                  Router::sticky_long_context);
  std::size_t least = routes.long_context ? long_from : SIZE_MAX;
  for (const Rule& rule : routes.rules) {
    if (rule.route) least = std::min(least, long_from);
    for (const Conditions* asked = rule.when.get(); asked != nullptr; asked = asked->unless.get()) {
      if (!asked->scenarios.empty()) least = std::min(least, long_from);
      if (asked->tokens_over) least = std::min(least, *asked->tokens_over);
      if (asked->tokens_under) least = std::min(least, *asked->tokens_under - 1);
    }
  }
  return least;
}

}  // namespace

/// One decision being made: the rules add what they saw, until one fires.
struct Router::Run {
  const Router& router;
  const Config& config = router.config_;
  const RouterConfig& routes;
  SessionMemory& sessions;
  const chat::Request& request;
  const Arrival& arrival;
  const TokenCounter& counter;
  Decision decision = {};
  RouteParams rule_params = {};
  std::optional<std::size_t> n_bound = {};
  std::optional<std::size_t> n_tokens = {};

  [[nodiscard]] bool knows(const Target& target) const {
    const ProviderConfig* provider = config.find_provider(target.provider);
    return provider != nullptr &&
           std::ranges::find(provider->models, target.model) != provider->models.end();
  }

  /// The configured route that `named` means, also in other letters' case. Nothing if there is
  /// none.
  [[nodiscard]] std::optional<Target> configured_as(const Target& named) const {
    if (knows(named)) return named;
    for (const ProviderConfig& provider : config.providers) {
      if (in_lower_case(provider.name) != in_lower_case(named.provider)) continue;
      for (const std::string& model : provider.models) {
        if (in_lower_case(model) == in_lower_case(named.model)) return Target{provider.name, model};
      }
    }
    return std::nullopt;
  }

  bool pass(std::string rule, std::string outcome) {
    decision.considered.push_back({std::move(rule), std::move(outcome)});
    return false;
  }

  bool fire(std::string rule, Scenario scenario, const Target& target, std::string why) {
    decision.considered.push_back({std::move(rule), "fired: " + why});
    decision.scenario = scenario;
    decision.destination.target = target;
    decision.why = std::move(why);
    return true;
  }

  bool image() {
    if (!last_user_message_holds_image(request)) {
      return pass("image", "no image in the last user message");
    }
    if (!routes.image) return pass("image", "an image, but Router.image is not configured");
    return fire("image", Scenario::image, *routes.image, "The last user message holds an image.");
  }

  /// Error: the request names a route that does not exist.
  Result<bool> explicit_model() {
    if (const auto named = parse_target(request.model)) {
      const auto target = configured_as(*named);
      if (!target) {
        return fail(ErrorKind::invalid_request,
                    fmt::format("model: \"{}\" names no configured provider and model; configured "
                                "are {}",
                                request.model, configured()));
      }
      return fire("explicit", Scenario::default_, *target,
                  fmt::format("The request names {} itself.", to_string(*target)));
    }
    const bool chooses = config.plain_names == Config::PlainNames::choose;
    if (!routes.empty() && !chooses) {
      return pass("explicit", "the request names no provider, and routes are configured");
    }
    for (const ProviderConfig& provider : config.providers) {
      if (std::ranges::find(provider.models, request.model) == provider.models.end()) continue;
      return fire("explicit", Scenario::default_, {provider.name, request.model},
                  fmt::format("The request names the model {}.", request.model));
    }
    if (chooses && !is_hosted_name(request.model)) {
      return fail(ErrorKind::not_found, fmt::format("model: there is no \"{}\"; there is {}",
                                                    request.model, configured()));
    }
    return pass("explicit", fmt::format("no model is named \"{}\"", request.model));
  }

  [[nodiscard]] std::string configured() const {
    std::string list;
    for (const ProviderConfig& provider : config.providers) {
      for (const std::string& model : provider.models) {
        if (!list.empty()) list += "; ";
        const bool plain = config.plain_names == Config::PlainNames::choose;
        list += plain ? model : to_string(Target{provider.name, model});
      }
    }
    return list.empty() ? "none" : list;
  }

  /// Never less than tokens(), and cheap.
  std::size_t bound() {
    if (!n_bound) n_bound = counter.upper_bound(request);
    return *n_bound;
  }

  std::size_t tokens() {
    if (!n_tokens) {
      n_tokens = counter.count(
          request, routes.default_route.value_or(routes.long_context.value_or(Target{})));
    }
    return *n_tokens;
  }

  bool over(std::size_t limit) { return bound() > limit && tokens() > limit; }

  [[nodiscard]] std::size_t threshold() const {
    return static_cast<std::size_t>(routes.long_context_threshold);
  }

  /// A session that was long stays so until it is much shorter.
  [[nodiscard]] std::size_t least_long() const {
    const bool was_long = !request.session.empty() && sessions.was_long(request.session);
    return was_long ? std::min(threshold(), sticky_long_context) : threshold();
  }

  bool rules() {
    RuleSubject subject{request, arrival, [this](std::size_t limit) { return over(limit); },
                        [this] { return scenario_of(request, over(least_long())); }};
    for (const Rule& rule : routes.rules) {
      if (const std::string unmet = first_unmet(*rule.when, subject); !unmet.empty()) {
        pass(rule.name, unmet);
        continue;
      }
      rule_params = RouteParams::merged(std::move(rule_params), rule.params);
      if (!rule.route) {
        pass(rule.name, "matched: its parameters are taken");
        continue;
      }
      return fire(rule.name, scenario_of(request, over(least_long())), *rule.route,
                  fmt::format("The rule \"{}\" matches.", rule.name));
    }
    return false;
  }

  bool long_context() {
    const auto& target = routes.long_context;
    if (!target) return pass("longContext", "Router.longContext is not configured");
    const std::size_t least = least_long();
    if (bound() <= least) {
      remember(false);
      return pass("longContext", fmt::format("at most {} tokens, by its bytes, and {} would be "
                                             "long",
                                             bound(), least));
    }
    remember(tokens() > threshold());
    if (tokens() > threshold()) {
      return fire("longContext", Scenario::long_context, *target,
                  fmt::format("The prompt has {} tokens, more than the threshold of {}.", tokens(),
                              threshold()));
    }
    if (tokens() > least) {
      return fire("longContext", Scenario::long_context, *target,
                  fmt::format("The session's last request was over the threshold of {}, and this "
                              "one has {} tokens, more than {}.",
                              threshold(), tokens(), least));
    }
    return pass("longContext", fmt::format("{} tokens, and {} would be long", tokens(), least));
  }

  void remember(bool is_long) {
    if (!request.session.empty()) sessions.remember(request.session, is_long);
  }

  bool subagent() {
    const auto tag = find_subagent_tag(request);
    if (!tag) return pass("subagent", "no <CCR-SUBAGENT-MODEL> tag");
    const auto named = parse_target(tag->model);
    const auto target = named ? configured_as(*named) : std::nullopt;
    if (!target) {
      return pass("subagent", fmt::format("the tag names {}, which is not configured", tag->model));
    }
    return fire("subagent", Scenario::default_, *target,
                fmt::format("The prompt's <CCR-SUBAGENT-MODEL> tag names {}.", tag->model));
  }

  bool background() {
    if (!is_background_model(request.model)) {
      return pass("background", fmt::format("{} is no claude-*haiku* model", request.model));
    }
    if (!routes.background) {
      return pass("background", "a haiku model, but Router.background is not configured");
    }
    return fire("background", Scenario::background, *routes.background,
                fmt::format("{} is the model of background requests.", request.model));
  }

  bool web_search() {
    const chat::Tool* tool = web_search_tool(request);
    if (tool == nullptr) return pass("webSearch", "no web_search tool");
    if (!routes.web_search) {
      return pass("webSearch", "a web_search tool, but Router.webSearch is not configured");
    }
    return fire("webSearch", Scenario::web_search, *routes.web_search,
                fmt::format("The request has the tool {}.", tool->type));
  }

  bool think() {
    if (!request.thinking.on()) return pass("think", "thinking is not on");
    if (!routes.think) return pass("think", "thinking, but Router.think is not configured");
    return fire("think", Scenario::think, *routes.think, "The request has thinking on.");
  }

  /// The route that the conversation is on, if leaving it would cost too much.
  void stick() {
    const auto& limit = routes.max_switch_seconds;
    if (!limit || !routes.think || routes.think == routes.default_route) return;
    decision.conversation = conversation_of(request);
    if (decision.conversation.empty()) return;
    decision.bytes = bound();
    const std::string to = to_string(decision.destination.target);
    const auto weighed =
        sessions.conversations().weigh(decision.conversation, decision.bytes, to, *limit);
    if (!weighed) return;
    const std::string numbers =
        fmt::format("from {} to {} loses {:.1f} s of reading and gains {:.1f} s of writing",
                    weighed->from, to, weighed->lost, weighed->gained);
    const auto present = parse_target(weighed->from);
    if (!weighed->stays || !present || !knows(*present)) {
      decision.considered.push_back({"sticky", numbers + ": it changes"});
      return;
    }
    decision.considered.push_back({"sticky", numbers + ": it stays"});
    decision.destination.target = *present;
    decision.why += fmt::format(" But the conversation stays on its route: going {}.", numbers);
  }

  bool default_route() {
    if (routes.default_route) {
      return fire("default", Scenario::default_, *routes.default_route, "No other rule fired.");
    }
    for (const ProviderConfig& provider : config.providers) {
      if (provider.models.empty()) continue;
      return fire("default", Scenario::default_, {provider.name, provider.models.front()},
                  "No other rule fired, and Router.default is not configured: the first model.");
    }
    return false;
  }

  [[nodiscard]] RouteParams params_for(const Target& target) const {
    return router.params_for(target, rule_params);
  }

  void add_fallbacks() {
    const auto found = routes.fallback.find(decision.scenario);
    if (found == routes.fallback.end()) return;
    for (const Target& target : found->second) {
      if (target == decision.destination.target) continue;
      decision.fallbacks.push_back(
          {target, params_for(target), decision.scenario == Scenario::web_search});
    }
  }

  Result<Decision> decide() {
    if (const auto tag = find_subagent_tag(request)) decision.subagent_tag = tag->text;
    bool fired = image() || rules();
    if (!fired) {
      auto named = explicit_model();
      if (!named) return pass_on(named);
      fired = *named;
    }
    fired = fired || long_context() || subagent() || background() || web_search();
    if (!fired && (think() || default_route())) {
      fired = true;
      stick();
    }
    if (!fired) {
      return fail(ErrorKind::config,
                  "no model to answer with: name one with --model, or configure a provider");
    }
    decision.destination.params = params_for(decision.destination.target);
    decision.destination.for_web_search = decision.destination.target == routes.web_search;
    add_fallbacks();
    return std::move(decision);
  }
};

Router::Router(Config config, std::shared_ptr<SessionMemory> sessions,
               const std::optional<OverridePlaces>& places)
    : config_(std::move(config)),
      overrides_(places ? std::make_unique<RouterOverrides>(*places, config_, process_environment())
                        : nullptr),
      uncounted_(least_counted(config_.router)),
      sessions_(std::move(sessions)) {}

Router::~Router() = default;

std::shared_ptr<const RouterOverrides::Override> Router::override_for(
    const chat::Request& request) const {
  return overrides_ ? overrides_->find(request.session) : nullptr;
}

bool Router::may_count(const chat::Request& request, const TokenCounter& counter) const {
  const auto own = override_for(request);
  const std::size_t uncounted = own && own->routes ? least_counted(*own->routes) : uncounted_;
  return uncounted < SIZE_MAX && counter.upper_bound(request) > uncounted;
}

Result<Decision> Router::decide(const chat::Request& request, const Arrival& arrival,
                                const TokenCounter& counter) const {
  const auto own = override_for(request);
  Run run{.router = *this,
          .routes = own && own->routes ? *own->routes : config_.router,
          .sessions = *sessions_,
          .request = request,
          .arrival = arrival,
          .counter = counter};
  if (own && !own->problem.empty()) {
    run.pass("Router of the session", "does not count: " + own->problem);
  }
  if (own && own->routes) {
    run.pass("Router of " + own->file.string(), "stands in place of the configuration's");
  }
  return run.decide();
}

std::string Router::default_model() const {
  if (config_.router.default_route) return config_.router.default_route->model;
  for (const ProviderConfig& provider : config_.providers) {
    if (!provider.models.empty()) return provider.models.front();
  }
  return {};
}

RouteParams Router::params_for(const Target& target, RouteParams first) const {
  const ProviderConfig* provider = config_.find_provider(target.provider);
  if (provider == nullptr) return first;
  if (const auto own = provider->model_params.find(target.model);
      own != provider->model_params.end()) {
    first = RouteParams::merged(std::move(first), own->second);
  }
  return RouteParams::merged(std::move(first), provider->default_params);
}

bool is_hosted_name(std::string_view model) {
  if (model.empty() || model == "default" || model == "hearth") return true;
  return std::ranges::any_of(
      std::array<std::string_view, 10>{"claude", "anthropic/", "gpt-", "o1", "o3", "o4", "openai/",
                                       "gemini", "davinci", "babbage"},
      [model](std::string_view prefix) { return model.starts_with(prefix); });
}

Config local_models(std::vector<std::string> models) {
  Config config;
  config.plain_names = Config::PlainNames::choose;
  const Target target{"local", models.front()};
  ProviderConfig provider;
  provider.name = target.provider;
  provider.models = std::move(models);
  config.providers.push_back(std::move(provider));
  // No longContext: it would count tokens, and lead to the same model.
  config.router.default_route = target;
  config.router.background = target;
  config.router.think = target;
  config.router.web_search = target;
  config.router.image = target;
  return config;
}

}  // namespace hearth::router
