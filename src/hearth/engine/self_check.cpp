#include "hearth/engine/self_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "hearth/base/clock.h"

namespace hearth::engine {
namespace {

constexpr std::string_view check_text =
    "Write a function that returns the largest of three numbers, and say in one sentence how it "
    "was tested.";

struct Probe {
  std::vector<float> prefill;
  std::vector<float> step;
  double tokens_per_ms = 0;
};

Result<Probe> probe(const std::shared_ptr<const Weights>& weights, int n_threads,
                    FlashAttention flash_attention, const std::vector<Token>& tokens) {
  ContextOptions options;
  options.n_ctx = 256;
  options.n_ubatch = 64;
  options.n_sequences = 1;
  options.n_threads = n_threads;
  options.flash_attention = flash_attention;
  auto context = Context::create(weights, options);
  if (!context) return pass_on(context);

  std::vector<Context::Row> rows;
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    rows.push_back({tokens[i], static_cast<int>(i), 0, i + 2 == tokens.size()});
  }
  const auto n_vocab = static_cast<std::size_t>(weights->n_vocab());
  const auto refused = [] {
    return fail(ErrorKind::internal, "the engine could not compute the self-check");
  };
  Probe result;
  const auto began = Clock::now();
  if ((*context)->decode(rows) != Context::Outcome::done) return refused();
  result.tokens_per_ms = static_cast<double>(rows.size()) / std::max(ms_since(began), 0.001);
  const float* logits = (*context)->logits(static_cast<int>(rows.size()) - 1);
  result.prefill.assign(logits, logits + n_vocab);

  const auto last = tokens.size() - 1;
  if ((*context)->decode({{tokens[last], static_cast<int>(last), 0, true}}) !=
      Context::Outcome::done) {
    return refused();
  }
  logits = (*context)->logits(0);
  result.step.assign(logits, logits + n_vocab);
  return result;
}

/// Empty if the two agree; else what differs. Two correct kernels differ by some tenths in a logit
/// and may swap tokens that are that close; a wrong one is off by the logits' own spread.
std::string difference(const std::vector<float>& on, const std::vector<float>& off) {
  const auto top_of = [](const std::vector<float>& logits) {
    return static_cast<std::size_t>(std::ranges::max_element(logits) - logits.begin());
  };
  if (!std::ranges::all_of(on, [](float logit) { return std::isfinite(logit); })) {
    return "logits that are no numbers";
  }
  const std::size_t top_on = top_of(on);
  const std::size_t top_off = top_of(off);
  double sum = 0;
  double spread = 0;
  double mean = 0;
  for (const float logit : off) mean += logit;
  mean /= static_cast<double>(off.size());
  for (std::size_t i = 0; i < on.size(); ++i) {
    sum += std::abs(on[i] - off[i]);
    spread += std::abs(off[i] - mean);
  }
  const double relative = spread > 0 ? sum / spread : sum;
  const bool tie = top_on != top_off &&
                   std::abs(off[top_on] - off[top_off]) < 0.1 * std::abs(off[top_off] - mean);
  if (top_on != top_off && !tie) return "another top token";
  if (relative > 0.1) return fmt::format("logits off by {:.0f} % of their spread", 100 * relative);
  return {};
}

}  // namespace

Result<SelfCheck> check_flash_attention(const std::shared_ptr<const Weights>& weights,
                                        int n_threads) {
  std::vector<Token> tokens =
      weights->tokenize(check_text, Weights::Begin::of_sequence, Weights::Special::as_text);
  if (tokens.size() < 2) return SelfCheck{};
  tokens.resize(std::min<std::size_t>(tokens.size(), 64));

  auto off = probe(weights, n_threads, FlashAttention::off, tokens);
  if (!off) return pass_on(off);
  auto on = probe(weights, n_threads, FlashAttention::on, tokens);
  if (!on) return pass_on(on);

  SelfCheck check;
  check.tokens_per_ms = std::max(on->tokens_per_ms, off->tokens_per_ms);
  check.finding = difference(on->prefill, off->prefill);
  if (check.finding.empty()) check.finding = difference(on->step, off->step);
  check.flash_attention_agrees = check.finding.empty();
  return check;
}

}  // namespace hearth::engine
