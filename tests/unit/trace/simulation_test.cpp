#include "hearth/trace/simulation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <map>
#include <numeric>
#include <random>
#include <set>

#include "hearth/trace/clairvoyant.h"

namespace hearth::trace {
namespace {

/// Random conversations that go on, fork, and begin anew. Ids of blocks name their prefix.
Session random_session(std::mt19937& random, int n_requests, int most_new) {
  Session session;
  std::map<std::vector<int>, std::int64_t> ids;
  std::vector<std::vector<int>> prompts = {{}};
  double seconds = 0;
  int next = 0;
  const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  for (int i = 0; i < n_requests; ++i) {
    std::vector<int> prompt =
        prompts[static_cast<std::size_t>(pick(static_cast<int>(prompts.size())))];
    if (!prompt.empty() && pick(3) == 0)
      prompt.resize(static_cast<std::size_t>(pick(static_cast<int>(prompt.size()))));
    for (int k = 1 + pick(most_new); k > 0; --k) prompt.push_back(next++);
    Request request;
    request.seconds = seconds += 1 + pick(100);
    for (std::size_t n = 1; n <= prompt.size(); ++n) {
      const std::vector<int> prefix(prompt.begin(),
                                    prompt.begin() + static_cast<std::ptrdiff_t>(n));
      request.blocks.push_back(
          ids.try_emplace(prefix, static_cast<std::int64_t>(ids.size())).first->second);
    }
    request.prompt_tokens = static_cast<std::int64_t>(prompt.size()) * 64 + 10;
    session.requests.push_back(std::move(request));
    prompts.push_back(std::move(prompt));
  }
  return session;
}

/// The most hits that any cache of `capacity` blocks can have from `step` on, holding `held`: every
/// choice of what to keep is tried.
int best_hits(const Timeline& timeline, std::size_t capacity, std::size_t step,
              const std::set<kv::Token>& held,
              std::map<std::pair<std::size_t, std::set<kv::Token>>, int>& known) {
  if (step == timeline.steps.size()) return 0;
  const auto memo = known.find({step, held});
  if (memo != known.end()) return memo->second;
  const auto& blocks = timeline.steps[step].blocks;
  int hits = 0;
  while (hits < static_cast<int>(blocks.size()) &&
         held.contains(blocks[static_cast<std::size_t>(hits)]))
    ++hits;
  std::set<kv::Token> all = held;
  all.insert(blocks.begin(), blocks.end());
  const std::vector<kv::Token> choices(all.begin(), all.end());
  int best = 0;
  for (std::uint32_t mask = 0; mask < (1U << choices.size()); ++mask) {
    if (static_cast<std::size_t>(std::popcount(mask)) != std::min(capacity, choices.size()))
      continue;
    std::set<kv::Token> kept;
    for (std::size_t i = 0; i < choices.size(); ++i) {
      if ((mask >> i & 1U) != 0) kept.insert(choices[i]);
    }
    best = std::max(best, best_hits(timeline, capacity, step + 1, kept, known));
  }
  return known[{step, held}] = hits + best;
}

int sum(const std::vector<int>& hits) {
  return std::accumulate(hits.begin(), hits.end(), 0);
}

TEST(Clairvoyant, IsAsGoodAsTryingEveryChoice) {
  int telling = 0;
  for (unsigned seed = 0; seed < 60; ++seed) {
    std::mt19937 random(seed);
    const std::vector<Session> sessions = {random_session(random, 4, 2),
                                           random_session(random, 3, 2)};
    const auto timeline = make_timeline(sessions, 2);
    ASSERT_TRUE(timeline.has_value());
    const std::size_t capacity = 2 + seed % 3;
    if (timeline->n_blocks > 11) continue;
    std::map<std::pair<std::size_t, std::set<kv::Token>>, int> known;
    const int best = best_hits(*timeline, capacity, 0, {}, known);
    EXPECT_EQ(sum(clairvoyant_hits(*timeline, capacity)), best) << "seed " << seed;
    if (best > 0) ++telling;
  }
  EXPECT_GT(telling, 15);
}

TEST(Clairvoyant, IsNeverBelowTheServersOwnCacheWithAsMuchRoom) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    std::vector<Session> sessions;
    for (int i = 0; i < 6; ++i) sessions.push_back(random_session(random, 25, 8));
    const auto timeline = make_timeline(sessions, 3);
    ASSERT_TRUE(timeline.has_value());
    SimulationOptions options;
    options.bytes_per_token = 1000;
    const std::uint64_t working_set = timeline->n_blocks * 64 * options.bytes_per_token;
    options.device_bytes = working_set / 20;
    options.host_bytes = working_set / (2 + seed % 5);
    options.disk_bytes = seed % 2 == 0 ? 0 : working_set / 4;
    const auto run = [&](Policy policy) {
      options.policy = policy;
      return simulate(*timeline, options);
    };
    const Outcome bound = run(Policy::belady);
    for (const Policy policy : {Policy::value, Policy::lru}) {
      const Outcome outcome = run(policy);
      EXPECT_LE(outcome.hit_tokens(), bound.hit_tokens()) << "seed " << seed;
      EXPECT_GT(outcome.hit_tokens(), 0);
      EXPECT_EQ(outcome.prompt_tokens, bound.prompt_tokens);
      EXPECT_EQ(outcome.fresh_tokens, bound.fresh_tokens);
    }
  }
}

TEST(Simulation, WithRoomForAllOnlyFreshTokensAreComputed) {
  std::mt19937 random(7);
  const std::vector<Session> sessions = {random_session(random, 40, 10),
                                         random_session(random, 40, 10)};
  const auto timeline = make_timeline(sessions, 2);
  ASSERT_TRUE(timeline.has_value());
  SimulationOptions options;
  options.bytes_per_token = 1000;
  const std::uint64_t plenty = timeline->n_blocks * 64 * 1000 * 4;
  for (const int tier : {0, 1, 2}) {
    options.device_bytes = tier == 0 ? plenty : 0;
    // What goes to the disk goes through memory, a prompt at a time.
    options.host_bytes = tier == 1 ? plenty : plenty / 8;
    options.disk_bytes = tier == 2 ? plenty : 0;
    const Outcome outcome = simulate(*timeline, options);
    if (tier == 0) {
      EXPECT_GT(outcome.hit_device_tokens, 0);
    } else {
      EXPECT_EQ(outcome.recompute_ratio(), 1) << "tier " << tier;
      EXPECT_EQ(outcome.hit_device_tokens, 0);
    }
    EXPECT_EQ(outcome.written_bytes > 0, tier == 2);
  }
}

TEST(Timeline, ASlotTakesTheNextSessionWhenItsLastHasEnded) {
  std::vector<Session> sessions(3);
  for (int i = 0; i < 3; ++i) {
    auto& requests = sessions[static_cast<std::size_t>(i)].requests;
    requests.resize(2);
    requests[1].seconds = i == 0 ? 100 : 10;
    requests[1].api_seconds = 5;
    for (Request& request : requests) request.blocks = {1};
  }
  const auto timeline = make_timeline(sessions, 2);
  ASSERT_TRUE(timeline.has_value());
  ASSERT_EQ(timeline->steps.size(), 6U);
  EXPECT_EQ(timeline->n_blocks, 3U);
  std::vector<std::pair<double, std::size_t>> order;
  for (const Step& step : timeline->steps) order.emplace_back(step.seconds, step.session);
  EXPECT_EQ(order, (std::vector<std::pair<double, std::size_t>>{
                       {0, 0}, {0, 1}, {10, 1}, {15, 2}, {25, 2}, {100, 0}}));
  EXPECT_EQ(timeline->steps[5].n_seen, 1);
}

TEST(Timeline, BlocksOfDifferentSizesAreRefused) {
  std::vector<Session> sessions(2);
  for (Session& session : sessions) session.requests.resize(1);
  sessions[1].block_tokens = 16;
  EXPECT_FALSE(make_timeline(sessions, 1).has_value());
  EXPECT_FALSE(make_timeline({}, 1).has_value());
}

}  // namespace
}  // namespace hearth::trace
