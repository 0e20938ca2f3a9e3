#include "hearth/cli/route_command.h"

#include <fmt/format.h>

#include <cstdio>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>

#include "hearth/base/file.h"
#include "hearth/base/lower_case.h"
#include "hearth/cli/finish.h"
#include "hearth/cli/routes_maker.h"
#include "hearth/cli/vocabulary_counter.h"
#include "hearth/router/system_prompt.h"
#include "hearth/wire/anthropic_decode.h"
#include "hearth/wire/ollama_decode.h"
#include "hearth/wire/openai_decode.h"
#include "hearth/wire/responses_decode.h"

namespace hearth::cli {
namespace {

struct ExplainOptions {
  std::string file;
  std::string path;
  std::vector<std::string> headers;
  std::string session;
  bool as_json = false;
  ServiceOptions services;
};

Result<std::string> read_body(const std::string& file) {
  if (file != "-") return read_file(file);
  return std::string(std::istreambuf_iterator<char>(std::cin), {});
}

/// The endpoint that takes such a body.
std::string path_of(const json::object& body) {
  if (body.contains("input")) return "/v1/responses";
  const bool anthropic = body.contains("system") || body.contains("thinking") ||
                         std::string(find_string(body, "model").value_or("")).starts_with("claude");
  return anthropic ? "/v1/messages" : "/v1/chat/completions";
}

Result<chat::Request> decode(const std::string& path, const json::value& body) {
  if (path.starts_with("/v1/messages")) return wire::decode_messages_request(body);
  if (path == "/v1/chat/completions") return wire::decode_chat_request(body);
  if (path == "/api/chat") return wire::decode_ollama_chat(body);
  if (path == "/api/generate") return wire::decode_ollama_generate(body);
  if (path == "/v1/responses") {
    auto decoded = wire::decode_responses_request(body, {});
    if (!decoded) return pass_on(decoded);
    return std::move(decoded->request);
  }
  return fail(ErrorKind::invalid_request,
              fmt::format("--path {}: nothing is routed there; give /v1/messages, "
                          "/v1/chat/completions, /v1/responses, /api/chat or /api/generate",
                          path));
}

Result<std::map<std::string, std::string>> read_headers(const std::vector<std::string>& lines) {
  std::map<std::string, std::string> headers;
  for (const std::string& line : lines) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos || colon == 0) {
      return fail(ErrorKind::invalid_request,
                  fmt::format("--header {}: write it as NAME: VALUE", line));
    }
    const std::string name = in_lower_case(line.substr(0, colon));
    const std::size_t value = line.find_first_not_of(' ', colon + 1);
    headers[name] = value == std::string::npos ? "" : line.substr(value);
  }
  return headers;
}

void print_text(const router::Decision& decision, const chat::Request& request) {
  std::size_t width = 0;
  for (const auto& looked : decision.considered) width = std::max(width, looked.rule.size());
  for (const auto& [rule, outcome] : decision.considered) {
    fmt::print("{:{}}  {}\n", rule, width, outcome);
  }
  fmt::print("\n{}: {}\n", router::to_string(decision.scenario),
             router::to_string(decision.destination.target));
  for (const std::string& warning : request.warnings) fmt::print("  {}\n", warning);
  for (const auto& fallback : decision.fallbacks) {
    fmt::print("  if that fails: {}\n", router::to_string(fallback.target));
  }
}

void print_json(const router::Decision& decision, const chat::Request& request) {
  json::array considered;
  for (const auto& [rule, outcome] : decision.considered) {
    considered.push_back(json::object{{"rule", rule}, {"outcome", outcome}});
  }
  json::array fallbacks;
  for (const auto& fallback : decision.fallbacks) {
    fallbacks.emplace_back(router::to_string(fallback.target));
  }
  const json::object out{
      {"scenario", router::to_string(decision.scenario)},
      {"route", router::to_string(decision.destination.target)},
      {"why", decision.why},
      {"considered", std::move(considered)},
      {"fallbacks", std::move(fallbacks)},
      {"warnings", json::array(request.warnings.begin(), request.warnings.end())},
  };
  fmt::print("{}\n", to_json(out));
}

Result<void> run_explain(const ExplainOptions& options) {
  auto text = read_body(options.file);
  if (!text) return pass_on(text);
  auto body = parse_json(*text);
  if (!body) {
    return fail(ErrorKind::invalid_request,
                fmt::format("{}: {}", options.file, body.error().message));
  }
  if (!body->is_object()) {
    return fail(ErrorKind::invalid_request,
                fmt::format("{}: expected a request's JSON object, found {}", options.file,
                            kind_in_words(*body)));
  }
  auto headers = read_headers(options.headers);
  if (!headers) return pass_on(headers);
  const std::string path = options.path.empty() ? path_of(body->get_object()) : options.path;
  auto request = decode(path, *body);
  if (!request) return pass_on(request);
  if (request->session.empty()) request->session = options.session;
  for (const std::string_view name : router::session_headers) {
    if (request->session.empty()) request->session = (*headers)[std::string(name)];
  }

  boost::asio::io_context never_run;
  provider::CurlLoop curl_loop(never_run);
  auto maker = RoutesMaker::make(options.services, curl_loop);
  if (!maker) return pass_on(maker);
  auto made = (*maker)->read(nullptr);
  if (!made) return pass_on(made);
  if (const std::string& prompt = made->routes->system_prompt; !prompt.empty()) {
    router::rewrite_system_prompt(*request, prompt);
  }
  const router::Arrival arrival{path, [&](const std::string& name) { return (*headers)[name]; }};
  const VocabularyCounter counter(*made->routes);
  auto decision = made->routes->router->decide(*request, arrival, counter);
  if (!decision) return pass_on(decision);
  router::apply(decision->destination, decision->subagent_tag, *request);
  options.as_json ? print_json(*decision, *request) : print_text(*decision, *request);
  return {};
}

}  // namespace

void add_route_command(CLI::App& app, int& exit_code) {
  CLI::App* route = app.add_subcommand("route", "Where requests go, and why");
  route->require_subcommand(1);
  auto options = std::make_shared<ExplainOptions>();
  CLI::App* explain = route->add_subcommand(
      "explain", "The rules that a request's body meets, in order, and where it would go");
  explain->add_option("FILE", options->file, "The body as a client sends it; - is standard input")
      ->required();
  explain->add_option("--path", options->path,
                      "The endpoint it is sent to (default: the one that takes such a body)");
  explain->add_option("--header", options->headers, "NAME: VALUE; may be given several times");
  explain->add_option("--session", options->session, "The session's id, where the body has none");
  explain->add_option("--config", options->services.config_file,
                      "The configuration (default: the user's own)");
  explain->add_option("--model", options->services.models, "As of `hearth serve`");
  explain->add_flag("--json", options->as_json, "As one JSON object");
  explain->callback([options, &exit_code] { finish(run_explain(*options), exit_code); });
}

}  // namespace hearth::cli
