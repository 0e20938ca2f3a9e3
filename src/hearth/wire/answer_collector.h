#pragma once

#include <optional>

#include "hearth/wire/answer_blocks.h"
#include "hearth/wire/answer_encoder.h"

namespace hearth::wire {

/// Gathers an answer's blocks; a format says what is made of them.
class BlocksCollector : public AnswerCollector {
 public:
  explicit BlocksCollector(
      AnswerBlocks::ServerTools server_tools = AnswerBlocks::ServerTools::left_out)
      : blocks_(server_tools) {}
  void add(const chat::Event& event) final;
  [[nodiscard]] bool done() const final { return end_.has_value() || error_.has_value(); }
  [[nodiscard]] Result<json::value> response() final;

 protected:
  /// The response's body. Takes the blocks.
  [[nodiscard]] virtual json::object whole(AnswerBlocks& blocks, const chat::Finished& end) = 0;

 private:
  AnswerBlocks blocks_;
  std::optional<chat::Finished> end_;
  std::optional<Error> error_;
};

}  // namespace hearth::wire
