#include "hearth/engine/rank_prompt.h"

#include <algorithm>
#include <string>

#include <llama.h>

namespace hearth::engine {
namespace {

void append(std::vector<Token>& tokens, const std::vector<Token>& more) {
  tokens.insert(tokens.end(), more.begin(), more.end());
}

/// `form` holds {query} and {document}; its own marks are tokens, those in the texts are not.
std::vector<Token> in_form(const Weights& weights, std::string_view form, std::string_view query,
                           std::string_view document) {
  std::vector<Token> tokens;
  auto begin = Weights::Begin::of_sequence;
  while (!form.empty()) {
    constexpr std::string_view query_place = "{query}";
    constexpr std::string_view document_place = "{document}";
    const std::size_t at =
        std::min({form.find(query_place), form.find(document_place), form.size()});
    if (at > 0) {
      append(tokens, weights.tokenize(form.substr(0, at), begin, Weights::Special::as_tokens));
      begin = Weights::Begin::bare;
    }
    form.remove_prefix(at);
    if (form.empty()) break;
    const bool is_query = form.starts_with(query_place);
    append(tokens, weights.tokenize(is_query ? query : document, begin, Weights::Special::as_text));
    begin = Weights::Begin::bare;
    form.remove_prefix(is_query ? query_place.size() : document_place.size());
  }
  return tokens;
}

}  // namespace

std::vector<Token> rank_prompt(const Weights& weights, std::string_view query,
                               std::string_view document) {
  if (const char* form = llama_model_chat_template(weights.model(), "rerank")) {
    return in_form(weights, form, query, document);
  }
  const llama_vocab* vocab = weights.vocab();
  const Token sep = llama_vocab_sep(vocab);
  const Token eos = llama_vocab_eos(vocab) == LLAMA_TOKEN_NULL ? sep : llama_vocab_eos(vocab);
  const auto add_if = [](bool wanted, Token token, std::vector<Token>& tokens) {
    if (wanted && token != LLAMA_TOKEN_NULL) tokens.push_back(token);
  };
  std::vector<Token> tokens;
  add_if(llama_vocab_get_add_bos(vocab), llama_vocab_bos(vocab), tokens);
  append(tokens, weights.tokenize(query, Weights::Begin::bare, Weights::Special::as_text));
  add_if(llama_vocab_get_add_eos(vocab), eos, tokens);
  add_if(llama_vocab_get_add_sep(vocab), sep, tokens);
  append(tokens, weights.tokenize(document, Weights::Begin::bare, Weights::Special::as_text));
  add_if(llama_vocab_get_add_eos(vocab), eos, tokens);
  return tokens;
}

}  // namespace hearth::engine
