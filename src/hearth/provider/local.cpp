#include "hearth/provider/local.h"

#include "hearth/chat/server_tools.h"

namespace hearth::provider {
namespace {

class LocalCall final : public Call {
 public:
  explicit LocalCall(std::unique_ptr<engine::Job> job) : job_(std::move(job)) {}

 private:
  std::unique_ptr<engine::Job> job_;
};

}  // namespace

LocalProvider::LocalProvider(std::string name, std::vector<std::string> model_names,
                             std::shared_ptr<LocalModels> models,
                             std::shared_ptr<engine::ChatAnswers> answers)
    : name_(std::move(name)),
      model_names_(std::move(model_names)),
      models_(std::move(models)),
      answers_(std::move(answers)) {}

std::unique_ptr<Call> LocalProvider::start(chat::Request request, chat::EventSink sink) {
  if (chat::demands_server_tool(request)) {
    sink(chat::Failed{chat::server_tools_refusal(request, "runs on your own machine")});
    return std::make_unique<LocalCall>(nullptr);
  }
  chat::remove_server_tools(request);
  const std::string model = request.model;
  return std::make_unique<LocalCall>(
      answers_->answer([models = models_, model] { return models->get(model); }, std::move(request),
                       std::move(sink)));
}

std::vector<std::string> LocalProvider::left_out(const chat::Request& request) const {
  std::string note = chat::server_tools_note(request);
  if (note.empty()) return {};
  return {std::move(note)};
}

std::unique_ptr<Call> LocalProvider::complete(const std::string& model,
                                              engine::ChatAnswers::RawRequest request,
                                              chat::EventSink sink) {
  return std::make_unique<LocalCall>(
      answers_->complete([models = models_, model] { return models->get(model); },
                         std::move(request), std::move(sink)));
}

Result<std::size_t> LocalProvider::count_tokens(const chat::Request& request) {
  auto instance = models_->get(request.model);
  if (!instance) return pass_on(instance);
  auto prompt = engine::render((*instance)->weights(), request);
  if (!prompt) return pass_on(prompt);
  return prompt->tokens.size();
}

Result<std::size_t> LocalProvider::estimate_tokens(const chat::Request& request) {
  using engine::Weights;
  auto instance = models_->get(request.model);
  if (!instance) return pass_on(instance);
  const Weights& weights = (*instance)->weights();
  auto text = engine::conversation_text(weights, request);
  if (!text) return pass_on(text);
  const auto tokenize = [&](std::string_view piece) {
    const auto begin =
        piece.data() == text->data() ? Weights::Begin::of_sequence : Weights::Begin::bare;
    return weights.tokenize(piece, begin, Weights::Special::as_tokens);
  };
  constexpr std::size_t enough_for_a_mark = 4096;
  const engine::Token turn =
      weights.turn_token(tokenize(std::string_view(*text).substr(0, enough_for_a_mark)));
  const std::string mark = turn < 0 ? "" : weights.piece(turn, Weights::Special::as_tokens);
  return counted_.count(request.model, *text, mark,
                        [&](std::string_view piece) { return tokenize(piece).size(); });
}

Result<std::string> LocalProvider::render(const chat::Request& request) {
  auto instance = models_->get(request.model);
  if (!instance) return pass_on(instance);
  auto prompt = engine::render((*instance)->weights(), request);
  if (!prompt) return pass_on(prompt);
  return std::move(prompt->text);
}

Result<std::string> LocalProvider::render_without_answer(const chat::Request& request) {
  auto instance = models_->get(request.model);
  if (!instance) return pass_on(instance);
  return engine::render_without_answer((*instance)->weights(), request);
}

Result<std::vector<int>> LocalProvider::tokenize(const std::string& model, std::string_view text,
                                                 engine::Weights::Begin begin,
                                                 engine::Weights::Special special) {
  auto weights = models_->weights(model);
  if (!weights) return pass_on(weights);
  return (*weights)->tokenize(text, begin, special);
}

Result<std::string> LocalProvider::detokenize(const std::string& model,
                                              const std::vector<int>& tokens) {
  auto weights = models_->weights(model);
  if (!weights) return pass_on(weights);
  if (auto known = engine::check_tokens(**weights, tokens, "tokens"); !known) {
    return pass_on(known);
  }
  return (*weights)->detokenize(tokens);
}

}  // namespace hearth::provider
