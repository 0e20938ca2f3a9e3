#include "hearth/agent/session/task_start.h"

namespace hearth::agent {

json::array task_starts_as_json(const std::vector<TaskStart>& starts) {
  json::array all;
  for (const TaskStart& start : starts) {
    json::object one{{"messages", start.messages}, {"text", start.text}};
    if (!start.state.empty()) one["state"] = start.state;
    all.push_back(std::move(one));
  }
  return all;
}

std::vector<TaskStart> task_starts_from_json(const json::array& starts) {
  std::vector<TaskStart> all;
  for (const json::value& value : starts) {
    const json::object* one = value.if_object();
    const auto messages = one == nullptr ? std::nullopt : find_int(*one, "messages");
    if (!messages || *messages < 0) continue;
    all.push_back({static_cast<std::size_t>(*messages),
                   std::string(find_string(*one, "text").value_or("")),
                   std::string(find_string(*one, "state").value_or(""))});
  }
  return all;
}

}  // namespace hearth::agent
