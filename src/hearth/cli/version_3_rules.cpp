#include "hearth/cli/version_3_rules.h"

#include <climits>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "hearth/base/error.h"
#include "hearth/base/lower_case.h"

namespace hearth::cli {
namespace {

std::unexpected<Error> untranslatable(std::string why) {
  return fail(ErrorKind::invalid_request, std::move(why));
}

/// The parts of a condition, whichever of their names it has.
struct Condition {
  std::string left;
  std::string op;
  std::string right;
};

std::string word(const json::object& object, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const json::value* value = find(object, name);
    if (value == nullptr || value->is_null()) continue;
    return value->is_string() ? std::string(value->get_string()) : to_json(*value);
  }
  return {};
}

Condition condition_of(const json::object& rule) {
  if (word(rule, {"type"}) == "model-prefix") {
    return {"request.body.model", "starts-with", word(rule, {"pattern"})};
  }
  const json::object* inner = find_object(rule, "condition");
  const json::object& fields = inner == nullptr ? rule : *inner;
  return {.left = word(fields, {"left", "path", "field", "parameter"}),
          .op = word(fields, {"operator", "op"}),
          .right = word(fields, {"right", "value"})};
}

/// A quoted text means what is in the quotes.
std::string unquoted(const std::string& text) {
  const auto value = parse_json(text);
  return value && value->is_string() ? std::string(value->get_string()) : text;
}

json::object negated(json::object when) {
  return {{"not", std::move(when)}};
}

/// `name` with a pattern that holds where the text of `condition` compares so.
Result<json::object> text_condition(std::string_view name, const Condition& condition) {
  const auto matches = [&](const std::string& pattern) { return json::object{{name, pattern}}; };
  const std::string text = unquoted(condition.right);
  const bool nothing = condition.right == "undefined" || condition.right == "null";
  if (condition.op == "==") return nothing ? negated(matches("?*")) : matches(text);
  if (condition.op == "!=") return nothing ? matches("?*") : negated(matches(text));
  if (condition.op == "starts-with") return matches(text + "*");
  if (condition.op == "contains" || condition.op == "contains-deep") {
    return matches("*" + text + "*");
  }
  if (condition.op == "not-contains") return negated(matches("*" + text + "*"));
  return untranslatable(fmt::format("texts are not compared by \"{}\"", condition.op));
}

Result<json::object> token_condition(const Condition& condition) {
  const auto number = parse_json(condition.right);
  const bool whole =
      number && number->is_int64() && number->get_int64() > 0 && number->get_int64() < INT_MAX;
  if (!whole) return untranslatable("its number of tokens is none");
  const std::int64_t n = number->get_int64();
  const auto bound = [](std::string_view name, std::int64_t tokens) {
    return json::object{{"tokens", json::object{{name, tokens}}}};
  };
  if (condition.op == ">") return bound("over", n);
  if (condition.op == ">=") return bound("over", n - 1);
  if (condition.op == "<") return bound("under", n);
  if (condition.op == "<=") return bound("under", n + 1);
  return untranslatable(fmt::format("tokens are not compared by \"{}\"", condition.op));
}

Result<json::object> thinking_condition(const Condition& condition) {
  const bool of_type = condition.left.ends_with(".type");
  const bool off = of_type ? unquoted(condition.right) == "disabled"
                           : condition.right == "undefined" || condition.right == "null";
  const bool equal = condition.op == "==";
  if (!equal && condition.op != "!=") {
    return untranslatable("thinking is on or off, and nothing else is asked of it");
  }
  return json::object{{"thinking", equal != off}};
}

/// `when` of a rule of ours.
Result<json::object> when_of(const Condition& condition) {
  std::string_view left = condition.left;
  constexpr std::string_view request = "request.";
  if (!left.starts_with(request)) return untranslatable(fmt::format("it looks at \"{}\"", left));
  left.remove_prefix(request.size());
  for (const std::string_view prefix : {"header.", "headers."}) {
    if (!left.starts_with(prefix)) continue;
    auto pattern = text_condition(in_lower_case(left.substr(prefix.size())), condition);
    if (!pattern) return pattern;
    if (const json::object* inner = find_object(*pattern, "not")) {
      return json::object{{"not", json::object{{"header", *inner}}}};
    }
    return json::object{{"header", std::move(*pattern)}};
  }
  if (left == "tokenCount" || left == "token_count") return token_condition(condition);
  if (left == "url") return text_condition("path", condition);
  constexpr std::string_view body = "body.";
  if (left.starts_with(body)) left.remove_prefix(body.size());
  if (left == "model") {
    // Every request names one.
    const bool any = condition.op == "!=" && condition.right == "undefined";
    return any ? json::object() : text_condition("model", condition);
  }
  if (left == "thinking" || left == "thinking.type") return thinking_condition(condition);
  if (left == "tools") return text_condition("tools", condition);
  if (left == "system") return text_condition("system", condition);
  return untranslatable(fmt::format("it looks at \"{}\"", condition.left));
}

/// The changes that a rule makes, whichever of their forms it has.
json::array rewrites_of(const json::object& rule) {
  if (const json::array* several = find_array(rule, "rewrites")) return *several;
  for (const char* name : {"rewrite", "action"}) {
    if (const json::object* one = find_object(rule, name)) return {*one};
  }
  const std::string target = word(rule, {"target"});
  if (target.empty()) return {};
  return {json::object{{"key", "request.body.model"}, {"value", target}}};
}

/// Adds what `rewrite` does to `rule`. Returns why not, or nothing.
std::string take_rewrite(const json::object& rewrite, const json::array& providers,
                         json::object& rule) {
  static constexpr std::array<std::string_view, 10> known{
      "max_tokens",        "temperature",      "top_p",          "min_p",         "top_k",
      "frequency_penalty", "presence_penalty", "repeat_penalty", "repeat_last_n", "seed"};
  const std::string key = word(rewrite, {"key"});
  const std::string operation = word(rewrite, {"operation"});
  if (!operation.empty() && operation != "set") {
    return fmt::format("it does \"{}\" with {}", operation, key);
  }
  const std::string text = word(rewrite, {"value"});
  constexpr std::string_view body = "request.body.";
  const std::string name = key.starts_with(body) ? key.substr(body.size()) : std::string();
  if (name == "model") {
    const auto route = route_of(text, providers);
    if (!route) return fmt::format("no provider has \"{}\"", text);
    rule["route"] = *route;
    return {};
  }
  const auto number = parse_json(text);
  const bool is_parameter = std::ranges::find(known, name) != known.end();
  if (!is_parameter || !number || !number->is_number()) {
    return fmt::format("it sets {}", key.empty() ? "nothing" : key);
  }
  json::object params = find_object(rule, "params") ? rule["params"].get_object() : json::object();
  params[name] = *number;
  rule["params"] = std::move(params);
  return {};
}

/// Errors: why it cannot be translated.
Result<json::object> translate(const json::object& stored, const std::string& name,
                               const json::array& providers) {
  if (word(stored, {"type"}) == "script") return untranslatable("it is JavaScript");
  const Condition condition = condition_of(stored);
  auto when = when_of(condition);
  if (!when) return when;
  json::object rule{{"name", name}};
  if (!when->empty()) rule["when"] = std::move(*when);
  for (const json::value& rewrite : rewrites_of(stored)) {
    if (!rewrite.is_object()) continue;
    const std::string problem = take_rewrite(rewrite.get_object(), providers, rule);
    if (!problem.empty()) return untranslatable(problem);
  }
  if (!rule.contains("route") && !rule.contains("params")) return untranslatable("it does nothing");
  return rule;
}

}  // namespace

std::optional<std::string> route_of(std::string_view model, const json::array& providers) {
  std::string found;
  int named = 0;
  for (const json::value& item : providers) {
    const json::object* provider = item.if_object();
    const auto name = provider == nullptr ? std::nullopt : find_string(*provider, "name");
    const json::array* models = provider == nullptr ? nullptr : find_array(*provider, "models");
    if (!name || models == nullptr) continue;
    for (const json::value& value : *models) {
      if (!value.is_string()) continue;
      const std::string_view own = value.get_string();
      std::string route = fmt::format("{},{}", *name, own);
      if (route == model || fmt::format("{}/{}", *name, own) == model) return route;
      if (own != model) continue;
      found = std::move(route);
      ++named;
    }
  }
  if (named != 1) return std::nullopt;
  return found;
}

TranslatedRules translate_rules(const json::array& stored, const json::array& providers) {
  TranslatedRules translated;
  for (std::size_t i = 0; i < stored.size(); ++i) {
    const json::object* rule = stored[i].if_object();
    std::string name = rule == nullptr ? std::string() : word(*rule, {"name", "id"});
    if (name.empty()) name = fmt::format("rules[{}]", i);
    if (rule == nullptr || !find_bool(*rule, "enabled").value_or(true)) continue;
    auto ours = translate(*rule, name, providers);
    if (!ours) {
      translated.notes.push_back(
          fmt::format("the rule \"{}\" was not taken over: {}; write it as one of Router.rules "
                      "(docs/routing.md)",
                      name, ours.error().message));
      continue;
    }
    if (const json::object* fallback = find_object(*rule, "fallback");
        fallback != nullptr && word(*fallback, {"mode"}) == "model-chain") {
      translated.notes.push_back(fmt::format(
          "the rule \"{}\" has a fallback of its own, which was not taken over: here `fallback` is "
          "for each scenario",
          name));
    }
    translated.rules.push_back(std::move(*ours));
  }
  return translated;
}

}  // namespace hearth::cli
