#include "hearth/agent/repair_unit.h"

#include <gtest/gtest.h>

namespace hearth::agent {
namespace {

constexpr std::string_view python =
    "import os\n"
    "\n"
    "def f(a):\n"
    "    \"\"\"Adds one.\n"
    "\n"
    "    Really.\n"
    "    \"\"\"\n"
    "    b = a\n"
    "    if a > 1:\n"
    "        return b - 1\n"
    "    return b\n"
    "\n"
    "\n"
    "def g():\n"
    "    return 2\n";

constexpr std::string_view cpp =
    "#include <a>\n"
    "\n"
    "struct S {\n"
    "    int x;\n"
    "};\n"
    "\n"
    "int f(int a) {\n"
    "    if (a > '}') {\n"
    "        return 1;\n"
    "    }\n"
    "    return a - 1;\n"
    "}\n";

RepairUnit line(std::size_t number) {
  return {RepairUnit::Kind::line, number - 1, number};
}

TEST(RepairUnit, PythonFunctionsEndWhereTheirIndentationEnds) {
  const auto units = functions_of(python, "python");
  ASSERT_EQ(units.size(), 2U);
  EXPECT_EQ(units[0].begin, 2U);
  EXPECT_EQ(units[0].end, 11U);
}

TEST(RepairUnit, FunctionsWithBracesEndAtTheMatchingOne) {
  const auto units = functions_of(cpp, "cpp");
  ASSERT_EQ(units.size(), 1U);
  EXPECT_EQ(units[0].begin, 6U);
  EXPECT_EQ(units[0].end, 12U);
}

TEST(RepairUnit, LinesThatDecideComeFirstAndDocumentationNever) {
  const auto units = lines_worth_asking(python, "python");
  ASSERT_EQ(units.size(), 5U);
  EXPECT_EQ(units[0].begin, 8U);
  EXPECT_EQ(units.back().begin, 7U);
}

TEST(RepairUnit, ALineIsReplacedAtItsOwnIndentation) {
  const auto fixed = with_unit_replaced(cpp, "cpp", line(11), "return a + 1;\n");
  ASSERT_TRUE(fixed);
  EXPECT_NE(fixed->find("    }\n    return a + 1;\n}\n"), std::string::npos);
}

TEST(RepairUnit, ALineMayBecomeSeveral) {
  const auto fixed = with_unit_replaced(python, "python", line(10), "c = b\nif c:\n    return c\n");
  ASSERT_TRUE(fixed);
  EXPECT_NE(fixed->find("        c = b\n        if c:\n            return c\n    return b\n"),
            std::string::npos);
}

TEST(RepairUnit, RepeatedNeighboursAreNotDoubled) {
  const auto fixed =
      with_unit_replaced(cpp, "cpp", line(9), "if (a > '}') {\n        return 2;\n    }\n");
  ASSERT_TRUE(fixed);
  EXPECT_NE(fixed->find("    if (a > '}') {\n        return 2;\n    }\n    return a - 1;\n"),
            std::string::npos);
}

TEST(RepairUnit, AWholeFunctionGivenForALineReplacesTheFunction) {
  const auto fixed =
      with_unit_replaced(cpp, "cpp", line(11), "int f(int a) {\n    return a + 1;\n}\n");
  ASSERT_TRUE(fixed);
  EXPECT_NE(fixed->find("};\n\nint f(int a) {\n    return a + 1;\n}\n"), std::string::npos);
  EXPECT_EQ(fixed->find("a - 1"), std::string::npos);
}

TEST(RepairUnit, WhatChangesNothingIsNoAnswer) {
  EXPECT_FALSE(with_unit_replaced(cpp, "cpp", line(11), "    return a - 1;  // corrected\n"));
  EXPECT_FALSE(with_unit_replaced(python, "python", {}, std::string(python) + "\n\n"));
}

TEST(RepairUnit, AnAnswerThatGoesOnIntoTheFollowingCodeIsCut) {
  std::string answer = "    b = a + 1\n    if a > 1:\n        ret";
  EXPECT_TRUE(cut_at_following_code(python, line(8), answer));
  EXPECT_EQ(answer, "    b = a + 1\n");
  std::string unfinished = "    b = a + 1\n    if a > 1:";
  EXPECT_FALSE(cut_at_following_code(python, line(8), unfinished));
}

TEST(RepairUnit, ChangesInDifferentPlacesAreMerged) {
  EXPECT_EQ(merged("a\nb\nc\nd\n", "A\nb\nc\nd\n", "a\nb\nC\nd\n"), "A\nb\nC\nd\n");
  EXPECT_FALSE(merged("a\nb\nc\n", "a\nX\nc\n", "a\nY\nc\n"));
}

}  // namespace
}  // namespace hearth::agent
