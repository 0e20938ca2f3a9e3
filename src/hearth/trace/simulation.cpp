#include "hearth/trace/simulation.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "hearth/kv/archive.h"
#include "hearth/kv/tiered_prefixes.h"
#include "hearth/trace/clairvoyant.h"
#include "hearth/trace/simulated_device.h"

namespace hearth::trace {
namespace {

/// Where the blocks of a prompt came from.
struct Hits {
  int device = 0;
  int host = 0;
  int disk = 0;
};

class Account {
 public:
  Account(const Timeline& timeline, const SimulationOptions& options)
      : block_tokens_(timeline.block_tokens), options_(options) {}

  void add(const Step& step, const Hits& hits) {
    const std::int64_t prompt = step.request->prompt_tokens;
    ++outcome_.requests;
    outcome_.prompt_tokens += prompt;
    outcome_.fresh_tokens += prompt - tokens(step.n_seen);
    outcome_.hit_device_tokens += tokens(hits.device);
    outcome_.hit_host_tokens += tokens(hits.host);
    outcome_.hit_disk_tokens += tokens(hits.disk);
    const auto computed = static_cast<double>(prompt - tokens(hits.device + hits.host + hits.disk));
    ttft_.push_back(computed / options_.prefill_tokens_per_second +
                    bytes(hits.host + hits.disk) / options_.host_bytes_per_second +
                    bytes(hits.disk) / options_.disk_bytes_per_second);
  }

  Outcome close() {
    std::ranges::sort(ttft_);
    outcome_.ttft = {.p50 = percentile(0.5), .p90 = percentile(0.9), .p99 = percentile(0.99)};
    return outcome_;
  }

 private:
  [[nodiscard]] std::int64_t tokens(int blocks) const {
    return static_cast<std::int64_t>(blocks) * block_tokens_;
  }
  [[nodiscard]] double bytes(int blocks) const {
    return static_cast<double>(tokens(blocks)) * static_cast<double>(options_.bytes_per_token);
  }
  /// The smallest value that is not below so large a part of all.
  [[nodiscard]] double percentile(double part) const {
    const auto rank = std::ceil(part * static_cast<double>(ttft_.size()));
    return ttft_[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
  }

  int block_tokens_;
  const SimulationOptions& options_;
  Outcome outcome_;
  std::vector<double> ttft_;
};

std::unique_ptr<kv::EvictionPolicy> policy_of(const SimulationOptions& options, int block_tokens) {
  if (options.policy == Policy::lru) return kv::least_recently_used();
  // One token of the cache is a whole block here.
  kv::PrefillCost cost;
  cost.seconds_per_token = block_tokens / options.prefill_tokens_per_second;
  cost.seconds_per_depth = cost.seconds_per_token * block_tokens * 1e-4;
  return kv::by_value(cost);
}

/// The server's own cache, without a model.
class Cache {
 public:
  Cache(const Timeline& timeline, const SimulationOptions& options)
      : block_bytes_(options.bytes_per_token * static_cast<std::uint64_t>(timeline.block_tokens)),
        longest_(static_cast<int>(timeline.longest) + 1),
        device_(static_cast<int>(options.device_bytes / block_bytes_) + longest_, block_bytes_),
        archive_(std::make_shared<kv::Archive>(archive_options(timeline, options))),
        prefixes_(device_, archive_, pieces()) {}

  Hits request(const Step& step) {
    now_ = step.seconds;
    // The prompt's end, which has no hash, is what is always computed.
    std::vector<kv::Token> prompt = step.blocks;
    prompt.push_back(-1);
    kv::Preparation preparation;
    while (!prefixes_.prepare(prompt, preparation)) archive_->poll();
    auto lease = prefixes_.acquire(prompt, preparation);
    preparation = {};
    if (!lease || !prefixes_.reserve(static_cast<int>(prompt.size()) - lease->reused)) return {};
    prefixes_.extend(lease->sequence,
                     kv::TokenSpan(step.blocks).subspan(static_cast<std::size_t>(lease->reused)));
    prefixes_.release(lease->sequence, kv::PrefixCache::Ending::whole);
    while (prefixes_.tidy()) {
    }
    // Leaves room for the longest prompt: that is no part of the budget.
    (void)prefixes_.reserve(longest_);
    return {.device = lease->reused - lease->from_host - lease->from_disk,
            .host = lease->from_host,
            .disk = lease->from_disk};
  }

  [[nodiscard]] kv::Archive::Totals totals() const { return archive_->totals(); }

 private:
  kv::Archive::Options archive_options(const Timeline& timeline, const SimulationOptions& options) {
    kv::Archive::Options made;
    made.host_bytes = options.host_bytes;
    made.disk_bytes = options.disk_bytes;
    made.policy = policy_of(options, timeline.block_tokens);
    if (options.disk_bytes > 0) made.store = std::make_unique<SimulatedStore>();
    made.clock = [this] { return now_; };
    return made;
  }

  /// As the server's, in blocks.
  [[nodiscard]] static kv::TieredPrefixes::Pieces pieces() {
    return {.smallest = 1, .largest = 64, .narrow = 4};
  }

  std::uint64_t block_bytes_;
  int longest_;
  double now_ = 0;
  SimulatedDevice device_;
  std::shared_ptr<kv::Archive> archive_;
  kv::TieredPrefixes prefixes_;
};

Outcome simulate_clairvoyant(const Timeline& timeline, const SimulationOptions& options) {
  const std::uint64_t block_bytes =
      options.bytes_per_token * static_cast<std::uint64_t>(timeline.block_tokens);
  const std::uint64_t bytes = options.device_bytes + options.host_bytes + options.disk_bytes;
  const auto hits = clairvoyant_hits(timeline, static_cast<std::size_t>(bytes / block_bytes));
  Account account(timeline, options);
  for (std::size_t i = 0; i < hits.size(); ++i) {
    account.add(timeline.steps[i], {.device = hits[i]});
  }
  return account.close();
}

}  // namespace

Outcome simulate(const Timeline& timeline, const SimulationOptions& options) {
  if (options.policy == Policy::belady) return simulate_clairvoyant(timeline, options);
  Cache cache(timeline, options);
  Account account(timeline, options);
  for (const Step& step : timeline.steps) account.add(step, cache.request(step));
  Outcome outcome = account.close();
  outcome.written_bytes = cache.totals().written_bytes;
  outcome.evicted_entries = cache.totals().evicted_items;
  return outcome;
}

}  // namespace hearth::trace
