#include "hearth/cli/client_wiring.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "hearth/base/file.h"
#include "hearth/base/json.h"
#include "hearth/base/xdg.h"
#include "hearth/router/config.h"

namespace hearth::cli {
namespace {

constexpr const char* key_variable = "HEARTH_CLIENT_KEY";
/// How long clients that count no comments wait for the first text: a long prompt takes its time.
constexpr int longest_read_ms = 3'600'000;

std::string key_of(const agent::Server& server) {
  return server.key.empty() ? "local" : server.key;
}

/// With a configuration any name that is no provider's leads to the router's rules.
std::string name_of(const agent::OfferedModel& model) {
  return model.local ? model.id : "hearth";
}

/// What an answer may take of a window; clients compact when the rest is full.
int output_share(int context) {
  return std::min(context / 4, 8192);
}

/// A string of TOML: what JSON allows in one is allowed there, too.
std::string quoted(const std::string& text) {
  return to_json(json::value(text));
}

/// What makes Claude Code show the line of `hearth statusline`; empty unless the configuration
/// switched it on.
std::string status_line_settings() {
  const auto config =
      router::load_config(config_dir() / "config.json", router::process_environment());
  if (!config || !find_bool(config->status_line, "enabled").value_or(false)) return {};
  std::error_code ec;
  const std::string program = std::filesystem::read_symlink("/proc/self/exe", ec).string();
  if (ec || program.find('\'') != std::string::npos) return {};
  const json::object line{
      {"type", "command"}, {"command", fmt::format("'{}' statusline", program)}, {"padding", 0}};
  return to_json(json::object{{"statusLine", line}});
}

}  // namespace

/// The name of a model that it does not know makes it believe the window that it is told. Its name
/// for background calls stays: the router knows it, and without a configuration it means the first
/// model, too.
Result<Wiring> wire_claude(const agent::Server& server, const agent::OfferedModel& model) {
  Wiring wiring;
  wiring.variables = {{"ANTHROPIC_BASE_URL", server.url},
                      {"ANTHROPIC_AUTH_TOKEN", key_of(server)},
                      {"CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1"}};
  // With both set it asks which one to use.
  wiring.unset = {"ANTHROPIC_API_KEY"};
  if (std::string settings = status_line_settings(); !settings.empty()) {
    wiring.arguments = {"--settings", std::move(settings)};
  }
  if (model.context == 0) return wiring;
  const std::string window = std::to_string(model.context);
  wiring.variables.emplace_back("ANTHROPIC_MODEL", name_of(model));
  wiring.variables.emplace_back("CLAUDE_CODE_MAX_CONTEXT_TOKENS", window);
  // For compaction by itself it keeps 33,000 tokens free, and takes no window under this one.
  constexpr int smallest_compacted = 100'000;
  if (model.context < smallest_compacted) {
    wiring.variables.emplace_back("DISABLE_AUTO_COMPACT", "1");
  } else {
    wiring.variables.emplace_back("CLAUDE_CODE_AUTO_COMPACT_WINDOW", window);
  }
  return wiring;
}

Result<Wiring> wire_codex(const agent::Server& server, const agent::OfferedModel& model) {
  Wiring wiring;
  const auto set = [&](const std::string& key, const std::string& value) {
    wiring.arguments.emplace_back("-c");
    wiring.arguments.push_back(key + "=" + value);
  };
  wiring.variables = {{key_variable, key_of(server)}};
  set("model_providers.hearth",
      fmt::format(R"({{name="Hearth",base_url={},wire_api="responses",)"
                  R"(env_key="HEARTH_CLIENT_KEY",stream_idle_timeout_ms={}}})",
                  quoted(server.url + "/v1"), longest_read_ms));
  set("model_provider", quoted("hearth"));
  // Under the name of a model of OpenAI's it would send tools that are made for that one.
  set("model", quoted(name_of(model)));
  if (model.context > 0) set("model_context_window", std::to_string(model.context));
  return wiring;
}

Result<Wiring> wire_opencode(const agent::Server& server, const agent::OfferedModel& model) {
  const std::string name = name_of(model);
  json::object entry{{"name", name}};
  if (model.context > 0) {
    entry["limit"] =
        json::object{{"context", model.context}, {"output", output_share(model.context)}};
  }
  const json::object provider{
      {"npm", "@ai-sdk/openai-compatible"},
      {"name", "Hearth"},
      {"options",
       {{"baseURL", server.url + "/v1"}, {"apiKey", fmt::format("{{env:{}}}", key_variable)}}},
      {"models", {{name, std::move(entry)}}},
  };
  const json::object config{{"provider", {{"hearth", provider}}},
                            {"model", "hearth/" + name},
                            {"small_model", "hearth/" + name}};
  Wiring wiring;
  wiring.variables = {{"OPENCODE_CONFIG_CONTENT", to_json(config)}, {key_variable, key_of(server)}};
  return wiring;
}

/// It reads a window from settings only. Those of the system's defaults come after all others, so
/// that what a person has set counts.
Result<Wiring> wire_qwen(const agent::Server& server, const agent::OfferedModel& model) {
  Wiring wiring;
  wiring.variables = {{"OPENAI_BASE_URL", server.url + "/v1"},
                      {"OPENAI_API_KEY", key_of(server)},
                      {"OPENAI_MODEL", name_of(model)}};
  if (model.context > 0) {
    wiring.variables.emplace_back("QWEN_CODE_MAX_OUTPUT_TOKENS",
                                  std::to_string(output_share(model.context)));
  }
  constexpr const char* defaults_variable = "QWEN_CODE_SYSTEM_DEFAULTS_PATH";
  if (model.context > 0 && std::getenv(defaults_variable) == nullptr) {
    const json::object settings{
        {"model", {{"generationConfig", {{"contextWindowSize", model.context}}}}}};
    const std::filesystem::path file = state_dir() / "clients" / "qwen-defaults.json";
    auto written = write_file_atomically(file, to_json(settings) + "\n");
    if (!written) return pass_on(written);
    wiring.variables.emplace_back(defaults_variable, file.string());
  }
  constexpr const char* patience_variable = "QWEN_STREAM_IDLE_TIMEOUT_MS";
  if (std::getenv(patience_variable) == nullptr) {
    wiring.variables.emplace_back(patience_variable, std::to_string(longest_read_ms));
  }
  wiring.arguments = {"--auth-type", "openai"};
  return wiring;
}

Result<Wiring> wire_pi(const agent::Server& server, const agent::OfferedModel& model) {
  const std::string name = name_of(model);
  // What it takes for a server that does not say.
  constexpr int unknown_context = 128'000;
  const int context = model.context > 0 ? model.context : unknown_context;
  const json::object offered{
      {"id", name},
      {"name", name},
      {"reasoning", false},
      {"input", json::array{"text", "image"}},
      {"cost", {{"input", 0}, {"output", 0}, {"cacheRead", 0}, {"cacheWrite", 0}}},
      {"contextWindow", context},
      {"maxTokens", output_share(context)},
  };
  const json::object provider{{"baseUrl", server.url + "/v1"},
                              {"apiKey", key_variable},
                              {"api", "openai-completions"},
                              {"models", json::array{offered}}};
  const std::filesystem::path extension = state_dir() / "clients" / "pi-hearth.js";
  auto written = write_file_atomically(
      extension, fmt::format("export default (pi) => pi.registerProvider(\"hearth\", {});\n",
                             to_json(provider)));
  if (!written) return pass_on(written);
  Wiring wiring;
  wiring.variables = {{key_variable, key_of(server)}};
  wiring.arguments = {"-e", extension.string(), "--provider", "hearth", "--model", name};
  return wiring;
}

}  // namespace hearth::cli
