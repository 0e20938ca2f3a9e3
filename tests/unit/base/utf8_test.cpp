#include "hearth/base/utf8.h"

#include <gtest/gtest.h>

namespace hearth {
namespace {

TEST(Utf8, HoldsBackTheBeginningOfACodePointAndNothingElse) {
  const std::string text = "aé€😀";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const std::string_view head = std::string_view(text).substr(0, cut);
    const std::size_t tail = incomplete_utf8_tail(head);
    EXPECT_TRUE(is_valid_utf8(head.substr(0, cut - tail))) << cut;
    EXPECT_LE(tail, 3U);
  }
}

TEST(Utf8, APrefixEndsWithAWholeCodePoint) {
  const std::string text = "aé€😀";
  EXPECT_EQ(utf8_prefix(text, 100), text);
  EXPECT_EQ(utf8_prefix(text, 2), "a");
  EXPECT_EQ(utf8_prefix(text, 3), "aé");
  EXPECT_EQ(utf8_prefix(text, 5), "aé");
  EXPECT_EQ(utf8_prefix(text, text.size() - 1), "aé€");
  EXPECT_EQ(utf8_prefix(text, 0), "");
}

TEST(Utf8, RefusesOverlongSurrogatesAndStrayBytes) {
  for (const char* bad :
       {"\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\x80", "a\xFF"}) {
    EXPECT_FALSE(is_valid_utf8(bad));
    EXPECT_TRUE(is_valid_utf8(to_valid_utf8(bad)));
  }
  EXPECT_EQ(to_valid_utf8("a\xFFz"), "a\xEF\xBF\xBDz");
}

}  // namespace
}  // namespace hearth
