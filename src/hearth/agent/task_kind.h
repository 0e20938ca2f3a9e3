#pragma once

#include <string_view>

namespace hearth::agent {

/// Whether a task asks to make failing code right, as opposed to writing something new, explaining
/// or running: the words decide, so that a check that fails for other reasons is not "repaired".
bool asks_for_repair(std::string_view task);

/// Whether a task asks no more than what code does, how or why: whoever sees that code can answer.
bool asks_about_code(std::string_view task);

}  // namespace hearth::agent
