#pragma once

#include <string>
#include <string_view>

namespace hearth::agent {

/// What changed from `before` to `after`, as a unified diff with three lines of context and the
/// file's `name` in its head; empty if nothing did.
std::string unified_diff(std::string_view name, std::string_view before, std::string_view after);

}  // namespace hearth::agent
