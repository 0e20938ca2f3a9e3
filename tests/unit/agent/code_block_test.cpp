#include "hearth/agent/code_block.h"

#include <gtest/gtest.h>

namespace hearth::agent {
namespace {

std::string code_of(std::string_view answer) {
  const auto block = find_code_block(answer, false);
  return block ? block->code : "(none)";
}

TEST(CodeBlock, APlainBlockIsTakenAsItIs) {
  EXPECT_EQ(code_of("Here:\n```python\nx = 1\n\ny = 2\n```\nDone."), "x = 1\n\ny = 2\n");
}

TEST(CodeBlock, ItKnowsWhetherTheBlockIsClosed) {
  EXPECT_FALSE(find_code_block("```go\nx := 1\n", false)->closed);
  EXPECT_TRUE(find_code_block("```go\nx := 1\n```", false)->closed);
}

TEST(CodeBlock, ABlockInABlockGivesTheInnerOne) {
  EXPECT_EQ(code_of("```\nsrc/a.py\n```python\nx = 1\n```\n```\n"), "x = 1\n");
  EXPECT_EQ(code_of("```markdown\n```js\nlet a;\n```\n```\n"), "let a;\n");
}

TEST(CodeBlock, APathOnTheFirstLineIsNoCode) {
  EXPECT_EQ(code_of("```\n`src/date.cpp`:\nint a;\n```"), "int a;\n");
  EXPECT_EQ(code_of("```cpp\n// src/date.cpp\nint a;\n```"), "int a;\n");
  EXPECT_EQ(code_of("```python\nimport x.py\n```"), "import x.py\n");
}

TEST(CodeBlock, ATruncatedAnswerStillGivesItsCode) {
  EXPECT_EQ(code_of("```rust\nfn a() {\n    1"), "fn a() {\n    1\n");
}

TEST(CodeBlock, BareCodeOnlyWhereItIsExpected) {
  EXPECT_FALSE(find_code_block("x = 1\n", false));
  EXPECT_EQ(find_code_block("x = 1\n", true)->code, "x = 1\n");
}

TEST(CodeBlock, AnEmptyBlockIsPassedOver) {
  EXPECT_EQ(code_of("```\n```\nthen\n```py\nx\n```"), "x\n");
}

}  // namespace
}  // namespace hearth::agent
