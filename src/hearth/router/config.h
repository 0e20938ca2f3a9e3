#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/base/error.h"
#include "hearth/base/json.h"
#include "hearth/router/rule.h"
#include "hearth/router/target.h"

namespace hearth::router {

/// What a provider speaks.
enum class ProviderKind { local, openai, anthropic, gemini };

std::string_view to_string(ProviderKind kind);

enum class FlashAttention { automatic, on, off };
enum class EngineMode { fast, exact };

/// How a local provider loads its models. Unset: chosen by the engine.
struct LocalSettings {
  std::optional<int> context;  ///< window in tokens; of a remote provider: what clients are told
  std::optional<int> threads;
  std::optional<int> gpu_layers;  ///< -1: all
  FlashAttention flash_attention = FlashAttention::automatic;
  std::optional<EngineMode> mode;
  std::string chat_template;  ///< a file with Jinja, or "chatml"; empty: the model's own
  std::map<std::string, std::string> files;  ///< of models, by name; others are in the store
};

struct ProviderConfig {
  std::string name;
  ProviderKind kind = ProviderKind::local;
  std::string api_base_url;           ///< the full URL; empty for a local one
  std::vector<std::string> replicas;  ///< the URLs of further servers with the same models
  std::string api_key;                ///< may be empty. Never log it
  std::vector<std::string> models;
  RouteParams default_params;
  std::map<std::string, RouteParams> model_params;  ///< of single models, over those
  LocalSettings local;
};

struct RouterConfig {
  std::optional<Target> default_route;
  std::optional<Target> background;
  std::optional<Target> think;
  std::optional<Target> long_context;
  std::optional<Target> web_search;
  std::optional<Target> image;
  int long_context_threshold = 60000;  ///< tokens
  /// A change of route in mid-conversation that loses more than that stays out; nothing: it never
  /// does.
  std::optional<double> max_switch_seconds = 20;
  std::vector<Rule> rules;  ///< our own, in the order they are looked at
  /// What to try after a scenario's route has failed, in order.
  std::map<Scenario, std::vector<Target>> fallback;

  /// No route is named at all.
  [[nodiscard]] bool empty() const;
};

/// Claude Code Router's configuration. Top-level keys that Hearth has no use for are kept in
/// `other` and named in `warnings`.
struct Config {
  std::vector<ProviderConfig> providers;
  RouterConfig router;
  /// What a model's name in a request, without a provider, means.
  enum class PlainNames {
    route,   ///< nothing: the rules decide (Claude Code Router's way)
    choose,  ///< a known model is chosen by it; a hosted model's name is left to the rules
  };
  PlainNames plain_names = PlainNames::route;
  std::vector<std::string> api_keys;         ///< APIKEY: keys or their hashes. Never log them
  std::vector<std::string> allowed_origins;  ///< ALLOWED_ORIGINS: patterns
  std::vector<std::string> hosts;            ///< HOST, as it stands; empty: not set
  std::optional<int> port;
  std::string proxy_url;
  int api_timeout_ms = 600000;
  std::string rewrite_system_prompt;  ///< REWRITE_SYSTEM_PROMPT: a file; empty: not set
  bool log = true;
  std::string log_level;     ///< LOG_LEVEL; empty: not set
  std::string log_format;    ///< LOG_FORMAT: text or json; empty: not set
  json::object status_line;  ///< StatusLine, as it stands; see cli/status_line.h
  json::object other;
  std::vector<std::string> warnings;

  [[nodiscard]] const ProviderConfig* find_provider(std::string_view name) const;
};

/// The value of an environment variable, or nothing if it is unset.
using Environment = std::function<std::optional<std::string>(const std::string&)>;

/// The process's own.
Environment process_environment();

/// Reads a configuration in JSON5. `$VAR` and `${VAR}` in strings are replaced from `environment`;
/// `$$` is a dollar sign. `file` is only for messages.
///
/// A provider without `api_base_url`, or with `"provider": "local"` or `"type": "local"`, is local.
/// Claude Code Router's transformers are read by transformers.h.
/// A remote one speaks Anthropic's format if its URL ends in `/v1/messages`, its `type` is
/// "anthropic" or its transformer names `Anthropic`; Gemini's own if its URL ends in `/models/`,
/// its `type` is "gemini" or its transformer names `gemini`, but for a URL that ends in
/// `/chat/completions`; else OpenAI's.
///
/// Errors: config, as "config.json:3:7: Providers[0].models: expected an array, found a string";
/// an unset variable, a route to an unknown provider or model, a name given twice.
Result<Config> parse_config(std::string_view text, const std::string& file,
                            const Environment& environment);

/// The same from a file. Errors: also not_found, io.
Result<Config> load_config(const std::filesystem::path& file, const Environment& environment);

/// The `Router` and `fallback` of a file that has nothing else that counts, to routes that `config`
/// knows; what it does not say of the latter is that of `config`. Nothing if it has no `Router`.
/// Errors: as load_config.
Result<std::optional<RouterConfig>> load_router(const std::filesystem::path& file,
                                                const Config& config,
                                                const Environment& environment);

/// "openai/gpt-oss-20b:2" is the second instance of "openai/gpt-oss-20b": the weights' name without
/// the instance's number. A name without one is the name itself.
std::string_view weights_name(std::string_view instance);

}  // namespace hearth::router
