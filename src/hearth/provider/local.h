#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hearth/engine/chat_answers.h"
#include "hearth/provider/local_models.h"
#include "hearth/provider/provider.h"
#include "hearth/router/counted_texts.h"

namespace hearth::provider {

/// The engine as a provider. Several local providers of a configuration may share `models` and
/// `answers`, which must outlive them and their calls.
class LocalProvider final : public Provider {
 public:
  /// `name`: as in the configuration. `model_names`: which of `models` it answers for.
  LocalProvider(std::string name, std::vector<std::string> model_names,
                std::shared_ptr<LocalModels> models, std::shared_ptr<engine::ChatAnswers> answers);

  [[nodiscard]] std::unique_ptr<Call> start(chat::Request request, chat::EventSink sink) override;
  [[nodiscard]] std::vector<std::string> left_out(const chat::Request& request) const override;
  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] std::vector<std::string> models() const override { return model_names_; }

  /// Continues raw text or tokens with `model`.
  [[nodiscard]] std::unique_ptr<Call> complete(const std::string& model,
                                               engine::ChatAnswers::RawRequest request,
                                               chat::EventSink sink);

  /// The prompt of `request` in tokens. Loads the model if it must; blocks.
  [[nodiscard]] Result<std::size_t> count_tokens(const chat::Request& request);

  /// The same for a decision, which a few tokens do not change: of a prompt that begins as an
  /// earlier one only the rest is tokenized, and the answer's form is not looked at.
  [[nodiscard]] Result<std::size_t> estimate_tokens(const chat::Request& request);

  /// The prompt that `request` becomes, as text. Loads; blocks.
  [[nodiscard]] Result<std::string> render(const chat::Request& request);
  /// The same without what opens the turn of the answer.
  [[nodiscard]] Result<std::string> render_without_answer(const chat::Request& request);

  /// Also of a model that answers no chats.
  /// `special`: control tokens written out in `text` become those tokens. Loads; blocks.
  [[nodiscard]] Result<std::vector<int>> tokenize(const std::string& model, std::string_view text,
                                                  engine::Weights::Begin begin,
                                                  engine::Weights::Special special);
  /// Errors: invalid_request for a token that the model does not have. Loads; blocks.
  [[nodiscard]] Result<std::string> detokenize(const std::string& model,
                                               const std::vector<int>& tokens);

 private:
  std::string name_;
  std::vector<std::string> model_names_;
  std::shared_ptr<LocalModels> models_;
  std::shared_ptr<engine::ChatAnswers> answers_;
  router::CountedTexts counted_;
};

}  // namespace hearth::provider
