#pragma once

#include "hearth/base/json.h"

namespace hearth::agent {

/// Writes one object on one line to standard output, whole, whichever thread does.
void write_json_line(const json::object& object);

}  // namespace hearth::agent
