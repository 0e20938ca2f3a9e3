#pragma once

#include <string>
#include <string_view>

namespace hearth::agent {

/// The part of `content` that most resembles `wanted`, with line numbers, for a model whose edit
/// matched nothing; empty if nothing resembles it.
std::string nearest_lines(std::string_view content, std::string_view wanted);

}  // namespace hearth::agent
