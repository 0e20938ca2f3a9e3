#pragma once

#include <memory>

#include "hearth/agent/check_command.h"
#include "hearth/agent/style.h"
#include "hearth/agent/workplace.h"

namespace hearth::agent {

/// For models too small to hold a conversation with tools: the harness runs the check, finds the
/// file at fault, lets the model write candidates, and applies the first with which the check
/// passes. The folder is changed by that one write only.
std::unique_ptr<Style> make_whole_files_style(Workplace& workplace, CheckCommand check);

}  // namespace hearth::agent
