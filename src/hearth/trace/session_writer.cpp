#include "hearth/trace/session_writer.h"

#include <map>

#include "hearth/base/json.h"

namespace hearth::trace {
namespace {

json::object entry_of(const Request& request, double start) {
  json::object entry{{"t", request.seconds - start},
                     {"type", "n"},
                     {"model", request.model},
                     {"in", request.prompt_tokens},
                     {"out", request.output_tokens},
                     {"api_time", request.api_seconds},
                     {"hash_ids", json::array(request.blocks.begin(), request.blocks.end())}};
  if (request.reused_tokens >= 0) entry["reused"] = request.reused_tokens;
  return entry;
}

}  // namespace

std::string to_json_text(const Session& session) {
  json::array list;
  struct Agent {
    double start = 0;
    json::array requests;
  };
  std::map<std::string, Agent> agents;
  for (const Request& request : session.requests) {
    if (request.agent.empty()) {
      list.push_back(entry_of(request, 0));
      continue;
    }
    const auto [agent, is_new] = agents.try_emplace(request.agent);
    if (is_new) agent->second.start = request.seconds;
    agent->second.requests.push_back(entry_of(request, agent->second.start));
  }
  for (auto& [id, agent] : agents) {
    list.push_back(json::object{{"t", agent.start},
                                {"type", "subagent"},
                                {"agent_id", id},
                                {"requests", std::move(agent.requests)}});
  }
  const json::object body{{"id", session.name},
                          {"block_size", session.block_tokens},
                          {"hash_id_scope", "local"},
                          {"requests", std::move(list)}};
  return to_json(body) + "\n";
}

}  // namespace hearth::trace
