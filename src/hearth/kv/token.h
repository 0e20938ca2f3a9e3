#pragma once

#include <cstdint>
#include <span>

namespace hearth::kv {

using Token = std::int32_t;
using TokenSpan = std::span<const Token>;

}  // namespace hearth::kv
