#include "hearth/engine/sampler.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include <common.h>
#include <sampling.h>

#include "hearth/engine/output_format.h"

namespace hearth::engine {
namespace {

/// llama.cpp takes -1 for none, and as much memory as is asked for: no answer is longer than the
/// model's own window.
int penalized_tokens(int wanted, const Weights& weights) {
  const int most = llama_model_n_ctx_train(weights.model());
  return wanted < 0 ? most : std::min(wanted, most);
}

void set_values(common_params_sampling& params, const chat::Sampling& sampling,
                const Weights& weights) {
  if (sampling.temperature) params.temp = static_cast<float>(*sampling.temperature);
  if (sampling.top_p) params.top_p = static_cast<float>(*sampling.top_p);
  if (sampling.min_p) params.min_p = static_cast<float>(*sampling.min_p);
  if (sampling.top_k) params.top_k = *sampling.top_k;
  if (sampling.seed) params.seed = *sampling.seed;
  if (sampling.frequency_penalty) {
    params.penalty_freq = static_cast<float>(*sampling.frequency_penalty);
  }
  if (sampling.presence_penalty) {
    params.penalty_present = static_cast<float>(*sampling.presence_penalty);
  }
  // Nothing can be divided by 0, which some clients send for "off".
  if (sampling.repeat_penalty && *sampling.repeat_penalty > 0) {
    params.penalty_repeat = static_cast<float>(*sampling.repeat_penalty);
  }
  if (sampling.repeat_last_n) {
    params.penalty_last_n = penalized_tokens(*sampling.repeat_last_n, weights);
  }
}

void set_format(common_params_sampling& params, const OutputFormat& format, const Weights& weights,
                std::optional<int> thinking_budget) {
  const llama_vocab* vocab = weights.vocab();
  const auto tokens_of = [&](const std::string& text) {
    return common_tokenize(vocab, text, false, true);
  };
  params.grammar = format.grammar;
  params.grammar_lazy = format.grammar_lazy;
  // The grammar of a forced call begins with the call itself; other grammars begin with the
  // template's generation prompt.
  params.generation_prompt =
      format.forced_beginning.empty() ? format.generation_prompt : format.forced_beginning;
  for (const std::string& text : format.preserved_tokens) {
    const auto tokens = tokens_of(text);
    if (tokens.size() == 1) params.preserved_tokens.insert(tokens.front());
  }
  for (common_grammar_trigger trigger : format.triggers) {
    const auto tokens = trigger.type == COMMON_GRAMMAR_TRIGGER_TYPE_WORD
                            ? tokens_of(trigger.value)
                            : std::vector<llama_token>();
    if (tokens.size() == 1) {
      trigger.type = COMMON_GRAMMAR_TRIGGER_TYPE_TOKEN;
      trigger.token = tokens.front();
    }
    params.grammar_triggers.push_back(std::move(trigger));
  }
  if (!format.thinking_start.empty() && !format.thinking_ends.empty()) {
    params.reasoning_budget_start = tokens_of(format.thinking_start);
    for (const std::string& end : format.thinking_ends) {
      params.reasoning_budget_end.push_back(tokens_of(end));
    }
    params.reasoning_budget_forced = params.reasoning_budget_end.front();
    params.reasoning_budget_tokens = thinking_budget.value_or(-1);
  }
}

/// The index of the first of the largest values; 0 if none is a number. Sixteen maxima side by
/// side, which a compiler turns into vector instructions: one alone costs a twentieth of a decode.
std::size_t index_of_largest(std::span<const float> values) {
  constexpr std::size_t lanes = 16;
  std::array<float, lanes> largest;
  largest.fill(-INFINITY);
  std::size_t i = 0;
  for (; i + lanes <= values.size(); i += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      largest[lane] = std::max(largest[lane], values[i + lane]);
    }
  }
  for (; i < values.size(); ++i) largest[0] = std::max(largest[0], values[i]);
  const auto found = std::ranges::find(values, *std::ranges::max_element(largest));
  return found == values.end() ? 0 : static_cast<std::size_t>(found - values.begin());
}

/// Error: invalid_request for a token that there is not.
Result<void> set_biases(common_params_sampling& params, const SamplerOptions& options,
                        const Weights& weights) {
  for (const chat::LogitBias& wanted : options.logit_bias) {
    const auto bias = static_cast<float>(wanted.bias);
    if (const int* token = std::get_if<int>(&wanted.token)) {
      if (*token < 0 || *token >= weights.n_vocab()) {
        return fail(ErrorKind::invalid_request,
                    fmt::format("logit_bias: {} is not a token of this model, which has {}", *token,
                                weights.n_vocab()));
      }
      params.logit_bias.push_back({*token, bias});
      continue;
    }
    for (const Token token : weights.tokenize(std::get<std::string>(wanted.token),
                                              Weights::Begin::bare, Weights::Special::as_text)) {
      params.logit_bias.push_back({token, bias});
    }
  }
  for (Token token = 0; options.ignore_end && token < weights.n_vocab(); ++token) {
    if (weights.ends_generation(token)) params.logit_bias.push_back({token, -INFINITY});
  }
  return {};
}

bool is_plainly_greedy(const SamplerOptions& options, const OutputFormat* format) {
  const chat::Sampling& sampling = options.sampling;
  return sampling.temperature && *sampling.temperature <= 0 && !sampling.frequency_penalty &&
         !sampling.presence_penalty && !sampling.repeat_penalty && !options.thinking_budget &&
         options.logit_bias.empty() && options.grammar.empty() &&
         (format == nullptr || format->grammar.empty());
}

}  // namespace

void Sampler::Free::operator()(common_sampler* sampler) const {
  common_sampler_free(sampler);
}
Sampler::~Sampler() = default;

Result<std::unique_ptr<Sampler>> Sampler::create(const Weights& weights,
                                                 const SamplerOptions& options,
                                                 const OutputFormat* format) {
  std::unique_ptr<Sampler> sampler(new Sampler);
  sampler->weights_ = &weights;
  sampler->ignore_end_ = options.ignore_end;
  if (is_plainly_greedy(options, format)) return sampler;

  common_params_sampling params;
  params.no_perf = true;
  set_values(params, options.sampling, weights);
  if (!options.grammar.empty()) {
    params.grammar = common_grammar(COMMON_GRAMMAR_TYPE_USER, options.grammar);
  }
  if (format != nullptr) set_format(params, *format, weights, options.thinking_budget);
  if (auto set = set_biases(params, options, weights); !set) return pass_on(set);
  try {
    sampler->sampler_.reset(common_sampler_init(weights.model(), params));
  } catch (const std::exception& failure) {
    return fail(ErrorKind::invalid_request,
                fmt::format("the output format cannot be enforced: {}", failure.what()));
  }
  if (!sampler->sampler_) {
    return fail(ErrorKind::invalid_request, "the output format cannot be enforced");
  }
  return sampler;
}

Token Sampler::sample(Context& context, int row) {
  if (!sampler_) return largest(context.logits(row));
  const Token token = common_sampler_sample(sampler_.get(), context.handle(), row);
  common_sampler_accept(sampler_.get(), token, true);
  return token;
}

Token Sampler::largest(const float* logits) const {
  const auto n_vocab = static_cast<std::size_t>(weights_->n_vocab());
  const auto best = static_cast<Token>(index_of_largest({logits, n_vocab}));
  if (!ignore_end_ || !weights_->ends_generation(best)) return best;
  Token second = -1;
  for (Token token = 0; token < weights_->n_vocab(); ++token) {
    if (weights_->ends_generation(token)) continue;
    if (second < 0 || logits[token] > logits[second]) second = token;
  }
  return second;
}

}  // namespace hearth::engine
