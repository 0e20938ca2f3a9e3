#pragma once

#include <stop_token>
#include <string>

#include "hearth/agent/outcome.h"

namespace hearth::agent {

/// A way of getting work out of a model. One object lives as long as its conversation.
class Style {
 public:
  virtual ~Style() = default;
  /// Works on `task` until it is done, given up, or `stop` is requested.
  virtual Outcome run(const std::string& task, const std::stop_token& stop) = 0;
};

}  // namespace hearth::agent
