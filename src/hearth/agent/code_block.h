#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hearth::agent {

/// The code in a model's answer.
struct CodeBlock {
  std::string code;     ///< ends in one line end
  bool closed = false;  ///< its closing fence has come: nothing of interest follows
};

/// Finds the first code block that holds code. Lenient, because small models are not exact: any
/// label, longer fences, a block inside a block (the inner one counts), a path or the label itself
/// on the first line, an answer that was cut off before the closing fence, and an answer that is
/// code without any fence (only if `may_be_bare`).
std::optional<CodeBlock> find_code_block(std::string_view answer, bool may_be_bare);

}  // namespace hearth::agent
