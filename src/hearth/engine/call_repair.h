#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth::engine {

struct RepairedCall {
  std::string name;
  std::string arguments;  ///< JSON text of an object
};

/// What a text turned out to hold: words before, the calls, words after.
struct RepairedText {
  std::string before;
  std::vector<RepairedCall> calls;
  std::string after;
};

/// From where on `text` may be a tool call that a model wrote in its own way (a JSON block, bare
/// JSON, stray <tool_call> tags), so that a stream holds it back until it is known. `npos`:
/// nowhere.
std::size_t possible_call_start(std::string_view text);

/// Reads calls out of plain text: a fenced or bare JSON object (or a list of them) whose "name" is
/// one of `tool_names`, with "arguments", "parameters" or "input". Raw line ends and tabs inside
/// JSON strings are accepted. Empty if the text holds no such call: then it stays text.
std::optional<RepairedText> find_calls(std::string_view text,
                                       const std::vector<std::string>& tool_names);

/// What must be appended to `partial`, the beginning of a JSON text, to make it whole; empty
/// optional if no suffix can (it is not the beginning of a JSON text). Whole texts give "".
std::optional<std::string> json_completion(std::string_view partial);

}  // namespace hearth::engine
