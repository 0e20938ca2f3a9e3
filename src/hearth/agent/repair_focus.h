#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/agent/repair_unit.h"

namespace hearth::agent {

/// The part of a file that failing checks point at.
struct RepairFocus {
  /// The functions that the failures name, then those which these call.
  std::vector<RepairUnit> functions;
  /// The code with the bodies of all other functions left out: what a model needs to read.
  std::string excerpt;

  /// Whether the line at `index`, from 0, belongs to one of the functions.
  [[nodiscard]] bool holds(std::size_t index) const;
};

/// Nothing if `failures`, lines of a check's output, name no function of `code`.
std::optional<RepairFocus> focus_of(std::string_view code, std::string_view language,
                                    const std::vector<std::string>& failures);

}  // namespace hearth::agent
