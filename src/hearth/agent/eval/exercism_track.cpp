#include "hearth/agent/eval/exercism_track.h"

#include <algorithm>
#include <array>

namespace hearth::agent {

const ExercismTrack* track_of(std::string_view file) {
  // Compiled at once rather than by the exercise's CMakeLists.txt, which wants the folder to have
  // the exercise's name.
  static constexpr std::string_view cpp_check =
      "mkdir -p build && g++ -std=c++17 -pthread -I. -DEXERCISM_RUN_ALL_TESTS "
      "$(find . -name '*.cpp' -not -path './build/*') -o build/tests && build/tests";
  static const std::array tracks{
      ExercismTrack{"python", {".py"}, "python3 -m pytest -q"},
      ExercismTrack{"javascript",
                    {".js", ".mjs"},
                    "npm test",
                    {{"xtest(", "test("}, {"xit(", "it("}, {"test.skip(", "test("}}},
      ExercismTrack{"cpp", {".cpp", ".h"}, cpp_check},
      ExercismTrack{"go", {".go"}, "go test ./..."},
      ExercismTrack{"rust", {".rs"}, "cargo test --offline -- --include-ignored"}};
  for (const ExercismTrack& track : tracks) {
    const bool fits = std::ranges::any_of(
        track.endings, [&](std::string_view ending) { return file.ends_with(ending); });
    if (fits) return &track;
  }
  return nullptr;
}

std::string without_skips(const ExercismTrack& track, std::string tests) {
  for (const auto& [skip, without] : track.skips) {
    for (std::size_t at = tests.find(skip); at != std::string::npos;
         at = tests.find(skip, at + without.size())) {
      tests.replace(at, skip.size(), without);
    }
  }
  return tests;
}

}  // namespace hearth::agent
