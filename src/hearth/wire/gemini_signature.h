#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hearth::wire {

/// Gemini signs parts of its answers and wants the signatures back on the same parts, of calls on
/// pain of an error. On the way through a client each is the signature of a thinking block, which
/// stands before the call or behind the text that it belongs to.
enum class SignedPart { thought, text, call };

struct GeminiSignature {
  SignedPart part = SignedPart::thought;
  std::string value;  ///< Gemini's own, base64
};

/// What a client keeps: it says whose signature it is and of which part.
std::string to_client(const GeminiSignature& signature);

/// Nothing for a signature that is not Gemini's.
std::optional<GeminiSignature> gemini_signature(std::string_view from_client);

}  // namespace hearth::wire
