// What the next batch holds: whose decodes, whose piece of a prompt, and how large.

#include <algorithm>
#include <span>

#include "hearth/engine/resume_points.h"
#include "hearth/engine/scheduler.h"

namespace hearth::engine {
namespace {

/// How long after an arrival the next one is expected.
constexpr double company_ms = 2000;
/// Where no answer is being written, shorter prompts are read in pieces so many times longer.
constexpr double piece_without_answers = 4;
/// An answer with fewer tokens has only just begun, and somebody waits for it.
constexpr int young_answer = 32;

Reading reading(const Task& task) {
  return {.rate = task.rate, .depth = task.n_computed};
}

}  // namespace

/// True if nobody waits for the prompt that is being read, nor is expected to come.
bool Scheduler::alone() const {
  // Those that wait for the prefix that is being computed want it soon.
  const bool others_wait =
      std::ranges::any_of(waiting_, [](const auto& task) { return !task->shares; });
  return running_.size() <= 1 && !others_wait && ms_since(last_company_) > company_ms;
}

Turns::Others Scheduler::others(bool shorter_prompts) const {
  const auto just_begins = [](const auto& task) {
    return !task->prefilling() && task->n_output < young_answer;
  };
  if (shorter_prompts || std::ranges::any_of(running_, just_begins)) return Turns::Others::waiting;
  return running_.size() > 1 ? Turns::Others::writing : Turns::Others::nobody;
}

/// Those whose prompts are being read, the one that needs least first.
std::vector<Task*> Scheduler::reading_by_need() const {
  std::vector<Task*> reading;
  for (const auto& task : running_) {
    if (task->prefilling()) reading.push_back(task.get());
  }
  std::ranges::stable_sort(reading, {}, &Task::n_missing);
  return reading;
}

std::vector<Scheduler::Piece> Scheduler::plan_batch(std::vector<Context::Row>& rows) {
  std::vector<Piece> pieces;
  piece_of_longest_ = nullptr;
  // A cell counts as used when it is computed, so what is still to come is asked for together.
  while (!running_.empty() && !cache_.reserve(n_outstanding())) {
    if (running_.size() == 1) {
      finish(*running_.front(), chat::StopReason::context_full, {});
      running_.clear();
      return {};
    }
    park_youngest();
  }

  for (const auto& task : running_) {
    if (!task->prefilling()) add_rows(*task, 1, rows, pieces);
  }
  const int decode_rows = static_cast<int>(rows.size());
  const int left = context_.options().n_ubatch - decode_rows;
  const std::vector<Task*> by_need = reading_by_need();
  if (left <= 0 || by_need.empty()) return pieces;
  if (turns_.longest_is_next(others(by_need.size() > 1))) {
    Task* const longest = by_need.back();
    add_piece(*longest, largest_piece(*longest, decode_rows, left), rows, pieces);
    piece_of_longest_ = longest;
  } else {
    add_shorter(by_need, left, rows, pieces);
  }
  return pieces;
}

/// Rows of the next piece of a prompt that the others have to wait for.
int Scheduler::largest_piece(const Task& task, int decode_rows, int left) const {
  // A block of a grid is computed as a whole.
  if (context_.options().grid > 0) return left;
  if (alone()) {
    return without_narrow_rest(task.n_missing(), pace_.rows_alone(reading(task), left));
  }
  return pace_.rows_in(pace_.piece_ms(), reading(task), decode_rows, left);
}

/// True if the piece of the longest takes longer than an arrival may be made to wait. To break off
/// a shorter one would lose more time, of answers too, than it wins.
bool Scheduler::holds_up(const std::vector<Piece>& pieces) const {
  return std::ranges::any_of(pieces, [this](const Piece& piece) {
    return piece.task == piece_of_longest_ &&
           pace_.ms_of(piece.n_tokens, reading(*piece.task)) > pace_.piece_ms();
  });
}

/// Pieces of all prompts but the longest.
void Scheduler::add_shorter(const std::vector<Task*>& by_need, int left,
                            std::vector<Context::Row>& rows, std::vector<Piece>& pieces) {
  const int decode_rows = static_cast<int>(rows.size());
  double ms = pace_.piece_ms() * (rows.empty() ? piece_without_answers : 1);
  for (Task* const task : std::span(by_need).first(by_need.size() - 1)) {
    if (left <= 0 || ms <= 0) break;
    const int n = pace_.rows_in(ms, reading(*task), decode_rows, left);
    const int added = add_piece(*task, n, rows, pieces);
    left -= added;
    ms -= pace_.ms_of(added, reading(*task));
  }
}

int Scheduler::add_piece(Task& task, int most, std::vector<Context::Row>& rows,
                         std::vector<Piece>& pieces) {
  const int n = up_to_resume_point(context_, task.resume_points, task.n_computed,
                                   std::min(task.n_missing(), most));
  add_rows(task, n, rows, pieces);
  return n;
}

void Scheduler::add_rows(Task& task, int n_tokens, std::vector<Context::Row>& rows,
                         std::vector<Piece>& pieces) {
  for (int i = 0; i < n_tokens; ++i) {
    const int position = task.n_computed + i;
    const bool last = position + 1 == static_cast<int>(task.tokens.size());
    rows.push_back(
        {task.tokens[static_cast<std::size_t>(position)], position, task.sequence, last});
  }
  pieces.push_back({&task, n_tokens, static_cast<int>(rows.size()) - 1});
}

void Scheduler::note_pace(const std::vector<Piece>& pieces, double ms) {
  const Piece* read = nullptr;
  int n_read = 0;
  int decode_rows = 0;
  for (const Piece& piece : pieces) {
    if (piece.task->prefilling()) {
      read = &piece;
      ++n_read;
    } else {
      decode_rows += piece.n_tokens;
    }
  }
  if (n_read == 0) pace_.note_decodes(ms);
  // Of several prompts together it is not known what each one took.
  if (n_read == 1) {
    pace_.note_piece(read->n_tokens, decode_rows, read->task->n_computed, ms, read->task->rate);
  }
  if (piece_of_longest_ != nullptr) {
    turns_.note_longest(ms);
  } else {
    turns_.note_others(ms);
  }
}

}  // namespace hearth::engine
