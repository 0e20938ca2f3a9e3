#include "hearth/router/rule.h"

#include <fmt/format.h>

#include <algorithm>

#include "hearth/router/glob.h"

namespace hearth::router {
namespace {

bool any_matches(const std::vector<std::string>& patterns, std::string_view text) {
  return std::ranges::any_of(
      patterns, [&](const std::string& pattern) { return glob_matches(pattern, text); });
}

std::string text_of_last(const chat::Request& request, chat::Role role) {
  for (auto message = request.messages.rbegin(); message != request.messages.rend(); ++message) {
    if (message->role == role) return chat::text_of(*message);
  }
  return {};
}

bool some_tool_matches(const std::vector<std::string>& patterns, const chat::Request& request) {
  return std::ranges::any_of(
      request.tools, [&](const chat::Tool& tool) { return any_matches(patterns, tool.name); });
}

}  // namespace

std::string first_unmet(const Conditions& wanted, const RuleSubject& subject) {
  const chat::Request& request = subject.request;
  if (!wanted.model.empty() && !any_matches(wanted.model, request.model)) {
    return fmt::format("the model is \"{}\"", request.model);
  }
  if (!wanted.path.empty() && !any_matches(wanted.path, subject.arrival.path)) {
    return fmt::format("the path is {}", subject.arrival.path);
  }
  for (const auto& [name, patterns] : wanted.headers) {
    const std::string value = subject.arrival.header ? subject.arrival.header(name) : "";
    // Not the value: a header may hold a key.
    if (!any_matches(patterns, value)) {
      return fmt::format("the header {} {}", name, value.empty() ? "is missing" : "is another one");
    }
  }
  if (wanted.thinking && *wanted.thinking != request.thinking.on()) {
    return request.thinking.on() ? "thinking is on" : "thinking is not on";
  }
  if (!wanted.tools.empty() && !some_tool_matches(wanted.tools, request)) {
    return "no tool is named so";
  }
  if (!wanted.message.empty() &&
      !any_matches(wanted.message, text_of_last(request, chat::Role::user))) {
    return "the last user message is another one";
  }
  if (!wanted.system.empty()) {
    const bool first = !request.messages.empty() &&
                       request.messages.front().role == chat::Role::system &&
                       any_matches(wanted.system, chat::text_of(request.messages.front()));
    if (!first) return "the system prompt is another one";
  }
  if (wanted.tokens_over && !subject.over(*wanted.tokens_over)) {
    return fmt::format("not more than {} tokens", *wanted.tokens_over);
  }
  if (wanted.tokens_under && subject.over(std::max<std::size_t>(*wanted.tokens_under, 1) - 1)) {
    return fmt::format("not under {} tokens", *wanted.tokens_under);
  }
  if (!wanted.scenarios.empty()) {
    const Scenario scenario = subject.scenario();
    if (std::ranges::find(wanted.scenarios, scenario) == wanted.scenarios.end()) {
      return fmt::format("the scenario is {}", to_string(scenario));
    }
  }
  if (wanted.unless && first_unmet(*wanted.unless, subject).empty()) {
    return "what `not` excludes holds";
  }
  return {};
}

}  // namespace hearth::router
