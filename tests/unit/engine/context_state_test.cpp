// State that moves out of a context and back, against the library itself: whatever is restored goes
// on as the original does.

#include <gtest/gtest.h>

#include "logits.h"
#include "test_models.h"

namespace hearth::engine {
namespace {

using kv::ResumePoints;

/// More than two ways of computing the same thing ever differ, and less than what any wrong state
/// gives; WrongStateIsFarAway shows the latter.
constexpr double same = 0.2;

class ContextState : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    ContextOptions options;
    options.n_ctx = 1024;
    options.n_ubatch = 128;
    options.n_sequences = 4;
    options.n_threads = test_threads();
    auto made = Context::create(test_model(GetParam()), options);
    ASSERT_TRUE(made) << made.error().message;
    context_ = std::move(*made);
    std::mt19937 random(11);
    tokens_ = random_tokens(context_->weights(), random, 500);
  }

  [[nodiscard]] kv::TokenSpan tokens(int from, int to) const {
    return kv::TokenSpan(tokens_).subspan(static_cast<std::size_t>(from),
                                          static_cast<std::size_t>(to - from));
  }
  Logits read(kv::SequenceId sequence, int from, int to) {
    Logits logits;
    for (int at = from; at < to; at += 100) {
      logits = compute(*context_, sequence, at, tokens(at, std::min(at + 100, to)));
    }
    return logits;
  }
  [[nodiscard]] bool has_points() const {
    return context_->resume_points() != ResumePoints::any_position;
  }

  std::unique_ptr<Context> context_;
  std::vector<Token> tokens_;
};

TEST_P(ContextState, WhatIsRestoredElsewhereGoesOnAsTheOriginal) {
  read(0, 0, 300);
  const auto first = context_->save_rows(0, 0, 180);
  const auto second = context_->save_rows(0, 180, 300);
  const auto point = has_points() ? context_->save_point(0, 300) : nullptr;
  const Logits original = read(0, 300, 320);
  ASSERT_TRUE(first && second);
  context_->trim(0, 0);

  ASSERT_TRUE(context_->restore_rows(2, *first, 0, 180));
  ASSERT_TRUE(context_->restore_rows(2, *second, 180, 300));
  if (has_points()) {
    ASSERT_TRUE(point);
    ASSERT_TRUE(context_->restore_point(2, *point, 300));
  }
  EXPECT_LT(distance(original, read(2, 300, 320)), same);
}

TEST_P(ContextState, RowsAreSavedLateAndTakenInPart) {
  read(0, 0, 100);
  const auto point = has_points() ? context_->save_point(0, 100) : nullptr;
  read(0, 100, 300);
  const auto rows = context_->save_rows(0, 0, 300);
  ASSERT_TRUE(rows);
  context_->trim(0, 0);
  const Logits cold = read(1, 0, 140);
  context_->trim(1, 0);

  ASSERT_TRUE(context_->restore_rows(3, *rows, 0, 100));
  if (has_points()) {
    ASSERT_TRUE(point);
    ASSERT_TRUE(context_->restore_point(3, *point, 100));
  }
  EXPECT_LT(distance(cold, read(3, 100, 140)), same);
}

TEST_P(ContextState, ABranchAtAPointGoesOnAndTheTrunkToo) {
  read(0, 0, 200);
  const auto point = has_points() ? context_->save_point(0, 200) : nullptr;
  context_->copy(0, 1, 200);
  if (has_points()) {
    ASSERT_TRUE(point);
    ASSERT_TRUE(context_->restore_point(1, *point, 200));
  }
  const Logits branch = compute(*context_, 1, 200, tokens(400, 420));
  const Logits trunk = read(0, 200, 230);
  context_->trim(0, 0);
  context_->trim(1, 0);
  EXPECT_LT(distance(trunk, read(2, 0, 230)), same);
  context_->trim(2, 0);
  read(2, 0, 200);
  EXPECT_LT(distance(branch, compute(*context_, 2, 200, tokens(400, 420))), same);
}

class WindowState : public ContextState {};

TEST_P(WindowState, AWindowIsStillThereAWhileLater) {
  read(0, 0, 300);
  const int oldest = context_->oldest_point(0);
  EXPECT_LT(oldest, 300);
  EXPECT_EQ(context_->save_point(0, oldest - 1), nullptr);
  const auto point = context_->save_point(0, oldest);
  ASSERT_TRUE(point);
  context_->copy(0, 1, oldest);
  ASSERT_TRUE(context_->restore_point(1, *point, oldest));
  const Logits branch = read(1, oldest, oldest + 20);
  EXPECT_LT(distance(branch, read(2, 0, oldest + 20)), same);
}

TEST_P(ContextState, WrongStateIsFarAway) {
  read(0, 0, 300);
  const auto rows = context_->save_rows(0, 0, 300);
  const auto point = has_points() ? context_->save_point(0, 300) : nullptr;
  const Logits right = read(0, 300, 301);
  context_->trim(0, 0);
  compute(*context_, 1, 0, tokens(300, 400));
  compute(*context_, 1, 100, tokens(200, 300));
  compute(*context_, 1, 200, tokens(100, 200));
  const auto foreign_rows = context_->save_rows(1, 0, 300);
  const auto foreign_point = has_points() ? context_->save_point(1, 300) : nullptr;
  context_->trim(1, 0);
  ASSERT_TRUE(rows && foreign_rows);

  const auto with = [&](const kv::Blob& some_rows, const kv::BlobPtr& some_point) {
    context_->trim(2, 0);
    EXPECT_TRUE(context_->restore_rows(2, some_rows, 0, 300));
    if (some_point) {
      EXPECT_TRUE(context_->restore_point(2, *some_point, 300));
    }
    return distance(right, read(2, 300, 301));
  };
  EXPECT_LT(with(*rows, point), same);
  EXPECT_GT(with(*foreign_rows, point), same);
  if (has_points()) {
    EXPECT_GT(with(*rows, foreign_point), same);
  }
}

TEST_P(ContextState, ACutOffBlobIsRefusedAndHarmsNobody) {
  read(0, 0, 200);
  const auto rows = context_->save_rows(0, 0, 200);
  ASSERT_TRUE(rows);
  const auto [shorter, bytes] = kv::Blob::of_size(rows->size() / 2);
  std::copy_n(rows->bytes().begin(), shorter->size(), bytes);
  EXPECT_FALSE(context_->restore_rows(1, *shorter, 0, 200));
  const Logits after = read(0, 200, 220);
  context_->trim(0, 0);
  EXPECT_LT(distance(after, read(2, 0, 220)), same);
}

INSTANTIATE_TEST_SUITE_P(Models, WindowState, ::testing::Values(gpt_oss), model_name);
INSTANTIATE_TEST_SUITE_P(Models, ContextState, ::testing::Values(smollm2, gpt_oss, qwen3moe, lfm2),
                         model_name);

}  // namespace
}  // namespace hearth::engine
