#include "hearth/agent/session/task_start.h"

#include <optional>
#include <utility>

namespace hearth::agent {
namespace {

std::optional<std::size_t> messages_in(const json::object& record) {
  const auto messages = find_int(record, "messages");
  if (!messages || *messages < 0) return std::nullopt;
  return static_cast<std::size_t>(*messages);
}

}  // namespace

json::array task_starts_as_json(const std::vector<TaskStart>& starts) {
  json::array all;
  for (const TaskStart& start : starts) {
    json::object one{{"messages", start.messages}, {"text", start.text}};
    if (!start.state.empty()) one["state"] = start.state;
    json::array steps;
    for (const StepState& step : start.steps) {
      steps.push_back(json::object{{"messages", step.messages}, {"state", step.state}});
    }
    if (!steps.empty()) one["steps"] = std::move(steps);
    all.push_back(std::move(one));
  }
  return all;
}

std::vector<TaskStart> task_starts_from_json(const json::array& starts) {
  std::vector<TaskStart> all;
  for (const json::value& value : starts) {
    const json::object* one = value.if_object();
    const auto messages = one == nullptr ? std::nullopt : messages_in(*one);
    if (!messages) continue;
    TaskStart start{.messages = *messages,
                    .text = std::string(find_string(*one, "text").value_or("")),
                    .state = std::string(find_string(*one, "state").value_or(""))};
    const json::array* steps = find_array(*one, "steps");
    for (const json::value& step : steps == nullptr ? json::array() : *steps) {
      if (const json::object* object = step.if_object()) add_step(start, *object);
    }
    all.push_back(std::move(start));
  }
  return all;
}

void add_step(TaskStart& start, const json::object& step) {
  const auto messages = messages_in(step);
  const auto state = find_string(step, "state");
  if (messages && state) start.steps.push_back({*messages, std::string(*state)});
}

void forget_after(std::vector<TaskStart>& starts, std::size_t messages) {
  std::erase_if(starts, [&](const TaskStart& start) { return start.messages >= messages; });
  if (starts.empty()) return;
  std::erase_if(starts.back().steps,
                [&](const StepState& step) { return step.messages > messages; });
}

std::string state_before(const std::vector<TaskStart>& starts, std::size_t messages) {
  for (const TaskStart& start : starts) {
    if (start.messages >= messages && !start.state.empty()) return start.state;
    for (const StepState& step : start.steps) {
      if (step.messages > messages) return step.state;
    }
  }
  return {};
}

}  // namespace hearth::agent
