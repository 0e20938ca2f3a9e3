#pragma once

#include <string>

#include "hearth/base/error.h"

namespace hearth::agent {

/// Lets the person write on at `text` in the program that VISUAL or EDITOR names (else vi), which
/// has the terminal meanwhile; the text without the line ends behind it. Errors: io; unavailable if
/// the program fails.
Result<std::string> edited_by_program(const std::string& text);

}  // namespace hearth::agent
