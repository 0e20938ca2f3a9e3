#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hearth/chat/request.h"
#include "hearth/engine/infill.h"
#include "hearth/engine/instance.h"

namespace hearth::engine {

/// Answers chat requests with an instance: renders, generates, parses. Rendering and parsing run
/// on a few threads of this object's own, so that neither the network nor the engine's thread waits
/// for them. Thread-safe.
class ChatAnswers {
 public:
  explicit ChatAnswers(int n_threads = 2);
  /// REQUIRES: all jobs are gone.
  ~ChatAnswers();
  ChatAnswers(const ChatAnswers&) = delete;
  ChatAnswers& operator=(const ChatAnswers&) = delete;

  /// How to come by the instance, called on one of the threads; may take as long as loading a
  /// model does.
  using FindInstance = std::move_only_function<Result<std::shared_ptr<Instance>>()>;

  /// Begins an answer. Events come on one of this object's threads, in order.
  [[nodiscard]] std::unique_ptr<Job> answer(FindInstance find_instance, chat::Request request,
                                            chat::EventSink sink);

  /// The same for a raw prompt: no template, no parsing.
  struct RawRequest {
    RawPrompt prompt;
    /// Where set, the model fills in between the prompt and what comes behind.
    std::optional<chat::Infill> infill;
    bool echo = false;  ///< the answer begins with the prompt's text
    SamplerOptions sampler;
    std::optional<int> top_logprobs;
    std::optional<json::value> json_schema;  ///< the answer must be JSON after this schema
    std::vector<std::string> stops;
    std::optional<int> max_tokens;
  };
  [[nodiscard]] std::unique_ptr<Job> complete(FindInstance find_instance, RawRequest request,
                                              chat::EventSink sink);

  /// Runs `work` on one of the threads.
  void post(std::move_only_function<void()> work);

 private:
  struct Pool;
  std::unique_ptr<Pool> pool_;
};

}  // namespace hearth::engine
