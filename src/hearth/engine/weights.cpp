#include "hearth/engine/weights.h"

#include <fmt/format.h>

#include <algorithm>

#include <chat.h>
#include <common.h>
#include <llama.h>

#include "hearth/engine/backend.h"

namespace hearth::engine {

void Weights::FreeTemplates::operator()(common_chat_templates* templates) const {
  common_chat_templates_free(templates);
}

Result<std::shared_ptr<const Weights>> Weights::load(const std::filesystem::path& path,
                                                     int gpu_layers,
                                                     const std::string& chat_template) {
  llama_model_params params = llama_model_default_params();
  params.n_gpu_layers = gpu_layers;
  return load_with(path, params, chat_template);
}

Result<std::shared_ptr<const Weights>> Weights::load_vocabulary(const std::filesystem::path& path) {
  llama_model_params params = llama_model_default_params();
  params.vocab_only = true;
  return load_with(path, params, {});
}

Result<std::shared_ptr<const Weights>> Weights::load_with(const std::filesystem::path& path,
                                                          const llama_model_params& params,
                                                          const std::string& chat_template) {
  auto info = models::inspect_gguf(path);
  if (!info) return pass_on(info);
  start_backend();
  take_backend_errors();
  llama_model* model = llama_model_load_from_file(path.c_str(), params);
  if (model == nullptr) {
    const std::string reason = take_backend_errors();
    if (reason.find("unknown model architecture") != std::string::npos) {
      return fail(ErrorKind::invalid_request,
                  fmt::format("{} is of the architecture '{}', which this engine does not know. "
                              "Use another model, or a newer Hearth.",
                              path.string(), info->architecture));
    }
    return fail(ErrorKind::invalid_request,
                fmt::format("{} could not be loaded: {}", path.string(),
                            reason.empty() ? "the engine gave no reason" : reason));
  }
  std::shared_ptr<Weights> weights(new Weights);
  weights->path_ = path;
  weights->info_ = std::move(*info);
  weights->gpu_layers_ = params.n_gpu_layers;
  weights->model_ = model;
  if (!chat_template.empty()) weights->info_.chat_template = chat_template;
  weights->vocab_ = llama_model_get_vocab(model);
  try {
    weights->templates_.reset(common_chat_templates_init(model, chat_template).release());
  } catch (const std::exception& failure) {
    return fail(ErrorKind::invalid_request,
                fmt::format("the chat template {} {} cannot be used: {}",
                            chat_template.empty() ? "of" : "for", path.string(), failure.what()));
  }
  return weights;
}

Weights::~Weights() {
  templates_.reset();
  if (model_ != nullptr) llama_model_free(model_);
}

std::vector<Token> Weights::tokenize(std::string_view text, Begin begin, Special special) const {
  const bool add_special = begin == Begin::of_sequence;
  const bool parse_special = special == Special::as_tokens;
  std::vector<Token> tokens(text.size() / 3 + 16);
  std::int32_t n =
      llama_tokenize(vocab_, text.data(), static_cast<std::int32_t>(text.size()), tokens.data(),
                     static_cast<std::int32_t>(tokens.size()), add_special, parse_special);
  if (n < 0) {
    tokens.resize(static_cast<std::size_t>(-n));
    n = llama_tokenize(vocab_, text.data(), static_cast<std::int32_t>(text.size()), tokens.data(),
                       static_cast<std::int32_t>(tokens.size()), add_special, parse_special);
  }
  tokens.resize(static_cast<std::size_t>(std::max(n, 0)));
  return tokens;
}

std::string Weights::piece(Token token, Special special) const {
  return common_token_to_piece(vocab_, token, special == Special::as_tokens);
}

std::string Weights::detokenize(const std::vector<Token>& tokens) const {
  std::string text;
  for (const Token token : tokens) text += piece(token, Special::as_tokens);
  return text;
}

bool Weights::ends_generation(Token token) const {
  return llama_vocab_is_eog(vocab_, token);
}

int Weights::n_vocab() const {
  return llama_vocab_n_tokens(vocab_);
}

double Weights::share_on_gpus() const {
  if (!llama_supports_gpu_offload()) return 0;
  const int n_layers = llama_model_n_layer(model_);
  if (gpu_layers_ < 0 || gpu_layers_ >= n_layers) return 1;
  return static_cast<double>(gpu_layers_) / n_layers;
}

int Weights::n_swa() const {
  return llama_model_n_swa(model_);
}

bool Weights::is_mark(Token token) const {
  if (token < 0 || token >= n_vocab()) return false;
  if (llama_vocab_is_control(vocab_, token)) return true;
  const std::string_view text = llama_vocab_get_text(vocab_, token);
  return text.starts_with("<|") && text.ends_with("|>") &&
         (llama_vocab_get_attr(vocab_, token) & LLAMA_TOKEN_ATTR_USER_DEFINED) != 0;
}

Token Weights::turn_token(const std::vector<Token>& tokens) const {
  // Some models begin a sequence with the token that begins a turn.
  const Token begin = llama_vocab_bos(vocab_);
  const bool only_begins = std::ranges::count(tokens, begin) <= 1;
  const auto turn = std::ranges::find_if(
      tokens, [&](Token token) { return is_mark(token) && !(token == begin && only_begins); });
  return turn == tokens.end() ? -1 : *turn;
}

std::vector<int> Weights::turn_starts(const std::vector<Token>& tokens) const {
  std::vector<int> starts;
  const Token turn = turn_token(tokens);
  if (turn < 0) return starts;
  for (std::size_t i = 1; i < tokens.size(); ++i) {
    if (tokens[i] == turn) starts.push_back(static_cast<int>(i));
  }
  return starts;
}

bool Weights::has_recurrent_state() const {
  return llama_model_is_recurrent(model_) || llama_model_is_hybrid(model_);
}

}  // namespace hearth::engine
