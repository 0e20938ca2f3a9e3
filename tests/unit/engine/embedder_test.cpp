#include "hearth/engine/embedder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "test_models.h"

namespace hearth::engine {
namespace {

using testing::HasSubstr;

std::shared_ptr<Embedder> embedder() {
  static const auto made = Embedder::create(test_model(bert), test_threads()).value();
  return made;
}

std::vector<Token> tokens(std::string_view text) {
  return embedder()->weights().tokenize(text, Weights::Begin::of_sequence,
                                        Weights::Special::as_text);
}

double product(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  }
  return sum;
}

TEST(Embedder, MakesAVectorOfLengthOneForEachText) {
  const auto made = embedder()->embed({tokens("the fox"), tokens("a river and a fish")});
  ASSERT_TRUE(made);
  ASSERT_EQ(made->vectors.size(), 2U);
  EXPECT_EQ(made->n_tokens,
            static_cast<int>(tokens("the fox").size() + tokens("a river and a fish").size()));
  for (const auto& vector : made->vectors) {
    EXPECT_EQ(vector.size(), static_cast<std::size_t>(embedder()->n_embd()));
    EXPECT_NEAR(product(vector, vector), 1, 1e-5);
  }
  EXPECT_LT(product(made->vectors[0], made->vectors[1]), 0.999);
}

/// More texts than fit into one batch, by number and by tokens, in another order.
TEST(Embedder, ATextsVectorDoesNotDependOnWhatElseIsAsked) {
  std::vector<std::vector<Token>> texts;
  for (int i = 0; i < 40; ++i) {
    std::string text;
    for (int word = 0; word <= i * 3; ++word) text += " fox" + std::to_string(word * i % 7);
    texts.push_back(tokens(text));
  }
  const auto together = embedder()->embed(texts);
  ASSERT_TRUE(together);
  ASSERT_EQ(together->vectors.size(), texts.size());
  for (std::size_t i = 0; i < texts.size(); i += 7) {
    const auto alone = embedder()->embed({texts[i]});
    ASSERT_TRUE(alone);
    EXPECT_NEAR(product(alone->vectors[0], together->vectors[i]), 1, 1e-4) << "text " << i;
  }
}

TEST(Embedder, EachTokenAndItsPlaceCount) {
  const auto made = embedder()->embed({tokens("the fox saw the dog"), tokens("the dog saw the fox"),
                                       tokens("the fox saw the dog")});
  ASSERT_TRUE(made);
  EXPECT_NEAR(product(made->vectors[0], made->vectors[2]), 1, 1e-5);
  EXPECT_LT(product(made->vectors[0], made->vectors[1]), 0.9999);
}

TEST(Embedder, ATextThatIsTooLongOrEmptyIsAnErrorWithItsPlace) {
  const auto longest = static_cast<std::size_t>(embedder()->longest());
  const std::vector<Token> word = tokens("fox");
  EXPECT_TRUE(embedder()->embed({std::vector<Token>(longest, word[1])}));
  const auto too_long = embedder()->embed({word, std::vector<Token>(longest + 1, word[1])});
  ASSERT_FALSE(too_long);
  EXPECT_EQ(too_long.error().kind, ErrorKind::invalid_request);
  EXPECT_THAT(too_long.error().message, HasSubstr("input 1 is too long: 513 tokens > 512"));
  EXPECT_THAT(embedder()->embed({{}}).error().message, HasSubstr("input 0 is empty"));
}

TEST(Embedder, AModelThatPoolsNothingMakesNone) {
  const auto made = Embedder::create(test_model(smollm2), test_threads());
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr("makes no embeddings"));
}

}  // namespace
}  // namespace hearth::engine
