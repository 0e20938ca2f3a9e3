#pragma once

#include <string>

#include "hearth/base/json.h"

namespace hearth::cli {

/// What a status line can tell.
struct StatusFacts {
  std::string work_dir_name;
  std::string git_branch;  ///< empty: none
  std::string model;
  int input_tokens = 0;  ///< of the last answer
  int output_tokens = 0;
};

/// The line that the configuration's `StatusLine` means, in Claude Code Router's way: of the style
/// that `currentStyle` names ("default" or "powerline") the `modules`, each with `icon`, `text` (in
/// which {{workDirName}}, {{gitBranch}}, {{model}}, {{inputTokens}} and {{outputTokens}} are
/// replaced), `color` and `background` (a name such as bright_blue or bg_bright_blue, or #rrggbb).
/// A module without a text to show is left out, and so are those of the type `script`.
std::string status_line(const json::object& settings, const StatusFacts& facts);

}  // namespace hearth::cli
