#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "hearth/agent/eval/eval_summary.h"
#include "hearth/agent/profile.h"
#include "hearth/base/error.h"

namespace hearth::agent {

/// A profile out of what was measured.
struct MeasuredProfile {
  json::object entry;  ///< of a file of profiles, with the figures it came from under "measured"
  std::string words;   ///< what was chosen and why, for a person
};

/// The best style for each kind of work, repair (tasks to fix) and all other: the one that solved
/// the most; of several, the one that computed the fewest tokens. Compared are the styles that a
/// profile can name, and of these only the ones with the most trials of that work. What was not
/// measured stays as in `before`, the profile in force. `day`: such as "2026-11-27".
/// Errors: invalid_request if nothing was measured that a profile could name.
Result<MeasuredProfile> measured_profile(std::span<const SummaryRow> rows, const std::string& model,
                                         const Profile& before, const std::string& day);

/// Puts `entry` into the file in place of the one for the same model, else before all others; the
/// file is made if it is not there. Errors: config for a file that holds no profiles; io.
Result<void> write_profile(const std::filesystem::path& file, const json::object& entry);

}  // namespace hearth::agent
