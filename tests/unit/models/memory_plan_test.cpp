#include "hearth/models/memory_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hearth::models {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t gib = std::uint64_t{1} << 30;

/// 32 KiB of KV state per token.
GgufInfo model_trained_for(std::uint64_t tokens) {
  GgufInfo model;
  model.file_bytes = gib;
  model.context_length = tokens;
  model.n_layers = 32;
  model.n_heads_kv = 2;
  model.key_length = 128;
  model.value_length = 128;
  return model;
}

FreeMemory on_host(std::uint64_t bytes) {
  return {.host_bytes = bytes};
}

TEST(ContextPlan, IsTheTrainedLengthWhereMemoryAllows) {
  const auto plan = plan_context(model_trained_for(32768), on_host(64 * gib));
  EXPECT_EQ(plan.n_ctx, 32768);
  EXPECT_THAT(plan.why, HasSubstr("trained for 32768"));
}

TEST(ContextPlan, IsAtMost65536) {
  const auto plan = plan_context(model_trained_for(131072), on_host(64 * gib));
  EXPECT_EQ(plan.n_ctx, 65536);
  EXPECT_THAT(plan.why, HasSubstr("131072"));
}

TEST(ContextPlan, IsWhatMemoryLeavesBesideWeightsAndBuffers) {
  const auto plan = plan_context(model_trained_for(131072), on_host(3 * gib));
  EXPECT_EQ(plan.n_ctx, 16384) << "3 GiB less 2.5, at 32 KiB a token";
  EXPECT_THAT(plan.why, HasSubstr("0.5 GiB"));
  EXPECT_THAT(plan.why, HasSubstr("32 KiB per token"));
}

TEST(ContextPlan, OfAModelOnGpusIsWhatTheirMemoryLeaves) {
  const auto plan = plan_context(model_trained_for(131072),
                                 {.host_bytes = 0, .gpu_bytes = gib, .share_on_gpus = 1});
  EXPECT_EQ(plan.n_ctx, 16384)
      << "1 GiB less 0.5, at 32 KiB a token; the weights are there already";
  EXPECT_THAT(plan.why, HasSubstr("0.5 GiB of the GPU's memory"));
}

TEST(ContextPlan, OfAModelOnBothIsWhatTheScarcerLeaves) {
  const auto with = [](std::uint64_t host_bytes, std::uint64_t gpu_bytes) {
    const auto model = model_trained_for(131072);
    return plan_context(model, {host_bytes, gpu_bytes, 0.5}).n_ctx;
  };
  EXPECT_EQ(with(64 * gib, gib), 32768) << "half of each token's state is there";
  EXPECT_EQ(with(2 * gib + gib / 4, 64 * gib), 16384) << "half of the weights is on the host";
}

TEST(ContextPlan, IsAMultipleOf256) {
  EXPECT_EQ(plan_context(model_trained_for(131072), on_host(3 * gib + 33 * 32768)).n_ctx, 16384);
}

TEST(ContextPlan, IsAtLeast2048EvenWithoutMemory) {
  EXPECT_EQ(plan_context(model_trained_for(131072), on_host(0)).n_ctx, 2048);
}

TEST(ContextPlan, NeverExceedsASmallTrainedLength) {
  EXPECT_EQ(plan_context(model_trained_for(1024), on_host(0)).n_ctx, 1024);
}

TEST(ContextPlan, AModelThatSaysNothingGets4096) {
  EXPECT_EQ(plan_context(GgufInfo{}, on_host(64 * gib)).n_ctx, 4096);
}

TEST(CellsIn, AreWhatTheBytesHoldAndAMultipleOf256) {
  const GgufInfo model = model_trained_for(32768);
  const std::uint64_t row = model.kv_bytes_per_token();
  EXPECT_EQ(cells_in(row * 1023, model), 768);
  EXPECT_EQ(cells_in(row * 1024, model), 1024);
  EXPECT_EQ(cells_in(row * 100, model), 0);
}

TEST(AvailableMemory, IsReadFromTheSystem) {
  EXPECT_GT(available_memory(), std::uint64_t{1} << 20);
}

}  // namespace
}  // namespace hearth::models
