#include "hearth/trace/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

namespace hearth::trace {
namespace {

double percent(std::int64_t part, std::int64_t whole) {
  return 100 * static_cast<double>(part) / static_cast<double>(std::max<std::int64_t>(whole, 1));
}

/// What a session has shown so far.
class Seen {
 public:
  /// So many blocks at the prompt's front were there before.
  [[nodiscard]] std::size_t front_of(const Request& request) const {
    const auto first_new = std::ranges::find_if(
        request.blocks, [&](std::int64_t id) { return !blocks_.contains(id); });
    return static_cast<std::size_t>(first_new - request.blocks.begin());
  }
  [[nodiscard]] bool ended_at(std::int64_t block) const { return ends_.contains(block); }
  void add(const Request& request) {
    blocks_.insert(request.blocks.begin(), request.blocks.end());
    if (!request.blocks.empty()) ends_.insert(request.blocks.back());
  }

 private:
  std::unordered_set<std::int64_t> blocks_;
  std::unordered_set<std::int64_t> ends_;  ///< the last blocks of prompts
};

Report::Kind& kind_of(Report& report, const Seen& seen, const Request& request, std::size_t n) {
  if (n == 0) return report.begun;
  if (n == request.blocks.size()) return report.repeated;
  return seen.ended_at(request.blocks[n - 1]) ? report.went_on : report.branched;
}

void add(Report& report, const Session& session) {
  Seen seen;
  for (const Request& request : session.requests) {
    const std::size_t n = seen.front_of(request);
    const std::int64_t known = static_cast<std::int64_t>(n) * session.block_tokens;
    const std::int64_t fresh = request.prompt_tokens - known;
    Report::Kind& kind = kind_of(report, seen, request, n);
    ++kind.requests;
    kind.prompt_tokens += request.prompt_tokens;
    kind.fresh_tokens += fresh;
    report.output_tokens += request.output_tokens;
    if (request.reused_tokens >= 0) {
      ++report.recorded_requests;
      report.recorded_reused_tokens += request.reused_tokens;
      report.recorded_fresh_tokens += fresh;
      report.recorded_missed_tokens += std::max<std::int64_t>(known - request.reused_tokens, 0);
    }
    seen.add(request);
  }
  ++report.sessions;
}

std::string line(const char* words, const Report::Kind& kind) {
  return fmt::format("{:>8} {:44} {:>12} tokens, {:>12} of them new\n", kind.requests, words,
                     kind.prompt_tokens, kind.fresh_tokens);
}

}  // namespace

Report::Kind Report::all() const {
  Kind sum;
  for (const Kind* kind : {&begun, &went_on, &branched, &repeated}) {
    sum.requests += kind->requests;
    sum.prompt_tokens += kind->prompt_tokens;
    sum.fresh_tokens += kind->fresh_tokens;
  }
  return sum;
}

Report report_on(const std::vector<Session>& sessions) {
  Report report;
  for (const Session& session : sessions) add(report, session);
  return report;
}

std::string in_words(const Report& report) {
  const Report::Kind all = report.all();
  std::string text =
      fmt::format("{} sessions, {} requests, {} prompt tokens, {} tokens answered\n\n",
                  report.sessions, all.requests, all.prompt_tokens, report.output_tokens);
  text += line("began with nothing known", report.begun);
  text += line("went on where an earlier prompt ended", report.went_on);
  text += line("left every earlier prompt before its end", report.branched);
  text += line("repeated an earlier prompt", report.repeated);
  text += fmt::format(
      "\nOf all tokens {:.1f} % were new; {:.1f} % had been read before in the same session, and a "
      "cache that forgets nothing need not read them again.\n",
      percent(all.fresh_tokens, all.prompt_tokens),
      percent(all.prompt_tokens - all.fresh_tokens, all.prompt_tokens));
  if (report.recorded_requests > 0) {
    text += fmt::format(
        "As recorded, {} tokens were reused, and {} read although the session had them.\n",
        report.recorded_reused_tokens, report.recorded_missed_tokens);
  } else {
    text += "The traces do not say what the server reused.\n";
  }
  return text;
}

}  // namespace hearth::trace
