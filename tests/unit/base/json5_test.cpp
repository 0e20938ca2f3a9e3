#include "hearth/base/json5.h"

#include <gtest/gtest.h>

#include <string>

namespace hearth {
namespace {

std::string read(std::string_view text) {
  const auto document = parse_json5(text);
  return document ? to_json(document->value) : document.error().message;
}

TEST(Json5, ReadsWhatTheStandardAdds) {
  EXPECT_EQ(read(R"(// a comment
    {unquoted: 'it\'s "x"', /* another */ hex: 0xFF, minus: -0x10, plus: +5,
     $k_1: [1, 2,], 'line': 'a\
b', "uni": '\u00fc\x41\uD83D\uDE00', nothing: null, yes: true, lead: .5, trail: 5., })"),
            "{\"unquoted\":\"it's \\\"x\\\"\",\"hex\":255,\"minus\":-16,\"plus\":5,\"$k_1\":[1,2],"
            "\"line\":\"ab\",\"uni\":\"\xC3\xBC"
            "A\xF0\x9F\x98\x80\",\"nothing\":null,\"yes\":true,"
            "\"lead\":5E-1,\"trail\":5E0}");
}

TEST(Json5, ReadsPlainJsonAsTheOtherParserDoes) {
  const std::string text =
      R"({"a":[1,-2,3.25,"x\ny",{"b":{}},[]],"c":false,"big":9007199254740991})";
  EXPECT_EQ(read(text), to_json(parse_json(text).value()));
}

TEST(Json5, KnowsWhereValuesStand) {
  const auto document = parse_json5("{\n  a: 1,\n  'b/c': [10,\n    20],\n}");
  ASSERT_TRUE(document);
  EXPECT_EQ(document->position("/a").line, 2);
  EXPECT_EQ(document->position("/a").column, 3);
  EXPECT_EQ(document->position("/b~1c/1").line, 4);
  EXPECT_EQ(document->position("/b~1c/1").column, 5);
  EXPECT_EQ(document->position("/b~1c/7/x").line, 3) << "the nearest value around it";
}

TEST(Json5, RefusesWithLineAndColumn) {
  EXPECT_EQ(read("{a: 1\n b: 2}"), "line 2, column 2: expected ',' or '}', found 'b'");
  EXPECT_EQ(read("{a: 1"), "line 1, column 6: expected ',' or '}', found the end");
  EXPECT_EQ(read("[1, 2"), "line 1, column 6: expected ',' or ']', found the end");
  EXPECT_EQ(read(""), "line 1, column 1: expected a value, found the end");
  EXPECT_EQ(read("{} x"), "line 1, column 4: expected the end, found 'x'");
  EXPECT_EQ(read("{a: hello}"),
            "line 1, column 5: expected a value, found the word hello; a text needs quotes");
  EXPECT_EQ(read("{a: 'x\n'}"), "line 1, column 5: this text does not end on its line");
  EXPECT_EQ(read("/* x"), "line 1, column 1: this comment does not end");
  EXPECT_EQ(read("{a: 1, a: 2}"), "line 1, column 8: the key a is given twice");
  EXPECT_EQ(read("-Infinity"),
            "line 1, column 1: Infinity and NaN have no value in JSON; write a number");
  EXPECT_EQ(read("NaN"), "line 1, column 1: NaN has no value in JSON; write a number");
  EXPECT_EQ(read("1x"), "line 1, column 1: malformed number");
  EXPECT_EQ(read("'\\uD83D'"), "line 1, column 8: half of a surrogate pair");
  EXPECT_EQ(read("\xff"), "line 1, column 1: the text is not valid UTF-8");
}

TEST(Json5, RefusesToNestWithoutEnd) {
  const auto document = parse_json5(std::string(10000, '['));
  ASSERT_FALSE(document);
  EXPECT_EQ(document.error().kind, ErrorKind::config);
  EXPECT_NE(document.error().message.find("256 levels"), std::string::npos);
}

TEST(Json5, EveryPrefixIsAnErrorAndNoCrash) {
  const std::string text = "{a: [1, 0x2, -3.5e2, 'x\\u0041'], /* c */ b: {c: true}} // end";
  for (std::size_t size = 0; size < text.find(" //"); ++size) {
    EXPECT_FALSE(parse_json5(std::string_view(text).substr(0, size))) << size;
  }
  EXPECT_TRUE(parse_json5(text));
}

}  // namespace
}  // namespace hearth
