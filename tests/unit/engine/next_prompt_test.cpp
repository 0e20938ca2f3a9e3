#include "hearth/engine/next_prompt.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "said.h"
#include "test_models.h"

#include "hearth/engine/prompt.h"

namespace hearth::engine {
namespace {

class NextPromptOf : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    weights_ = test_model(GetParam());
    request_.messages = {said(chat::Role::system, "Be brief."), said(chat::Role::user, "Hello?")};
  }
  [[nodiscard]] std::vector<Token> rendered() const {
    auto prompt = render(*weights_, request_);
    if (!prompt) throw std::runtime_error(prompt.error().message);
    return prompt->tokens;
  }
  static bool begins_with(const std::vector<Token>& tokens, const std::vector<Token>& prefix) {
    return tokens.size() > prefix.size() &&
           std::equal(prefix.begin(), prefix.end(), tokens.begin());
  }

  std::shared_ptr<const Weights> weights_;
  chat::Request request_;
  Replays replays_;
};

TEST_P(NextPromptOf, IsWhatTheNextTurnBeginsWith) {
  const auto before = rendered();
  const chat::Message answer = said(chat::Role::assistant, "Hello, and how are you today?");
  const auto next = next_prompt(*weights_, replays_, request_, answer);
  EXPECT_GT(next.size(), before.size() + 5);
  request_.messages.push_back(answer);
  request_.messages.push_back(said(chat::Role::user, "Fine, thank you."));
  EXPECT_TRUE(begins_with(rendered(), next));
}

TEST_P(NextPromptOf, HoldsWhatTheAnswerWasSampledAs) {
  Replays::Answer made;
  made.prompt = rendered();
  made.text = "whatever";
  for (const char c : made.text) {
    const auto one = weights_->tokenize({&c, 1}, Weights::Begin::bare, Weights::Special::as_text);
    made.sampled.insert(made.sampled.end(), one.begin(), one.end());
  }
  replays_.remember(*weights_, made);
  const auto next =
      next_prompt(*weights_, replays_, request_, said(chat::Role::assistant, made.text));
  std::vector<Token> sequence = made.prompt;
  sequence.insert(sequence.end(), made.sampled.begin(), made.sampled.end());
  EXPECT_TRUE(begins_with(next, sequence));
}

TEST_P(NextPromptOf, AfterACallEndsBeforeItsResult) {
  chat::Tool tool;
  tool.name = "read";
  request_.tools.push_back(tool);
  chat::ToolUseBlock call;
  call.id = "call_1";
  call.name = "read";
  call.arguments = R"({"path":"a.txt"})";
  const chat::Message answer{chat::Role::assistant, {call}};
  const auto next = next_prompt(*weights_, replays_, request_, answer);
  chat::ToolResultBlock result;
  result.tool_use_id = call.id;
  result.content.emplace_back(chat::TextBlock{"the text of the file", {}});
  request_.messages.push_back(answer);
  request_.messages.push_back({chat::Role::user, {result}});
  EXPECT_GT(next.size(), 30U);
  EXPECT_TRUE(begins_with(rendered(), next));
}

INSTANTIATE_TEST_SUITE_P(Templates, NextPromptOf,
                         ::testing::Values(smollm2, qwen3moe, lfm2, gpt_oss), model_name);

}  // namespace
}  // namespace hearth::engine
