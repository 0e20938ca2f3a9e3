#pragma once

#include "hearth/base/json.h"

namespace hearth::wire {

/// A JSON Schema in the part of OpenAPI's schemas that Gemini takes; it refuses a request with
/// anything else in it. References are written out (a type that holds itself ends as an object),
/// `oneOf` becomes `anyOf`, `allOf` is merged, `const` becomes `enum`, a type of "or null" becomes
/// `nullable`; what has no counterpart is left out.
/// Cost: bounded, whatever the schema's references multiply to.
json::object gemini_schema(const json::object& schema);

}  // namespace hearth::wire
