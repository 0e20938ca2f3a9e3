// A GPU does not skip masked cells, so what is parked must not lie in the way of those that run.

#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <vector>

#include "collected.h"
#include "test_models.h"

#include "hearth/engine/instance.h"

namespace hearth::engine {
namespace {

/// How wide the attention of each batch was, in the order of the batches.
class Widths {
 public:
  std::function<void(int)> watch() {
    return [this](int width) {
      const std::lock_guard lock(mutex_);
      seen_.push_back(width);
    };
  }
  std::vector<int> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(seen_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<int> seen_;
};

class AttentionWidthOf : public ::testing::TestWithParam<const char*> {
 protected:
  std::unique_ptr<Instance> instance_of() {
    InstanceOptions options;
    options.n_ctx = 8192;
    options.n_threads = test_threads();
    options.watch_width = widths_.watch();
    auto instance = Instance::create(test_model(GetParam()), options);
    if (!instance) throw std::runtime_error(instance.error().message);
    return std::move(*instance);
  }

  /// The widest of the steps of a short prompt and its answer.
  int run_short(Instance& instance) {
    widths_.take();
    run(instance, words(60), 40);
    return std::ranges::max(widths_.take());
  }

  static void run(Instance& instance, const std::string& text, int max_tokens) {
    Collected answer;
    auto generation = greedy(instance, text, max_tokens);
    generation.sampler.ignore_end = true;
    const auto job = instance.generate(std::move(generation), answer.sink());
    answer.finished();
  }

  Widths widths_;
};

TEST_P(AttentionWidthOf, AShortConversationIsThatOfRunningAloneBesideALongOneThatIsParked) {
  const auto empty = instance_of();
  const int alone = run_short(*empty);

  const auto loaded = instance_of();
  run(*loaded, words(1500, 2), 4);
  ASSERT_GT(std::ranges::max(widths_.take()), 2 * alone);
  EXPECT_EQ(run_short(*loaded), alone);
}

INSTANTIATE_TEST_SUITE_P(Architectures, AttentionWidthOf,
                         ::testing::Values(gpt_oss, qwen3moe, lfm2), model_name);

}  // namespace
}  // namespace hearth::engine
