#include "hearth/engine/probabilities.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace hearth::engine {
namespace {

using testing::ElementsAre;

std::vector<chat::SampledToken> tokens(const std::vector<std::string>& texts) {
  std::vector<chat::SampledToken> list;
  for (const std::string& text : texts) list.push_back({{0, text, -1}, {}});
  return list;
}

std::vector<std::string> texts(const std::vector<chat::SampledToken>& list) {
  std::vector<std::string> out;
  for (const auto& token : list) out.push_back(token.chosen.text);
  return out;
}

TEST(TokenAligner, GivesBackTheTokensOfAText) {
  TokenAligner aligner;
  aligner.add(tokens({"One", " two"}));
  aligner.add(tokens({" three"}));
  EXPECT_THAT(texts(aligner.take("One two")), ElementsAre("One", " two"));
  EXPECT_THAT(texts(aligner.take(" three")), ElementsAre(" three"));
  EXPECT_TRUE(aligner.take("more").empty());
}

TEST(TokenAligner, LeavesOutWhatCameBeforeTheText) {
  TokenAligner aligner;
  aligner.add(tokens({"<think>", "hm", "</think>", "\n", "Yes", "."}));
  EXPECT_THAT(texts(aligner.take("Yes.")), ElementsAre("Yes", "."));
}

TEST(TokenAligner, ATokenIsOfTheTextThatItsFirstBytesAreIn) {
  TokenAligner aligner;
  aligner.add(tokens({"ab", "cd", "ef"}));
  EXPECT_THAT(texts(aligner.take("abc")), ElementsAre("ab", "cd"));
  EXPECT_THAT(texts(aligner.take("ef")), ElementsAre("ef"));
}

}  // namespace
}  // namespace hearth::engine
