#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hearth::agent {

/// How the exercises of a language are judged.
struct ExercismTrack {
  std::string_view language;
  std::vector<std::string_view> endings;  ///< of the solution's files
  std::string_view check;
  /// What marks a test in its file as one to be skipped, and what stands there without.
  std::vector<std::pair<std::string_view, std::string_view>> skips = {};
};

/// The track of a solution's file by its ending; null if there is none.
const ExercismTrack* track_of(std::string_view file);

/// `tests`, with none of them skipped.
std::string without_skips(const ExercismTrack& track, std::string tests);

}  // namespace hearth::agent
