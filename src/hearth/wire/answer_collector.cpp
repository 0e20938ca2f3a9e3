#include "hearth/wire/answer_collector.h"

namespace hearth::wire {

void BlocksCollector::add(const chat::Event& event) {
  if (const auto* finished = std::get_if<chat::Finished>(&event)) {
    end_ = *finished;
  } else if (const auto* failed = std::get_if<chat::Failed>(&event)) {
    error_ = failed->error;
  } else {
    blocks_.add(event);
  }
}

Result<json::value> BlocksCollector::response() {
  if (error_) return std::unexpected(*error_);
  return whole(blocks_, *end_);
}

}  // namespace hearth::wire
