#include "hearth/engine/grammar_schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include <json-schema-to-grammar.h>

namespace hearth::engine {
namespace {

constexpr std::array<std::string_view, 5> dropped = {"pattern", "format", "multipleOf", "$schema",
                                                     "patternProperties"};
constexpr std::array<std::string_view, 4> bounds = {"minimum", "maximum", "exclusiveMinimum",
                                                    "exclusiveMaximum"};
/// Clients write ±(2^53 - 1) for "any integer"; such a bound only makes the grammar larger.
constexpr std::int64_t no_bound = (std::int64_t{1} << 53) - 1;
constexpr std::array<std::string_view, 4> limits = {"minLength", "maxLength", "minItems",
                                                    "maxItems"};
/// Repetitions above this make llama.cpp's grammars slow or refused.
constexpr std::int64_t longest_repetition = 64;

json::value relax(const json::value& value);

/// `properties` and `$defs` map free names to schemas: there, no key is a keyword.
json::object relax_named(const json::object& schemas) {
  json::object out;
  for (const auto& [name, schema] : schemas) out[name] = relax(schema);
  return out;
}

json::value relax(const json::value& value) {
  if (const auto* object = value.if_object()) return relax_for_grammar(*object);
  if (const auto* array = value.if_array()) {
    json::array out;
    for (const auto& element : *array) out.push_back(relax(element));
    return out;
  }
  return value;
}

}  // namespace

json::object relax_for_grammar(const json::object& schema) {
  json::object out;
  for (const auto& [key, value] : schema) {
    const std::string_view name(key);
    if (std::ranges::find(dropped, name) != dropped.end()) continue;
    if (std::ranges::find(bounds, name) != bounds.end()) {
      const auto bound = find_int(schema, name);
      const bool integer = find_string(schema, "type") == "integer";
      if (!integer || !bound || *bound >= no_bound || *bound <= -no_bound) continue;
    }
    if (std::ranges::find(limits, name) != limits.end()) {
      const auto limit = find_int(schema, name);
      if (!limit || *limit > longest_repetition) continue;
    }
    const bool names_schemas = name == "properties" || name == "$defs" || name == "definitions";
    if (names_schemas && value.is_object()) {
      out[key] = relax_named(value.get_object());
    } else if (name == "enum" || name == "const" || name == "default" || name == "required") {
      out[key] = value;
    } else {
      out[key] = relax(value);
    }
  }
  return out;
}

Result<std::string> schema_grammar(const json::value& schema) {
  const json::object relaxed =
      schema.is_object() ? relax_for_grammar(schema.get_object()) : json::object();
  try {
    return json_schema_to_grammar(common_json::parse(to_json(relaxed)));
  } catch (const std::exception& failure) {
    return fail(ErrorKind::invalid_request,
                fmt::format("no grammar could be made for this schema: {}", failure.what()));
  }
}

json::object any_call_schema(const std::vector<std::pair<std::string, json::object>>& tools) {
  json::array calls;
  for (const auto& [name, arguments] : tools) {
    json::object call_name{{"const", name}};
    json::object properties;
    properties["name"] = std::move(call_name);
    properties["arguments"] = arguments;
    json::object call;
    call["type"] = "object";
    call["properties"] = std::move(properties);
    call["required"] = json::array{"name", "arguments"};
    call["additionalProperties"] = false;
    calls.push_back(std::move(call));
  }
  json::object schema;
  schema["anyOf"] = std::move(calls);
  return schema;
}

}  // namespace hearth::engine
