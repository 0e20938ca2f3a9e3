#pragma once

#include <memory>

#include "hearth/chat/request.h"
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

  /// The same for raw text or tokens: no template, no parsing.
  struct RawRequest {
    std::string text;
    std::vector<Token> tokens;  ///< used instead of `text` if not empty
    SamplerOptions sampler;
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
