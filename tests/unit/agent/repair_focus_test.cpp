#include "hearth/agent/repair_focus.h"

#include <gtest/gtest.h>

namespace hearth::agent {
namespace {

constexpr std::string_view code =
    "LIMIT = 3\n"
    "\n"
    "def other(n):\n"
    "    return n + LIMIT\n"
    "\n"
    "def suffix(n):\n"
    "    return n % 10\n"
    "\n"
    "def ordinal(n):\n"
    "    return suffix(n) + 1\n";

std::vector<std::size_t> heads(const std::optional<RepairFocus>& focus) {
  std::vector<std::size_t> begins;
  if (!focus) return begins;
  for (const RepairUnit& function : focus->functions) begins.push_back(function.begin);
  return begins;
}

TEST(RepairFocus, IsOnWhatFailuresNameThenOnWhatThatCalls) {
  const auto focus = focus_of(code, "python", {"assert m.ordinal(13) == 4"});
  EXPECT_EQ(heads(focus), (std::vector<std::size_t>{8, 5}));
  EXPECT_TRUE(focus->holds(6));
  EXPECT_FALSE(focus->holds(3));
  EXPECT_EQ(heads(focus_of(code, "python", {"suffix(13)"})), (std::vector<std::size_t>{5}));
}

TEST(RepairFocus, LeavesTheBodiesOfOtherFunctionsOut) {
  const auto focus = focus_of(code, "python", {"assert m.ordinal(13) == 4"});
  ASSERT_TRUE(focus);
  EXPECT_EQ(focus->excerpt,
            "LIMIT = 3\n"
            "\n"
            "def other(n):\n"
            "    ...\n"
            "\n"
            "def suffix(n):\n"
            "    return n % 10\n"
            "\n"
            "def ordinal(n):\n"
            "    return suffix(n) + 1\n");
}

TEST(RepairFocus, OfCodeWithBracesKeepsTheClosingOnes) {
  const auto focus = focus_of(
      "class Queue {\n"
      "  push(item) {\n"
      "    this.items.push(item);\n"
      "  }\n"
      "  first() {\n"
      "    return this.items[1];\n"
      "  }\n"
      "}\n",
      "javascript", {"TypeError in Queue.first"});
  ASSERT_TRUE(focus);
  EXPECT_EQ(focus->excerpt,
            "class Queue {\n"
            "  push(item) {\n"
            "      ...\n"
            "  }\n"
            "  first() {\n"
            "    return this.items[1];\n"
            "  }\n"
            "}\n");
}

TEST(RepairFocus, IsNowhereIfFailuresNameNoFunction) {
  EXPECT_FALSE(focus_of(code, "python", {"assert ordinals == others", "SyntaxError"}));
  EXPECT_FALSE(focus_of("x = 1\n", "python", {"x"}));
}

}  // namespace
}  // namespace hearth::agent
