#include "hearth/wire/responses_thinking.h"

#include "hearth/base/base64.h"
#include "hearth/base/json.h"

namespace hearth::wire {
namespace {

constexpr std::string_view mark = "hearth1.";

std::string sealed(const json::object& content) {
  return std::string(mark) + to_base64(to_json(content));
}

}  // namespace

std::string seal_thinking(const chat::ThinkingBlock& thinking) {
  return sealed({{"thinking", thinking.text}, {"signature", thinking.signature}});
}

std::string seal_thinking(const chat::RedactedThinkingBlock& redacted) {
  return sealed({{"redacted", redacted.data}});
}

std::optional<chat::Block> unseal_thinking(std::string_view sealed) {
  if (!sealed.starts_with(mark)) return std::nullopt;
  const auto bytes = from_base64(sealed.substr(mark.size()));
  const auto content = bytes ? parse_json(*bytes) : parse_json("");
  if (!content || !content->is_object()) return std::nullopt;
  const json::object& object = content->get_object();
  if (const auto redacted = find_string(object, "redacted")) {
    return chat::RedactedThinkingBlock{std::string(*redacted)};
  }
  const auto thinking = find_string(object, "thinking");
  if (!thinking) return std::nullopt;
  return chat::ThinkingBlock{
      std::string(*thinking), std::string(find_string(object, "signature").value_or("")), {}};
}

}  // namespace hearth::wire
