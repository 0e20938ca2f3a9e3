#pragma once

#include <optional>
#include <string_view>

namespace hearth::agent {

/// How well the path `candidate` fits what was typed: all characters of `typed` are in it in this
/// order, whatever their case. Higher is better: characters in a row, at the beginning of a part
/// of the path, and in its last part count more; long paths count less. Nothing if it does not fit.
std::optional<int> fuzzy_score(std::string_view typed, std::string_view candidate);

}  // namespace hearth::agent
