#include "hearth/base/json.h"

#include <gtest/gtest.h>

namespace hearth {
namespace {

TEST(Json, WhatIsParsedIsWrittenInTheSameOrderAndForm) {
  for (const char* text : {R"({"b":1,"a":[true,null,-2,0.5,1e+30],"c":{"z":"x","y":{}}})",
                           R"("a\"\\\n\t\u0001é")", R"(18446744073709551615)", R"([])"}) {
    const auto value = parse_json(text);
    ASSERT_TRUE(value) << text;
    EXPECT_EQ(to_json(*value), text);
  }
}

TEST(Json, SaysWhatIsWrong) {
  EXPECT_NE(parse_json("{\"a\"").error().message.find("ends early"), std::string::npos);
  EXPECT_NE(parse_json("{} x").error().message.find("byte"), std::string::npos);
  EXPECT_FALSE(parse_json("\"\xC3\x28\""));
  EXPECT_FALSE(parse_json(""));
  const auto deep = parse_json(std::string(10000, '[') + std::string(10000, ']'));
  ASSERT_FALSE(deep);
  EXPECT_NE(deep.error().message.find("deeper"), std::string::npos);
}

TEST(Json, ALoneSurrogateIsReadAsAReplacementCharacter) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"a":"x\ud83d"})", "x\uFFFD"},
      {R"({"a":"\uDE00x"})", "\uFFFDx"},
      {R"({"a":"\ud83d\ud83d\ude00\n"})", "\uFFFD\U0001F600\n"},
      {R"({"a":"\ud83dx\u0041"})", "\uFFFDxA"},
      {R"({"a":"\\ud83d"})", "\\ud83d"},
      {R"({"a":"\ud83d\ude00"})", "\U0001F600"}};
  for (const auto& [text, expected] : cases) {
    const auto value = parse_json(text);
    ASSERT_TRUE(value) << text << ": " << value.error().message;
    EXPECT_EQ(value->at("a").as_string(), expected) << text;
  }
  for (const char* wrong : {R"("\ud83d)", R"("\ud83d" x)", R"("\ud8")", R"("\ud83d\x")"}) {
    EXPECT_FALSE(parse_json(wrong)) << wrong;
  }
  EXPECT_EQ(parse_json(R"({"a":"\ud83d" 7})").error().message,
            parse_json(R"({"a":"\ufffd" 7})").error().message)
      << "positions are those of the text as it came";
}

TEST(Json, NumbersAreFoundAsWhatTheyAre) {
  const auto value = parse_json(R"({"whole":3.0,"half":0.5,"big":1e300,"text":"3"})");
  const auto& object = value->get_object();
  EXPECT_EQ(find_int(object, "whole"), 3);
  EXPECT_FALSE(find_int(object, "half"));
  EXPECT_FALSE(find_int(object, "big"));
  EXPECT_FALSE(find_int(object, "text"));
  EXPECT_EQ(find_number(object, "half"), 0.5);
}

TEST(Json, ReadableTextIsTheSameValue) {
  const std::string text = R"({"a":[1,2],"b":{"c":{"d":"x\n"},"e":[]},"f":[{"g":null},3]})";
  const auto value = parse_json(text);
  ASSERT_TRUE(value);
  const std::string readable = to_readable_json(*value);
  EXPECT_EQ(readable,
            "{\n  \"a\": [1,2],\n  \"b\": {\n    \"c\": {\"d\":\"x\\n\"},\n    \"e\": []\n  },\n"
            "  \"f\": [\n    {\"g\":null},\n    3\n  ]\n}");
  EXPECT_EQ(to_json(*parse_json(readable)), text);
}

TEST(Json, EveryByteThatNeedsItIsEscapedWhereverItStands) {
  for (std::size_t before = 0; before < 20; ++before) {
    for (int c = 0; c < 0x80; ++c) {
      const std::string text = std::string(before, 'x') + static_cast<char>(c) + "tail of the text";
      const auto read = parse_json(to_json(json::value(text)));
      ASSERT_TRUE(read) << c;
      EXPECT_EQ(read->get_string(), text);
    }
  }
}

}  // namespace
}  // namespace hearth
