#pragma once

#include <memory>

#include "hearth/base/json.h"
#include "hearth/wire/answer_collector.h"
#include "hearth/wire/answer_encoder.h"

namespace hearth::wire {

/// Which of Ollama's endpoints an answer is for: their text is in `message` or in `response`.
enum class OllamaForm { chat, generate };

/// `{"error": "…"}`.
json::object ollama_error(const Error& error);

/// The answer to a request without messages, which only loads the model.
json::object ollama_loaded(OllamaForm form, const std::string& model);

/// Lines of JSON. A tool call goes out when it is whole. The last line has `done`, the reason,
/// counts in tokens and durations in ns; Failed is a line with `error`. `ping()` is a line without
/// text.
class OllamaStream : public StreamEncoder {
 public:
  OllamaStream(OllamaForm form, AnswerIdentity identity);
  ~OllamaStream() override;
  std::string encode(const chat::Event& event) override;
  std::string ping() override;
  bool done() const override;
  std::string_view content_type() const override { return "application/x-ndjson"; }

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The whole answer in one object.
class OllamaCollector : public BlocksCollector {
 public:
  OllamaCollector(OllamaForm form, AnswerIdentity identity);

 private:
  json::object whole(AnswerBlocks& blocks, const chat::Finished& end) override;

  OllamaForm form_;
  AnswerIdentity identity_;
};

}  // namespace hearth::wire
