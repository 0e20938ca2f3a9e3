#pragma once

#include <algorithm>

#include "hearth/kv/state_device.h"

namespace hearth::kv {

/// How many tokens `a` and `b` begin with alike.
inline int common_prefix(TokenSpan a, TokenSpan b) {
  return static_cast<int>(std::ranges::mismatch(a, b).in1 - a.begin());
}

}  // namespace hearth::kv
