#include "hearth/router/rule_reader.h"

#include <climits>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "hearth/base/lower_case.h"
#include "hearth/router/config_parts.h"

namespace hearth::router {
namespace {

constexpr std::array all_scenarios{Scenario::default_,     Scenario::background, Scenario::think,
                                   Scenario::long_context, Scenario::web_search, Scenario::image};

void refuse_rest(const ConfigObject& fields, ConfigSource& source, std::string_view known) {
  for (const auto& member : fields.rest()) {
    source.report(fields.at(member.key()), fmt::format("is not known here; known are {}", known));
  }
}

std::vector<Scenario> read_scenarios(ConfigObject& fields) {
  std::vector<Scenario> scenarios;
  for (const std::string& name : fields.strings("scenario")) {
    const auto found = std::ranges::find_if(
        all_scenarios, [&](Scenario scenario) { return to_string(scenario) == name; });
    if (found == all_scenarios.end()) {
      fields.source().report(fields.at("scenario"),
                             fmt::format("there is no scenario \"{}\"; there are default, "
                                         "background, think, longContext, webSearch, image",
                                         name));
      continue;
    }
    scenarios.push_back(*found);
  }
  return scenarios;
}

std::unique_ptr<Conditions> read_conditions(ConfigObject& parent, std::string_view key) {
  auto conditions = std::make_unique<Conditions>();
  const json::object* object = parent.object(key);
  if (object == nullptr) return conditions;
  ConfigSource& source = parent.source();
  ConfigObject fields(*object, parent.at(key), source);
  conditions->scenarios = read_scenarios(fields);
  conditions->model = fields.strings("model");
  conditions->tools = fields.strings("tools");
  conditions->path = fields.strings("path");
  conditions->message = fields.strings("message");
  conditions->system = fields.strings("system");
  conditions->thinking = fields.boolean("thinking");
  if (const json::object* tokens = fields.object("tokens")) {
    ConfigObject bounds(*tokens, fields.at("tokens"), source);
    if (const auto over = bounds.integer("over", 0, INT_MAX)) conditions->tokens_over = *over;
    if (const auto under = bounds.integer("under", 1, INT_MAX)) conditions->tokens_under = *under;
    refuse_rest(bounds, source, "over, under");
  }
  if (const json::object* headers = fields.object("header")) {
    ConfigObject names(*headers, fields.at("header"), source);
    for (const auto& member : *headers) {
      conditions->headers.emplace_back(in_lower_case(member.key()), names.strings(member.key()));
    }
  }
  if (fields.object("not") != nullptr) conditions->unless = read_conditions(fields, "not");
  refuse_rest(fields, source,
              "scenario, model, tools, path, message, system, thinking, tokens, header, not");
  return conditions;
}

Rule read_rule(const json::object& object, const std::string& pointer, ConfigSource& source,
               const Config& config) {
  ConfigObject fields(object, pointer, source);
  Rule rule;
  rule.name = fields.string("name");
  rule.when = read_conditions(fields, "when");
  rule.route = read_route(fields, "route", config);
  rule.params = read_params(fields, "params");
  if (!object.contains("route") && !object.contains("params")) {
    source.report(pointer, "expected a route, params, or both");
  }
  refuse_rest(fields, source, "name, when, route, params");
  return rule;
}

}  // namespace

std::vector<Rule> read_rules(ConfigObject& router, const Config& config) {
  std::vector<Rule> rules;
  const json::array* list = router.array("rules");
  ConfigSource& source = router.source();
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    const std::string pointer = fmt::format("{}/{}", router.at("rules"), i);
    if (const json::object* object = (*list)[i].if_object()) {
      Rule rule = read_rule(*object, pointer, source, config);
      if (rule.name.empty()) rule.name = fmt::format("rules[{}]", i);
      rules.push_back(std::move(rule));
    } else {
      source.expected(pointer, "an object", &(*list)[i]);
    }
  }
  return rules;
}

}  // namespace hearth::router
