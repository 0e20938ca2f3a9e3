#include "hearth/engine/replays.h"

#include <gtest/gtest.h>

#include "said.h"
#include "test_models.h"

#include "hearth/engine/prompt.h"

namespace hearth::engine {
namespace {

std::vector<Token> rendered(const Weights& weights, const chat::Request& request) {
  auto prompt = render(weights, request);
  if (!prompt) throw std::runtime_error(prompt.error().message);
  return prompt->tokens;
}

/// One byte at a time: what no tokenizer gives back.
std::vector<Token> spelled(const Weights& weights, std::string_view text) {
  std::vector<Token> tokens;
  for (const char c : text) {
    const auto one = weights.tokenize({&c, 1}, Weights::Begin::bare, Weights::Special::as_text);
    tokens.insert(tokens.end(), one.begin(), one.end());
  }
  return tokens;
}

class ReplaysOf : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    weights_ = test_model(GetParam());
    request_.messages = {said(chat::Role::system, "Be brief."), said(chat::Role::user, "Hello?")};
    answer_.prompt = rendered(*weights_, request_);
    answer_.text = "whatever";
    answer_.sampled = spelled(*weights_, answer_.text);
  }
  /// The conversation goes on: what the template makes of it, and what is replayed.
  void go_on(chat::Message answer) {
    request_.messages.push_back(std::move(answer));
    request_.messages.push_back(said(chat::Role::user, "And then?"));
    plain_ = rendered(*weights_, request_);
    replayed_ = replays_.replay(*weights_, request_.messages, plain_);
  }
  [[nodiscard]] bool continues_what_was_sampled() const {
    std::vector<Token> sequence = answer_.prompt;
    sequence.insert(sequence.end(), answer_.sampled.begin(), answer_.sampled.end());
    return replayed_.size() > sequence.size() &&
           std::equal(sequence.begin(), sequence.end(), replayed_.begin());
  }

  std::shared_ptr<const Weights> weights_;
  chat::Request request_;
  Replays::Answer answer_;
  Replays replays_;
  std::vector<Token> plain_;
  std::vector<Token> replayed_;
};

TEST_P(ReplaysOf, AnAnswerIsReadAsItWasSampled) {
  replays_.remember(*weights_, answer_);
  go_on(said(chat::Role::assistant, answer_.text));
  EXPECT_TRUE(continues_what_was_sampled());
  EXPECT_NE(replayed_, plain_);
  // Everything else is as rendered.
  EXPECT_TRUE(std::equal(plain_.rbegin(), plain_.rbegin() + 5, replayed_.rbegin()));
}

TEST_P(ReplaysOf, AnAnswerThatTheClientChangedStaysAsRendered) {
  replays_.remember(*weights_, answer_);
  go_on(said(chat::Role::assistant, "whatever else"));
  EXPECT_EQ(replayed_, plain_);
}

TEST_P(ReplaysOf, TheSameAnswerAfterAnotherPromptStaysAsRendered) {
  replays_.remember(*weights_, answer_);
  request_.messages.front() = said(chat::Role::system, "Be long.");
  go_on(said(chat::Role::assistant, answer_.text));
  EXPECT_EQ(replayed_, plain_);
}

TEST_P(ReplaysOf, ThoughtsThatTheTemplateLeavesOutStayOut) {
  answer_.thinking = "What a question.";
  replays_.remember(*weights_, answer_);
  go_on(said(chat::Role::assistant, answer_.text));
  EXPECT_EQ(replayed_, plain_);
}

INSTANTIATE_TEST_SUITE_P(Templates, ReplaysOf, ::testing::Values(smollm2, qwen3moe, lfm2, gpt_oss),
                         model_name);

}  // namespace
}  // namespace hearth::engine
