#include "hearth/engine/work_ahead.h"

#include <algorithm>
#include <utility>

#include "hearth/engine/resume_points.h"

namespace hearth::engine {
namespace {

/// Older guesses are of conversations that went to sleep.
constexpr std::size_t most_guesses = 4;
/// A batch that cannot be broken off is this small, so that an arrival hardly waits for it.
constexpr int rows_without_abort = 64;

}  // namespace

WorkAhead::WorkAhead(Context& context, kv::PrefixCache& cache, std::function<bool()> somebody_came)
    : context_(context), cache_(cache), somebody_came_(std::move(somebody_came)) {}

void WorkAhead::expect(const std::string& session, std::vector<Token> tokens) {
  forget(session);
  if (tokens.empty() || static_cast<int>(tokens.size()) >= context_.window()) return;
  Guess guess;
  guess.session = session;
  // Of a grid only whole blocks are kept.
  if (const auto grid = static_cast<std::size_t>(context_.options().grid); grid > 0) {
    tokens.resize(tokens.size() / grid * grid);
    if (tokens.empty()) return;
  }
  guess.resume_points = choose_resume_points(context_, tokens);
  guess.tokens = std::move(tokens);
  guesses_.push_front(std::move(guess));
  if (guesses_.size() > most_guesses) {
    release(guesses_.back());
    guesses_.pop_back();
  }
}

void WorkAhead::forget(const std::string& session) {
  std::erase_if(guesses_, [&](Guess& guess) {
    if (guess.session != session) return false;
    release(guess);
    return true;
  });
}

void WorkAhead::clear() {
  pause();
  guesses_.clear();
}

void WorkAhead::pause() {
  for (Guess& guess : guesses_) release(guess);
}

int WorkAhead::take_computed() {
  return std::exchange(computed_, 0);
}

bool WorkAhead::work() {
  if (guesses_.empty()) return false;
  Guess& guess = guesses_.front();
  // What is on its way from disk wakes the engine when it is there.
  if (guess.sequence < 0 && !cache_.prepare(guess.tokens, guess.preparation)) return false;
  const int all = static_cast<int>(guess.tokens.size());
  if (guess.sequence < 0 && (!begin(guess) || guess.n_computed >= all)) {
    release(guess);
    guesses_.pop_front();
    return true;
  }

  const bool abortable = context_.resume_points() != kv::ResumePoints::state;
  const bool whole = abortable || context_.options().grid > 0;
  const int largest = whole ? context_.options().n_ubatch : rows_without_abort;
  const int n = up_to_resume_point(context_, guess.resume_points, guess.n_computed,
                                   std::min(largest, all - guess.n_computed));
  std::vector<Context::Row> rows;
  for (int position = guess.n_computed; position < guess.n_computed + n; ++position) {
    rows.push_back(
        {guess.tokens[static_cast<std::size_t>(position)], position, guess.sequence, false});
  }
  yields_ = abortable;
  // Who came before the mark did not see it.
  if (abortable && somebody_came_()) context_.request_abort();
  const Context::Outcome outcome = context_.decode(rows);
  yields_ = false;
  context_.clear_abort();
  switch (outcome) {
    case Context::Outcome::done: break;
    case Context::Outcome::aborted: return true;
    case Context::Outcome::no_room:
    case Context::Outcome::failed:
      release(guess);
      guesses_.pop_front();
      return true;
  }
  cache_.extend(guess.sequence, kv::TokenSpan(guess.tokens)
                                    .subspan(static_cast<std::size_t>(guess.n_computed),
                                             static_cast<std::size_t>(n)));
  const int before = guess.n_computed;
  guess.n_computed += n;
  computed_ += n;
  keep_points(guess, before);
  if (guess.n_computed == all) {
    release(guess);
    guesses_.pop_front();
  }
  return true;
}

bool WorkAhead::begin(Guess& guess) {
  const auto lease = cache_.acquire(guess.tokens, guess.preparation);
  guess.preparation = {};
  if (!lease) return false;
  guess.sequence = lease->sequence;
  guess.n_computed = lease->reused;
  return cache_.reserve(static_cast<int>(guess.tokens.size()) - lease->reused);
}

void WorkAhead::keep_points(const Guess& guess, int before) {
  for (auto point = std::ranges::upper_bound(guess.resume_points, before);
       point != guess.resume_points.end() && *point <= guess.n_computed; ++point) {
    cache_.keep_point(guess.sequence, *point);
  }
}

void WorkAhead::release(Guess& guess) {
  if (guess.sequence >= 0) cache_.release(guess.sequence, kv::PrefixCache::Ending::whole);
  guess.sequence = -1;
  guess.preparation = {};
}

}  // namespace hearth::engine
