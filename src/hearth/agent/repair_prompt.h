#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hearth/agent/repair_unit.h"
#include "hearth/chat/request.h"

namespace hearth::agent {

/// What a small model is shown of a repair: one file and what is wrong with it.
struct RepairView {
  std::string task;  ///< the person's words
  std::string file;
  std::string language;
  std::string code;
  std::string excerpt;  ///< what is shown of the code; empty: all of it
  std::vector<std::string> failures;
  std::string related;  ///< a short file that belongs to this one, such as its header; or empty
  std::string related_file;
};

/// Asks for `unit` of the file, corrected, in one code block. The requests of one view differ only
/// in their last lines, so that a server reads what they share once.
chat::Request repair_request(const RepairView& view, const RepairUnit& unit, double temperature);

}  // namespace hearth::agent
