#pragma once

#include <string>
#include <utility>
#include <vector>

#include "hearth/base/error.h"
#include "hearth/base/json.h"

namespace hearth::engine {

/// `schema` without what a grammar cannot hold or what makes it explode: patterns, formats, long
/// length limits, bounds of ±2^53 and those of fractions (agents' real tool schemas have
/// 524,288-character limits and ±2^53 bounds). What is left constrains less and accepts everything
/// the schema accepts.
json::object relax_for_grammar(const json::object& schema);

/// The grammar, in GBNF, of JSON after `schema`, relaxed. Error: invalid_request for what is no
/// schema.
Result<std::string> schema_grammar(const json::value& schema);

/// An object schema that accepts {"name": N, "arguments": …} for exactly these tools.
/// Each pair is a tool's name and its arguments' schema.
json::object any_call_schema(const std::vector<std::pair<std::string, json::object>>& tools);

}  // namespace hearth::engine
