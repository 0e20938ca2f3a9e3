#include "hearth/wire/gemini_signature.h"

#include <array>
#include <utility>

namespace hearth::wire {
namespace {

constexpr std::array<std::pair<std::string_view, SignedPart>, 3> marks{{
    {"gemini-thought:", SignedPart::thought},
    {"gemini-text:", SignedPart::text},
    {"gemini-call:", SignedPart::call},
}};

}  // namespace

std::string to_client(const GeminiSignature& signature) {
  for (const auto& [mark, part] : marks) {
    if (part == signature.part) return std::string(mark) + signature.value;
  }
  return signature.value;
}

std::optional<GeminiSignature> gemini_signature(std::string_view from_client) {
  for (const auto& [mark, part] : marks) {
    if (from_client.starts_with(mark)) {
      return GeminiSignature{part, std::string(from_client.substr(mark.size()))};
    }
  }
  return std::nullopt;
}

}  // namespace hearth::wire
