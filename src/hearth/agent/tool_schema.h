#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "hearth/base/json.h"

namespace hearth::agent {

struct Parameter {
  std::string_view name;
  std::string_view type;         ///< "string", "integer", "boolean" or "array"
  std::string_view description;  ///< may be empty: every word is read by the model in each session
  bool required = true;
};

/// The JSON Schema of an object with these properties, in this order.
json::object object_schema(std::initializer_list<Parameter> parameters);

/// Checks `arguments` against `schema`, of the above shape or an MCP server's own, of which only
/// names and types are looked at. A number or truth value that was written as a string is converted
/// in place; an unknown argument is an error, unless the schema takes further ones.
/// Returns what is wrong and what is allowed, for the model; nothing if all is well.
std::optional<std::string> mend_arguments(const json::object& schema, json::object& arguments);

/// An optional argument of a tool of ours. 0 and the empty text count as not given: a model that a
/// grammar binds often writes them where it means nothing.
std::optional<std::int64_t> given_int(const json::object& arguments, std::string_view name);
std::optional<std::string_view> given_string(const json::object& arguments, std::string_view name);

}  // namespace hearth::agent
