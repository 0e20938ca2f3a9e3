#include "hearth/router/counted_texts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hearth::router {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// A tokenizer of one token for each byte, and what it was given.
struct Seen {
  CountedTexts counted;
  std::vector<std::string> texts;

  std::size_t count(std::string_view text, std::string_view vocabulary = "m") {
    texts.clear();
    return counted.count(vocabulary, text, "<s>", [this](std::string_view piece) {
      texts.emplace_back(piece);
      return piece.size();
    });
  }
};

TEST(CountedTexts, AConversationThatGrewIsCountedByWhatIsNew) {
  Seen seen;
  EXPECT_EQ(seen.count("<s>system<s>user one<s>"), 23U);
  EXPECT_THAT(seen.texts, ElementsAre("<s>system", "<s>user one", "<s>"));
  EXPECT_EQ(seen.count("<s>system<s>user one<s>answer<s>user two<s>"), 43U);
  EXPECT_THAT(seen.texts, ElementsAre("<s>answer", "<s>user two", "<s>"));
  EXPECT_EQ(seen.count("<s>system<s>user one<s>answer<s>user two<s>"), 43U);
  EXPECT_THAT(seen.texts, IsEmpty());
}

TEST(CountedTexts, ABranchIsCountedFromWhereItLeaves) {
  Seen seen;
  seen.count("<s>a<s>b<s>c");
  EXPECT_EQ(seen.count("<s>a<s>x<s>c"), 12U);
  EXPECT_THAT(seen.texts, ElementsAre("<s>x", "<s>c"));
}

TEST(CountedTexts, AnotherVocabularyIsCountedByItself) {
  Seen seen;
  seen.count("<s>a<s>b");
  EXPECT_EQ(seen.count("<s>a<s>b", "other"), 8U);
  EXPECT_THAT(seen.texts, ElementsAre("<s>a", "<s>b"));
}

TEST(CountedTexts, WhatStandsBeforeTheFirstMarkCounts) {
  Seen seen;
  EXPECT_EQ(seen.count("begin<s>a"), 9U);
  EXPECT_THAT(seen.texts, ElementsAre("begin", "<s>a"));
  EXPECT_EQ(seen.count(""), 0U);
}

TEST(CountedTexts, WithoutAMarkATextIsOnePiece) {
  CountedTexts counted;
  int calls = 0;
  const auto tokenize = [&](std::string_view text) {
    ++calls;
    return text.size();
  };
  EXPECT_EQ(counted.count("m", "a text", "", tokenize), 6U);
  EXPECT_EQ(counted.count("m", "a text", "", tokenize), 6U);
  EXPECT_EQ(calls, 1);
}

TEST(CountedTexts, TheOldestBeginningsAreForgotten) {
  Seen seen;
  seen.count("<s>first");
  for (std::size_t i = 0; i < CountedTexts::most; ++i) seen.count("<s>" + std::to_string(i));
  EXPECT_EQ(seen.count("<s>first"), 8U);
  EXPECT_THAT(seen.texts, ElementsAre("<s>first"));
}

}  // namespace
}  // namespace hearth::router
