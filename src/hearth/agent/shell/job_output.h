#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <thread>

#include "hearth/base/descriptor.h"

namespace hearth::agent {

/// What a command in the background prints. It is read as it comes, so that the command never
/// waits for us, and only its last part is kept.
class JobOutput {
 public:
  /// `pipe` is the end to read from.
  explicit JobOutput(Descriptor pipe);

  /// The last part, from a line's beginning on; valid UTF-8, without terminal escapes.
  [[nodiscard]] std::string tail();

 private:
  /// Takes what is in the pipe now. False once all its writers have ended.
  bool take();

  Descriptor pipe_;
  std::mutex mutex_;
  std::string kept_;
  std::size_t dropped_ = 0;  ///< bytes before `kept_`
  std::jthread reader_;      ///< ends before the rest does
};

}  // namespace hearth::agent
