#include "hearth/agent/tool_schema.h"

#include <fmt/format.h>

#include <charconv>

namespace hearth::agent {
namespace {

/// "file_path (string), limit (integer, optional)": what a call may give.
std::string allowed_in_words(const json::object& schema) {
  const json::array* required = find_array(schema, "required");
  std::string words;
  if (const json::object* properties = find_object(schema, "properties")) {
    for (const auto& [name, property] : *properties) {
      const bool needed =
          required != nullptr && std::ranges::find(*required, json::value(name)) != required->end();
      // `true` is a schema, too: of anything.
      const json::object* object = property.if_object();
      const auto type = object == nullptr ? "any" : find_string(*object, "type").value_or("any");
      words += fmt::format("{}{} ({}{})", words.empty() ? "" : ", ", std::string_view(name), type,
                           needed ? "" : ", optional");
    }
  }
  return words.empty() ? "none" : words;
}

bool mend_type(json::value& value, std::string_view type) {
  if (type == "string") return value.is_string();
  const std::string_view text =
      value.is_string() ? std::string_view(value.get_string()) : std::string_view();
  if (type == "integer") {
    if (value.is_int64() || value.is_uint64()) return true;
    if (value.is_double() &&
        value.get_double() == static_cast<double>(static_cast<long>(value.get_double()))) {
      value = static_cast<std::int64_t>(value.get_double());
      return true;
    }
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return false;
    value = number;
    return true;
  }
  if (type == "boolean") {
    if (text == "true" || text == "false") value = text == "true";
    return value.is_bool();
  }
  if (type == "array") return value.is_array();
  if (type == "object") return value.is_object();
  return true;
}

/// A schema without a list of properties, or with further ones, takes any argument.
bool takes_any_argument(const json::object& schema) {
  if (find_object(schema, "patternProperties") != nullptr) return true;
  const json::value* further = find(schema, "additionalProperties");
  if (further == nullptr) return find_object(schema, "properties") == nullptr;
  return further->is_object() || (further->is_bool() && further->get_bool());
}

}  // namespace

json::object object_schema(std::initializer_list<Parameter> parameters) {
  json::object properties;
  json::array required;
  for (const Parameter& parameter : parameters) {
    json::object property{{"type", parameter.type}};
    if (!parameter.description.empty()) property["description"] = parameter.description;
    properties[parameter.name] = std::move(property);
    if (parameter.required) required.emplace_back(parameter.name);
  }
  return {{"type", "object"}, {"properties", std::move(properties)}, {"required", required}};
}

std::optional<std::string> mend_arguments(const json::object& schema, json::object& arguments) {
  const auto refuse = [&](std::string reason) {
    return fmt::format("{}. Arguments allowed here: {}. Call again with these.", reason,
                       allowed_in_words(schema));
  };
  const json::object* properties = find_object(schema, "properties");
  for (auto& [name, value] : arguments) {
    const json::value* property = properties == nullptr ? nullptr : find(*properties, name);
    if (property == nullptr) {
      if (takes_any_argument(schema)) continue;
      return refuse(fmt::format("There is no argument \"{}\"", std::string_view(name)));
    }
    const auto type =
        property->is_object() ? find_string(property->get_object(), "type").value_or("any") : "any";
    const bool optional_null = value.is_null();
    if (!optional_null && !mend_type(value, type)) {
      return refuse(fmt::format("\"{}\" must be of type {}, not {}", std::string_view(name), type,
                                kind_in_words(value)));
    }
  }
  if (const json::array* required = find_array(schema, "required")) {
    for (const json::value& name : *required) {
      if (!name.is_string()) continue;
      const std::string_view key = name.get_string();
      if (find(arguments, key) == nullptr) {
        return refuse(fmt::format("The argument \"{}\" is missing", key));
      }
    }
  }
  return std::nullopt;
}

std::optional<std::int64_t> given_int(const json::object& arguments, std::string_view name) {
  const auto value = find_int(arguments, name);
  return value == 0 ? std::nullopt : value;
}

std::optional<std::string_view> given_string(const json::object& arguments, std::string_view name) {
  const auto value = find_string(arguments, name);
  return value == "" ? std::nullopt : value;
}

}  // namespace hearth::agent
