#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "hearth/engine/weights.h"

namespace hearth::engine {

/// A model of the folder HEARTH_TEST_MODELS, which scripts/test fills and sets. A missing one is a
/// failure, not a skip. Weights are loaded once per test program.
inline std::shared_ptr<const Weights> test_model(const std::string& file) {
  static std::map<std::string, std::shared_ptr<const Weights>> loaded;
  auto& weights = loaded[file];
  if (weights) return weights;
  const char* folder = std::getenv("HEARTH_TEST_MODELS");
  if (folder == nullptr) {
    throw std::runtime_error("HEARTH_TEST_MODELS is not set; run the tests with scripts/test");
  }
  auto result = Weights::load(std::filesystem::path(folder) / file, all_layers);
  if (!result) throw std::runtime_error(result.error().message);
  weights = *result;
  return weights;
}

/// Threads to compute with. scripts/test says 1 under ThreadSanitizer: the engine is not
/// instrumented, so each of its workers' copies would be looked at for a race, and reported as one.
inline int test_threads() {
  const char* const threads = std::getenv("HEARTH_TEST_THREADS");
  return threads != nullptr ? std::atoi(threads) : 2;
}

/// The name of a parameterised test's model, in letters and digits.
inline std::string model_name(const ::testing::TestParamInfo<const char*>& model) {
  std::string name(model.param);
  std::erase_if(name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; });
  return name;
}

inline constexpr const char* smollm2 = "SmolLM2-135M-Instruct.Q4_1.gguf";
inline constexpr const char* gpt_oss = "gpt-oss-tiny.gguf";
inline constexpr const char* qwen3moe = "qwen3moe-tiny.gguf";
inline constexpr const char* lfm2 = "lfm2-tiny.gguf";
inline constexpr const char* bert = "bert-tiny.gguf";

}  // namespace hearth::engine
