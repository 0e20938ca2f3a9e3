// The prefix tree at its full size: ten million tokens in conversations that fork. How long a
// prompt of 100,000 tokens takes to be found in it, an entry to be put behind one, and one to be
// evicted; and what the tree takes beyond the tokens.
//
//     build/release/bench/kv_bench
//
// Entries are of 170 tokens, which is what 16 MB of Qwen3-30B's KV state are, and have no payload.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <vector>

#include <malloc.h>

#include "hearth/kv/archive.h"

namespace {

namespace kv = hearth::kv;
using Clock = std::chrono::steady_clock;

constexpr int entry_tokens = 170;
constexpr std::uint64_t token_bytes = 98304;
constexpr std::size_t all_tokens = 10'000'000;
constexpr int prompt_tokens = 100'000;

std::mt19937& generator() {
  static std::mt19937 random(1);
  return random;
}

int below(int n) {
  return static_cast<int>(generator()() % static_cast<unsigned>(n));
}

void append(std::vector<kv::Token>& tokens, int n) {
  for (int i = 0; i < n; ++i) tokens.push_back(below(150'000));
}

/// Puts what of `tokens` is not stored, entry by entry, as the server saves it.
void store(kv::Archive& archive, const std::vector<kv::Token>& tokens) {
  const kv::TokenSpan all(tokens);
  int from = archive.reach(all).rows;
  while (from < static_cast<int>(tokens.size())) {
    const int to = std::min(from + entry_tokens, static_cast<int>(tokens.size()));
    const auto bytes = static_cast<std::uint64_t>(to - from) * token_bytes;
    archive.put_rows(all.first(static_cast<std::size_t>(to)), from, kv::Blob::pretended(bytes));
    from = to;
  }
}

class Times {
 public:
  template <class Work>
  void take(Work work) {
    const auto began = Clock::now();
    work();
    us_.push_back(std::chrono::duration<double, std::micro>(Clock::now() - began).count());
  }
  void print(const char* name) {
    std::ranges::sort(us_);
    const auto at = [&](double part) {
      return us_[static_cast<std::size_t>(part * static_cast<double>(us_.size() - 1))];
    };
    fmt::print("{:34} {:>6} times  p50 {:8.1f} us  p99 {:8.1f} us  max {:8.1f} us\n", name,
               us_.size(), at(0.5), at(0.99), us_.back());
  }

 private:
  std::vector<double> us_;
};

std::size_t heap_bytes() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

}  // namespace

int main() {
  kv::Archive::Options options;
  options.host_bytes = ~std::uint64_t{0} / 4;
  options.policy = kv::by_value({});
  const std::size_t before = heap_bytes();
  kv::Archive archive(std::move(options));

  // Conversations on a few system prompts, with forks; every fourth one is long.
  std::vector<std::vector<kv::Token>> heads(8);
  for (auto& head : heads) append(head, 12'000);
  std::vector<std::vector<kv::Token>> long_ones;
  while (archive.totals().tokens < all_tokens) {
    std::vector<kv::Token> tokens = heads[static_cast<std::size_t>(below(8))];
    const bool is_long = below(4) == 0;
    const int length = is_long ? prompt_tokens : 12'000 + below(30'000);
    while (static_cast<int>(tokens.size()) < length) {
      const int turn = 200 + below(2'000);
      append(tokens, std::min(turn, length - static_cast<int>(tokens.size())));
      store(archive, tokens);
      if (below(10) != 0) continue;
      std::vector<kv::Token> fork = tokens;
      append(fork, 300);
      store(archive, fork);
    }
    if (is_long) long_ones.push_back(std::move(tokens));
  }
  const auto totals = archive.totals();
  const std::size_t heap = heap_bytes() - before - long_ones.size() * prompt_tokens * 4;
  fmt::print("{} tokens in {} entries; {} conversations of {} tokens\n", totals.tokens,
             totals.items, long_ones.size(), prompt_tokens);
  const double per_token = static_cast<double>(heap) / static_cast<double>(totals.tokens);
  fmt::print(
      "memory: {:.1f} bytes per token, {:.1f} beyond the token itself (heap, all of the "
      "archive)\n\n",
      per_token, per_token - 4);

  Times match;
  Times pinned;
  Times insert;
  Times evict;
  for (int i = 0; i < 2'000; ++i) {
    std::vector<kv::Token> prompt =
        long_ones[static_cast<std::size_t>(below(static_cast<int>(long_ones.size())))];
    // Half of them leave what is known somewhere.
    if (i % 2 == 0) prompt[static_cast<std::size_t>(below(prompt_tokens))] = -1;
    match.take([&] { (void)archive.reach(prompt); });
    pinned.take([&] { (void)archive.hold(prompt); });
    prompt.resize(prompt_tokens - 200);
    append(prompt, entry_tokens);
    const int from = archive.reach(prompt).rows;
    insert.take(
        [&] { archive.put_rows(prompt, from, kv::Blob::pretended(entry_tokens * token_bytes)); });
  }
  // From here on there is no room: what is asked for has to be made.
  const std::uint64_t used = archive.totals().host_bytes;
  const std::uint64_t room = ~std::uint64_t{0} / 4 - used;
  for (int i = 1; i <= 10'000; ++i) {
    const std::uint64_t wanted = room + static_cast<std::uint64_t>(i) * entry_tokens * token_bytes;
    evict.take([&] { (void)archive.make_room(wanted); });
  }
  match.print("match of 100,000 tokens");
  pinned.print("the same, pinned for a request");
  insert.print("insert of an entry behind 100,000");
  evict.print("evict an entry");
  return 0;
}
