#include "hearth/agent/edit/fuzzy_edit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hearth::agent {
namespace {

using Status = FuzzyEdit::Status;

constexpr std::string_view shop =
    "class Shop:\n"
    "    def price(self, item):\n"
    "        base = self.prices[item]\n"
    "        return base * 2\n"
    "\n"
    "    def stock(self, item):\n"
    "        base = self.stocks[item]\n"
    "        return base\n";

std::string applied(std::string_view content, std::string_view wanted,
                    std::string_view replacement) {
  const FuzzyEdit edit = fuzzy_edit(content, wanted, replacement, false);
  return edit.status == Status::applied ? edit.content : "";
}

TEST(FuzzyEdit, ExactIsExact) {
  const auto edit = fuzzy_edit("a b c\n", "b", "x", false);
  EXPECT_EQ(edit.content, "a x c\n");
  EXPECT_EQ(edit.how, EditMatch::exact);
  EXPECT_EQ(fuzzy_edit("b b\n", "b", "x", false).status, Status::ambiguous);
  EXPECT_EQ(fuzzy_edit("b b\n", "b", "x", true).content, "x x\n");
  EXPECT_EQ(fuzzy_edit("b\n", "  \n", "x", false).status, Status::not_found);
}

TEST(ExactEdit, OverlooksNothing) {
  EXPECT_EQ(exact_edit("a b\n", "a b", "x", false).content, "x\n");
  EXPECT_EQ(exact_edit("  a\n  b\n", "a\nb\n", "x\n", false).status, Status::not_found);
  EXPECT_EQ(exact_edit("b b\n", "b", "x", false).status, Status::ambiguous);
  EXPECT_EQ(exact_edit("b b\n", "b", "x", true).content, "x x\n");
  EXPECT_EQ(exact_edit("b\n", "", "x", false).status, Status::not_found);
}

TEST(FuzzyEdit, LostIndentationComesBack) {
  EXPECT_EQ(applied(shop, "base = self.prices[item]\nreturn base * 2",
                    "base = self.prices[item]\nif base < 0:\n    raise ValueError(item)\nreturn "
                    "base * 3"),
            "class Shop:\n"
            "    def price(self, item):\n"
            "        base = self.prices[item]\n"
            "        if base < 0:\n"
            "            raise ValueError(item)\n"
            "        return base * 3\n"
            "\n"
            "    def stock(self, item):\n"
            "        base = self.stocks[item]\n"
            "        return base\n");
}

TEST(FuzzyEdit, TabsForSpacesAreTheFiles) {
  EXPECT_EQ(applied("func f() {\n\tif x {\n\t\tg()\n\t}\n}\n", "    if x {\n        g()\n    }",
                    "    if x {\n        g()\n        h()\n    }"),
            "func f() {\n\tif x {\n\t\tg()\n\t\th()\n\t}\n}\n");
}

TEST(FuzzyEdit, LinesThatStayKeepTheirBytes) {
  EXPECT_EQ(applied("x = f( a,b )\ny  =  2\nz = 3\n", "x = f(a, b)\ny = 2\nz = 3",
                    "x = f(a, b)\ny = 5\nz = 3"),
            "x = f( a,b )\ny = 5\nz = 3\n");
}

TEST(FuzzyEdit, NumbersFencesAndEscapesComeOff) {
  EXPECT_EQ(
      applied(shop, "3\t        base = self.prices[item]",
              "3\t        base = self.prices.get(item, 0)"),
      applied(shop, "        base = self.prices[item]", "        base = self.prices.get(item, 0)"));
  EXPECT_EQ(applied("a\nb\n", "```\na\nb\n```", "```\na\nc\n```"), "a\nc\n");
  EXPECT_EQ(applied("say(\"x\")\nend\n", "say(\\\"x\\\")\\nend", "say(\\\"y\\\")\\nend"),
            "say(\"y\")\nend\n");
}

TEST(FuzzyEdit, AnEllipsisStandsForLinesThatStay) {
  EXPECT_EQ(applied(shop, "    def price(self, item):\n        ...\n        return base * 2",
                    "    def price(self, item, n):\n        ...\n        return base * n"),
            "class Shop:\n"
            "    def price(self, item, n):\n"
            "        base = self.prices[item]\n"
            "        return base * n\n"
            "\n"
            "    def stock(self, item):\n"
            "        base = self.stocks[item]\n"
            "        return base\n");
  const auto lazy = fuzzy_edit(shop, "        return base * 2",
                               "        return base * 3\n        # ... rest of the code", false);
  EXPECT_EQ(lazy.status, Status::unclear);
}

TEST(FuzzyEdit, TwoPlacesAreNeverAGuess) {
  EXPECT_EQ(fuzzy_edit(shop, "base=self.prices [item]\n", "base = 1\n", false).status,
            Status::applied);
  EXPECT_EQ(fuzzy_edit("  f( )\n  f( )\n", "f()", "g()", false).status, Status::ambiguous);
}

TEST(FuzzyEdit, ALineMisrememberedInTheMiddleStays) {
  const std::string_view content = "start()\none\ntwo()\nthree\nfour\nend()\n";
  EXPECT_EQ(applied(content, "start()\none\n2()\nthree\nfour\nend()",
                    "start()\none\n2()\nthree\nFOUR\nend()"),
            "start()\none\ntwo()\nthree\nFOUR\nend()\n");
  // The line that is to change is not there.
  EXPECT_EQ(fuzzy_edit(content, "start()\none\n2()\nthree\nfour\nend()",
                       "start()\none\nnew()\nthree\nfour\nend()", false)
                .status,
            Status::unclear);
}

TEST(FuzzyEdit, LineEndsAreTheFiles) {
  EXPECT_EQ(applied("a\r\nb\r\nc\r\n", "a\nb", "a\nx\ny"), "a\r\nx\r\ny\r\nc\r\n");
  EXPECT_EQ(applied("  a\r\n  b\r\n", "a\nb", "a\nx\nb"), "  a\r\n  x\r\n  b\r\n");
  EXPECT_EQ(applied("  a\n  b", "a\nb", "a\nc"), "  a\n  c");
}

TEST(FuzzyEdit, InAMixedFileEachLineKeepsItsEnd) {
  EXPECT_EQ(applied("a\nb\nc\r\n", "a\nb", "x\ny\nz"), "x\ny\nz\nc\r\n");
  EXPECT_EQ(applied("a\nb\r\n", "a", "a\nx"), "a\nx\nb\r\n");
  EXPECT_EQ(applied("a\nb\r\n", "b", "b\nx"), "a\nb\r\nx\r\n");
  EXPECT_EQ(applied("a\nb\r\nc\n", "\nc", "\nx\nc"), "a\nb\r\nx\r\nc\n");
  EXPECT_EQ(applied("a\nb\r\nc\nd", "a\nb\nc\n", "a\nx\nc\n"), "a\nx\r\nc\nd");
  EXPECT_EQ(applied("  a\n  b\r\n  c\n", "a\nb", "a\nx\nb"), "  a\n  x\n  b\r\n  c\n");
  EXPECT_EQ(applied("one\ntwo \r\nthree", "two\nthree", "two\n3\n4"), "one\ntwo \r\n3\r\n4");
}

TEST(FuzzyEdit, TheSameLinesWithOtherEndsAreAnotherPlace) {
  const std::string_view content = "a\nb\nx\na\r\nb\r\n";
  EXPECT_EQ(fuzzy_edit(content, "a\nb", "c\nd", false).status, Status::ambiguous);
  EXPECT_EQ(fuzzy_edit(content, "a\nb", "c\nd", true).content, "c\nd\nx\nc\r\nd\r\n");
}

}  // namespace
}  // namespace hearth::agent
