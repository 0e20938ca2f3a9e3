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
      const auto type = find_string(property.as_object(), "type").value_or("any");
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
    const json::object* property = properties == nullptr ? nullptr : find_object(*properties, name);
    if (property == nullptr) {
      return refuse(fmt::format("There is no argument \"{}\"", std::string_view(name)));
    }
    const auto type = find_string(*property, "type").value_or("any");
    const bool optional_null = value.is_null();
    if (!optional_null && !mend_type(value, type)) {
      return refuse(fmt::format("\"{}\" must be of type {}, not {}", std::string_view(name), type,
                                kind_in_words(value)));
    }
  }
  if (const json::array* required = find_array(schema, "required")) {
    for (const json::value& name : *required) {
      const std::string_view key = name.as_string();
      if (find(arguments, key) == nullptr) {
        return refuse(fmt::format("The argument \"{}\" is missing", key));
      }
    }
  }
  return std::nullopt;
}

}  // namespace hearth::agent
