// Commands about the model and its server.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>

#include "hearth/agent/commands/built_in_commands.h"
#include "hearth/agent/session/session.h"
#include "hearth/base/json.h"
#include "hearth/wire/anthropic_encode.h"

namespace hearth::agent {
namespace {

/// The tokens of a request as the server counts them; nothing if it does not.
std::optional<std::int64_t> counted(const Server& server, const chat::Request& request) {
  constexpr std::chrono::seconds patience{10};
  json::object body = wire::encode_messages_request(request);
  body.erase("max_tokens");
  body.erase("stream");
  const auto reply = http_post(server, "/v1/messages/count_tokens",
                               to_json(json::value(std::move(body))), patience);
  if (!reply || reply->status != 200) return std::nullopt;
  const auto value = parse_json(reply->body);
  if (!value || !value->is_object()) return std::nullopt;
  return find_int(value->get_object(), "input_tokens");
}

/// What the reused tokens would have taken, by what the others took; empty where too few were
/// computed to tell.
std::string seconds_saved(const Session& session, int computed) {
  constexpr int least_computed = 100;
  if (computed < least_computed || session.reading_ms() <= 0) return {};
  const double seconds = session.reading_ms() / 1000;
  return fmt::format(" Waited for answers to begin: {:.0f} s; reuse saved about {:.0f} s.", seconds,
                     seconds / computed * session.usage().reused_tokens);
}

}  // namespace

void show_context(Session& session, std::string_view, const std::stop_token&) {
  // An empty conversation cannot be counted.
  const chat::Message least{.role = chat::Role::user,
                            .content = {chat::TextBlock{.text = "x", .extra = {}}}};
  chat::Request all = session.request();
  if (all.messages.size() == 1) all.messages.push_back(least);
  const auto total = counted(session.server(), all);
  if (!total) {
    say(session, "The server does not count tokens.");
    return;
  }
  chat::Request part = all;
  part.messages.resize(1);
  part.messages.push_back(least);
  const auto opening = counted(session.server(), part);
  part.tools.clear();
  part.tool_choice = {};
  const auto system = counted(session.server(), part);
  const auto row = [&](std::string_view what, std::int64_t tokens) {
    const int width =
        session.window() > 0 ? static_cast<int>(30 * tokens / std::max(session.window(), 1)) : 0;
    say(session, fmt::format("  {:<14} {:>8}  {}", what, tokens,
                             std::string(static_cast<std::size_t>(std::clamp(width, 0, 30)), '#')));
  };
  say(session,
      session.window() > 0
          ? fmt::format("{} of {} tokens:", *total, session.window())
          : fmt::format("{} tokens (the server does not tell the model's window):", *total));
  if (opening && system) {
    row("system prompt", *system);
    row("tools", *opening - *system);
    row("conversation", std::max<std::int64_t>(0, *total - *opening));
  }
}

void show_cost(Session& session, std::string_view, const std::stop_token&) {
  const chat::Usage& usage = session.usage();
  const int computed = usage.prompt_tokens - usage.reused_tokens;
  say(session,
      fmt::format(
          "{} requests. Read: {} tokens, of which {} were reused and {} computed ({:.1f} %). "
          "Written: {} tokens.",
          session.turns(), usage.prompt_tokens, usage.reused_tokens, computed,
          100.0 * computed / std::max(usage.prompt_tokens, 1), usage.output_tokens) +
          seconds_saved(session, computed));
}

void show_cache(Session& session, std::string_view, const std::stop_token&) {
  constexpr std::chrono::seconds patience{5};
  const auto reply = http_get(session.server(), "/cache", patience);
  const auto value =
      reply && reply->status == 200 ? parse_json(reply->body) : Result<json::value>(json::value());
  const json::array* models =
      value && value->is_object() ? find_array(value->get_object(), "models") : nullptr;
  if (models == nullptr) {
    say(session, "The server does not tell what it keeps.");
    return;
  }
  for (const json::value& item : *models) {
    if (item.is_object()) say(session, session.needs().cache_table(item.get_object()));
  }
}

void show_or_set_model(Session& session, std::string_view name, const std::stop_token&) {
  if (!name.empty()) session.set_model(std::string(name));
  say(session, fmt::format("The model is {}.",
                           session.model().empty() ? "the server's first" : session.model()));
  constexpr std::chrono::seconds patience{5};
  if (!name.empty()) return;
  const auto reply = http_get(session.server(), "/v1/models", patience);
  const auto value =
      reply && reply->status == 200 ? parse_json(reply->body) : Result<json::value>(json::value());
  const json::array* models =
      value && value->is_object() ? find_array(value->get_object(), "data") : nullptr;
  if (models == nullptr) return;
  say(session, "There are (/model NAME changes):");
  for (const json::value& item : *models) {
    if (const auto id = item.is_object() ? find_string(item.get_object(), "id") : std::nullopt) {
      say(session, fmt::format("  {}", *id));
    }
  }
}

void show_mcp_servers(Session& session, std::string_view, const std::stop_token&) {
  const auto states = session.mcp().states();
  if (states.empty()) say(session, "No MCP server is configured (.mcp.json).");
  for (const McpServers::State& state : states) {
    say(session,
        fmt::format("  {:<20} {}", state.name,
                    state.problem.empty() ? fmt::format("{} tools", state.tools) : state.problem));
  }
}

}  // namespace hearth::agent
