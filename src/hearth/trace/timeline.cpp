#include "hearth/trace/timeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace hearth::trace {
namespace {

double duration(const Session& session) {
  double end = 0;
  for (const Request& request : session.requests) {
    end = std::max(end, request.seconds + request.api_seconds);
  }
  return end;
}

/// Numbers a session's blocks from `next` on.
void add_session(const Session& session, std::size_t index, double start, kv::Token& next,
                 Timeline& timeline) {
  std::unordered_map<std::int64_t, kv::Token> numbers;
  for (const Request& request : session.requests) {
    Step step;
    step.seconds = start + request.seconds;
    step.session = index;
    step.request = &request;
    step.blocks.reserve(request.blocks.size());
    for (const std::int64_t id : request.blocks) {
      const auto [number, is_new] = numbers.try_emplace(id, next);
      if (is_new) {
        ++next;
      } else if (step.n_seen == static_cast<int>(step.blocks.size())) {
        ++step.n_seen;
      }
      step.blocks.push_back(number->second);
    }
    timeline.longest = std::max(timeline.longest, step.blocks.size());
    timeline.steps.push_back(std::move(step));
  }
}

}  // namespace

Result<Timeline> make_timeline(const std::vector<Session>& sessions, int conversations) {
  Timeline timeline;
  std::vector<double> slots(static_cast<std::size_t>(std::max(conversations, 1)), 0.0);
  kv::Token next = 0;
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    if (i == 0) timeline.block_tokens = sessions[i].block_tokens;
    if (sessions[i].block_tokens != timeline.block_tokens) {
      return fail(
          ErrorKind::invalid_request,
          fmt::format("{} has blocks of {} tokens, {} of {}; simulate them apart", sessions[0].name,
                      timeline.block_tokens, sessions[i].name, sessions[i].block_tokens));
    }
    const auto slot = std::ranges::min_element(slots);
    add_session(sessions[i], i, *slot, next, timeline);
    *slot += duration(sessions[i]);
  }
  if (timeline.steps.empty()) {
    return fail(ErrorKind::invalid_request, "the traces hold no requests");
  }
  timeline.n_blocks = static_cast<std::size_t>(next);
  std::ranges::stable_sort(timeline.steps, {}, &Step::seconds);
  // What a session had before was counted in its own order, which the sort keeps.
  return timeline;
}

}  // namespace hearth::trace
