#include "hearth/router/conversations.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace hearth::router {
namespace {

/// The last few requests count most.
void learn(double& average, double value) {
  constexpr double weight = 0.3;
  average = average == 0 ? value : average + weight * (value - average);
}

/// Too little was read to tell a rate from.
constexpr int least_measured_tokens = 64;

}  // namespace

std::optional<Weighing> Conversations::weigh(const std::string& conversation, std::size_t bytes,
                                             const std::string& to, double limit_seconds) {
  const std::lock_guard lock(mutex_);
  Known* const found = known_.find(conversation);
  if (found == nullptr) return std::nullopt;
  Known& known = *found;
  const Rates here = rates_[known.route];
  const Rates there = rates_[to];
  if (known.route == to || here.prefill == 0 || there.prefill == 0) return std::nullopt;

  const double growth =
      known.bytes == 0 ? 1 : static_cast<double>(bytes) / static_cast<double>(known.bytes);
  const double tokens = std::max(1.0, growth) * known.prompt_tokens;
  const auto read_there = known.tokens_on.find(to);
  const double left_there =
      std::max(0.0, tokens - (read_there == known.tokens_on.end() ? 0 : read_there->second));
  Weighing weighing;
  weighing.from = known.route;
  weighing.lost = left_there / there.prefill - (tokens - known.prompt_tokens) / here.prefill;
  if (here.decode > 0 && there.decode > 0) {
    weighing.gained = here.output_tokens * (1 / here.decode - 1 / there.decode);
  }
  const double limit = known.stayed ? limit_seconds / 2 : limit_seconds;
  weighing.stays = weighing.lost - weighing.gained > limit;
  known.stayed = weighing.stays;
  return weighing;
}

void Conversations::ended(const std::string& conversation, std::size_t bytes, const RouteUse& use) {
  const std::lock_guard lock(mutex_);
  Rates& rates = rates_[use.route];
  if (use.computed_tokens >= least_measured_tokens && use.prefill_seconds > 0) {
    learn(rates.prefill, use.computed_tokens / use.prefill_seconds);
  }
  if (use.output_tokens > 1 && use.decode_seconds > 0) {
    learn(rates.decode, use.output_tokens / use.decode_seconds);
    learn(rates.output_tokens, use.output_tokens);
  }
  if (conversation.empty() || use.prompt_tokens == 0) return;
  Known& known = known_.use(conversation);
  known.route = use.route;
  known.tokens_on[use.route] = use.prompt_tokens;
  known.prompt_tokens = use.prompt_tokens;
  known.bytes = bytes;
}

std::string conversation_of(const chat::Request& request) {
  if (request.session.empty()) return {};
  constexpr std::size_t beginning = 2;
  std::size_t hash = 0;
  for (std::size_t i = 0; i < std::min(beginning, request.messages.size()); ++i) {
    hash = hash * 31 + std::hash<std::string>{}(chat::text_of(request.messages[i]));
  }
  return fmt::format("{}#{:x}", request.session, hash);
}

}  // namespace hearth::router
