// What the agent's terminal costs: the first `@` suggestions in a large tree, and a frame while an
// answer streams.
//
// Usage: build/release/bench/terminal_bench [FILES]
//
// FILES (200000) are made in a temporary folder, once listed by walking, once by git. A frame is
// what is done 60 times a second while tokens stream: the lines that stay, the block that is being
// written as Markdown, the difference to the frame before. The answer is 400 lines of prose and a
// code block of 300 lines, which is the worst: it is drawn again with every piece.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "hearth/agent/terminal/file_index.h"
#include "hearth/agent/terminal/live_region.h"
#include "hearth/agent/terminal/theme.h"
#include "hearth/agent/terminal/transcript.h"
#include "hearth/base/clock.h"

namespace {

using hearth::Clock;
using hearth::ms_since;
namespace fs = std::filesystem;

double quantile(std::vector<double> values, double which) {
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(which * static_cast<double>(values.size() - 1))];
}

void make_tree(const fs::path& root, int files) {
  constexpr int per_folder = 100;
  for (int i = 0; i < files; ++i) {
    const fs::path folder =
        root / fmt::format("module_{}/part_{}", i / (per_folder * 20), i / per_folder);
    if (i % per_folder == 0) fs::create_directories(folder);
    std::ofstream(folder / fmt::format("source_file_{}.cpp", i));
  }
}

void measure_suggestions(const fs::path& root, const char* how) {
  const auto begun = Clock::now();
  hearth::agent::FileIndex index(root, {});
  std::vector<std::string> first;
  while ((first = index.find("srcfile", 8)).empty()) {
  }
  const double to_first = ms_since(begun);
  index.wait_until_listed();
  const double to_all = ms_since(begun);
  std::vector<double> times;
  std::size_t most = 0;
  for (const char* typed : {"s", "src", "part_19", "file_199999", "mod/42cpp", "zzz"}) {
    for (int i = 0; i < 5; ++i) {
      const auto asked = Clock::now();
      const auto found = index.find(typed, 50);
      times.push_back(ms_since(asked));
      most = std::max(most, found.size());
    }
  }
  fmt::print(
      "{:<10} {:>9} files: first matches {:6.1f} ms, all listed {:7.1f} ms, "
      "a search {:5.1f} ms (median), {:5.1f} (worst), up to {} shown\n",
      how, index.size(), to_first, to_all, quantile(times, 0.5), quantile(times, 1), most);
}

void measure_frames() {
  using namespace hearth::agent;
  constexpr ScreenSize screen{.columns = 120, .rows = 40};
  std::string answer;
  for (int i = 0; i < 400; ++i) {
    answer += fmt::format("Line {} of *prose* with `code` and **weight**.{}", i,
                          i % 4 == 3 ? "\n\n" : "\n");
  }
  answer += "```cpp\n";
  for (int i = 0; i < 300; ++i) {
    answer += fmt::format("  const int value_{} = compute(\"text {}\", {}); // why\n", i, i, i);
  }
  answer += "```\n";
  Transcript transcript({});
  transcript.set_columns(screen.columns - 1);
  const Theme theme(ColourDepth::millions);
  LiveRegion region;
  std::vector<double> times;
  std::size_t bytes = 0;
  constexpr std::size_t piece = 12;
  for (std::size_t at = 0; at < answer.size(); at += piece) {
    transcript.text(answer.substr(at, piece));
    const auto begun = Clock::now();
    std::vector<std::string> staying;
    for (const StyledLine& line : transcript.take_staying()) staying.push_back(theme.painted(line));
    Frame frame;
    for (const StyledLine& line : transcript.moving(30)) {
      const StyledLine fits = cut(line, screen.columns - 1);
      frame.lines.push_back({theme.painted(fits), columns_of(fits)});
    }
    frame.lines.push_back({"> ", 2});
    bytes += region.draw(staying, frame, screen).size();
    times.push_back(ms_since(begun));
  }
  fmt::print(
      "{} frames: {:.2f} ms (median), {:.2f} (99 %), {:.2f} (worst); {:.1f} bytes written for "
      "each byte of the answer\n",
      times.size(), quantile(times, 0.5), quantile(times, 0.99), quantile(times, 1),
      static_cast<double>(bytes) / static_cast<double>(answer.size()));
}

}  // namespace

int main(int count, char** arguments) {
  constexpr int usual_files = 200'000;
  const int files = count > 1 ? std::atoi(arguments[1]) : usual_files;
  std::string name = (fs::temp_directory_path() / "hearth-bench-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    fmt::print(stderr, "no temporary folder could be made\n");
    return 1;
  }
  const fs::path root = name;
  make_tree(root, files);
  measure_suggestions(root, "walking");
  const std::string git = fmt::format("git -C {} init -q && git -C {} add -A", name, name);
  if (std::system(git.c_str()) == 0) measure_suggestions(root, "git");
  fs::remove_all(root);
  measure_frames();
  return 0;
}
