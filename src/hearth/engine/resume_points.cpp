#include "hearth/engine/resume_points.h"

#include <algorithm>
#include <bit>

namespace hearth::engine {
namespace {

/// Resume points closer together than this are not worth their cost: a cut of the prefill for
/// recurrent state, a copy of the window for the others.
constexpr int least_between_states = 32;
constexpr int least_between_windows = 16;
/// But for the first: many conversations begin with the same system prompt, however short.
constexpr int least_first = 8;
/// And where no turn begins, this far apart: a batch of prefill is cut there anyway.
constexpr int most_between_states = 512;
constexpr int most_between_windows = 2048;
/// A prompt without any turns may be left anywhere: its points stand closer, as close as their
/// bytes are worth.
constexpr int least_in_raw_prompt = 64;

/// The distance at which points take at most twice the bytes of the rows between them.
int distance_without_turns(const Context& context) {
  const std::uint64_t bytes = context.point_bytes();
  if (bytes == 0) return most_between_states;  // none was kept yet
  const std::uint64_t rows = bytes / std::max<std::uint64_t>(2 * context.row_bytes(), 1);
  return static_cast<int>(
      std::clamp<std::uint64_t>(std::bit_ceil(rows), least_in_raw_prompt, most_between_states));
}

/// Where blocks of the grid end: every so often, and the last one.
std::vector<int> resume_points_on_grid(int grid, int n_tokens) {
  const int last = (n_tokens - 1) / grid * grid;
  const int distance = (most_between_states + grid - 1) / grid * grid;
  std::vector<int> points;
  for (int at = distance; at < last; at += distance) points.push_back(at);
  if (last > 0) points.push_back(last);
  return points;
}

}  // namespace

std::vector<int> choose_resume_points(const Context& context, const std::vector<Token>& tokens) {
  const auto kind = context.resume_points();
  if (kind == kv::ResumePoints::any_position) return {};
  if (const int grid = context.options().grid; grid > 0) {
    return resume_points_on_grid(grid, static_cast<int>(tokens.size()));
  }
  const bool state = kind == kv::ResumePoints::state;
  const std::vector<int> turns = context.weights().turn_starts(tokens);
  const int least = state ? least_between_states : least_between_windows;
  int most = state ? most_between_states : most_between_windows;
  if (turns.empty()) most = distance_without_turns(context);

  std::vector<int> points;
  int last = 0;
  const auto add = [&](int position) {
    if (position - last < (last == 0 ? least_first : least)) return;
    for (; position - last > most + least; last += most) points.push_back(last + most);
    points.push_back(position);
    last = position;
  };
  for (const int start : turns) add(start);
  add(static_cast<int>(tokens.size()) - 1);
  return points;
}

int up_to_resume_point(const Context& context, const std::vector<int>& points, int done,
                       int budget) {
  if (const int grid = context.options().grid; grid > 0) {
    return std::min(budget, grid - done % grid);
  }
  if (context.resume_points() != kv::ResumePoints::state) return budget;
  const auto next = std::ranges::upper_bound(points, done);
  return next == points.end() ? budget : std::min(budget, *next - done);
}

}  // namespace hearth::engine
