#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/base/error.h"
#include "hearth/kv/state_device.h"
#include "hearth/models/gguf.h"

struct llama_model;
struct llama_model_params;
struct llama_vocab;
struct common_chat_templates;

namespace hearth::engine {

using kv::Token;

/// All layers on the GPU.
inline constexpr int all_layers = -1;

/// A model's weights, vocabulary and chat template in memory. Instances of one model share it.
/// Thread-safe: nothing in it changes after loading.
class Weights {
 public:
  /// Loads `path` (memory-mapped). Errors: what inspect_gguf reports; invalid_request for an
  /// architecture that the engine does not know; internal with the engine's last message.
  /// `chat_template`: Jinja, instead of the model's own where it is not empty.
  static Result<std::shared_ptr<const Weights>> load(const std::filesystem::path& path,
                                                     int gpu_layers,
                                                     const std::string& chat_template = {});
  /// Only what tokenizing and rendering need; takes milliseconds, and no generation is possible.
  static Result<std::shared_ptr<const Weights>> load_vocabulary(const std::filesystem::path& path);
  ~Weights();
  Weights(const Weights&) = delete;
  Weights& operator=(const Weights&) = delete;

  [[nodiscard]] const models::GgufInfo& info() const { return info_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] llama_model* model() const { return model_; }
  [[nodiscard]] const llama_vocab* vocab() const { return vocab_; }
  [[nodiscard]] const common_chat_templates* templates() const { return templates_.get(); }

  /// `special`: control tokens written out in `text` (such as <|im_end|>) become those tokens.
  enum class Special { as_text, as_tokens };
  /// `begin`: put the tokens in front that the model expects at the start of a sequence.
  enum class Begin { bare, of_sequence };
  [[nodiscard]] std::vector<Token> tokenize(std::string_view text, Begin begin,
                                            Special special) const;
  /// The bytes of one token; may be a part of a UTF-8 code point. Control tokens are empty unless
  /// `special` is as_tokens.
  [[nodiscard]] std::string piece(Token token, Special special) const;
  [[nodiscard]] std::string detokenize(const std::vector<Token>& tokens) const;
  [[nodiscard]] bool ends_generation(Token token) const;
  [[nodiscard]] int n_vocab() const;
  /// Of its layers, 0 to 1; 0 where no GPU is there.
  [[nodiscard]] double share_on_gpus() const;
  /// Tokens that a sliding-window layer sees; 0 for models without such layers.
  [[nodiscard]] int n_swa() const;
  /// True for a token that stands for structure and not for text: a control token, or, as harmony
  /// has them (llama.cpp makes some of its marks user-defined so that they are always rendered),
  /// one written <|so|>.
  [[nodiscard]] bool is_mark(Token token) const;
  /// The token that begins a turn, as a rendered prompt tells: its first mark, but for one that
  /// only begins the sequence. -1: none.
  [[nodiscard]] Token turn_token(const std::vector<Token>& tokens) const;
  /// Positions in `tokens` where a turn begins, ascending; 0 is none of them.
  [[nodiscard]] std::vector<int> turn_starts(const std::vector<Token>& tokens) const;
  /// True for recurrent and hybrid architectures.
  [[nodiscard]] bool has_recurrent_state() const;

 private:
  Weights() = default;

  static Result<std::shared_ptr<const Weights>> load_with(const std::filesystem::path& path,
                                                          const llama_model_params& params,
                                                          const std::string& chat_template);

  struct FreeTemplates {
    void operator()(common_chat_templates* templates) const;
  };

  std::filesystem::path path_;
  models::GgufInfo info_;
  int gpu_layers_ = 0;  ///< as asked for; negative: all
  llama_model* model_ = nullptr;
  const llama_vocab* vocab_ = nullptr;
  std::unique_ptr<common_chat_templates, FreeTemplates> templates_;
};

}  // namespace hearth::engine
