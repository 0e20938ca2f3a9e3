#include "hearth/engine/infill.h"

#include <fmt/format.h>

#include <llama.h>

namespace hearth::engine {
namespace {

/// Tokens and their text together.
class Writer {
 public:
  explicit Writer(const Weights& weights) : weights_(weights) {
    prompt_.tokens = weights.tokenize("", Weights::Begin::of_sequence, Weights::Special::as_tokens);
  }

  void mark(Token token) {
    prompt_.tokens.push_back(token);
    prompt_.text += weights_.piece(token, Weights::Special::as_tokens);
  }

  void text(std::string_view text) {
    // What an editor holds is no place for control tokens.
    const auto tokens = weights_.tokenize(text, Weights::Begin::bare, Weights::Special::as_text);
    prompt_.tokens.insert(prompt_.tokens.end(), tokens.begin(), tokens.end());
    prompt_.text += text;
  }

  void append(const Prompt& prompt) {
    prompt_.tokens.insert(prompt_.tokens.end(), prompt.tokens.begin(), prompt.tokens.end());
    prompt_.text += prompt.text;
  }

  Prompt take() { return std::move(prompt_); }

 private:
  const Weights& weights_;
  Prompt prompt_;
};

}  // namespace

Result<Prompt> infill_prompt(const Weights& weights, const chat::Infill& infill, Prompt before) {
  const llama_vocab* vocab = weights.vocab();
  const Token prefix = llama_vocab_fim_pre(vocab);
  const Token suffix = llama_vocab_fim_suf(vocab);
  const Token middle = llama_vocab_fim_mid(vocab);
  if (prefix < 0 || suffix < 0 || middle < 0) {
    return fail(ErrorKind::invalid_request,
                "suffix: this model cannot fill in; use one that was made for it, such as "
                "qwen2.5-coder");
  }
  Writer out(weights);
  const Token file = llama_vocab_fim_sep(vocab);
  for (const chat::Infill::Snippet& other : infill.others) {
    if (file >= 0) {
      out.mark(file);
      out.text(other.filename + "\n" + other.text);
    } else {
      out.text(fmt::format("{}\n{}\n\n", other.filename, other.text));
    }
  }
  if (file >= 0 && !infill.others.empty()) {
    out.mark(file);
    out.text("this file\n");
  }
  out.mark(prefix);
  out.append(before);
  out.mark(suffix);
  out.text(infill.suffix);
  out.mark(middle);
  return out.take();
}

}  // namespace hearth::engine
