// No wrong restore, ever: random conversations go on, fork, go back, are evicted, survive restarts
// and damaged files, over all tiers and the real library; each answer's first logits are held
// against those of a context that never saw anything else.
//
// HEARTH_PROPERTY_STEPS and HEARTH_PROPERTY_SEED make it longer, and other (bench/soak.py does).

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "faulty_device.h"
#include "logits.h"
#include "test_models.h"

#include "hearth/kv/disk_store.h"
#include "hearth/kv/grid_prefixes.h"
#include "hearth/kv/tiered_prefixes.h"

namespace hearth::engine {
namespace {

namespace fs = std::filesystem;
using kv::ResumePoints;

/// As in context_state_test.cpp: more than two cold runs with other cuts ever differ, less than
/// what a wrong state gives.
constexpr double same = 0.2;
constexpr int longest = 500;
constexpr int n_cells = 900;
constexpr int n_sequences = 4;
/// Of the mode exact.
constexpr int grid = 64;

enum class Precision { close, exact };

std::unique_ptr<Context> context_of(const char* model, int cells, int sequences,
                                    Precision precision = Precision::close) {
  ContextOptions options;
  options.n_ctx = cells;
  options.n_ubatch = 128;
  options.n_sequences = sequences;
  if (precision == Precision::exact) {
    options.n_sequences = 1;
    options.grid = options.n_ubatch = grid;
  }
  options.n_threads = test_threads();
  auto made = Context::create(test_model(model), options);
  if (!made) throw std::runtime_error(made.error().message);
  return std::move(*made);
}

/// One server's life after the other over one cache folder, driven by a random sequence of events.
class Lives {
 public:
  Lives(const char* model, unsigned seed, Fault fault, Precision precision = Precision::close)
      : model_(model),
        fault_(fault),
        precision_(precision),
        random_(seed),
        cold_(context_of(model, 1024, n_sequences, precision)) {
    std::string pattern = (fs::temp_directory_path() / "hearth-lives-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    begin();
  }
  ~Lives() {
    prefixes_.reset();
    archive_.reset();
    fs::remove_all(folder_);
  }

  void step() {
    const unsigned dice = random_() % 100;
    if (dice < 78) {
      request();
    } else if (dice < 90) {
      for (unsigned i = 0; i < 1 + random_() % 8; ++i) prefixes_->tidy();
    } else if (dice < 96) {
      restart();
    } else {
      archive_->settle();
      damage();
    }
  }

  int n_wrong = 0;  ///< answers that are not those of a cold context
  double farthest = 0;
  int n_compared = 0;
  int from_device = 0;
  int from_host = 0;
  int from_disk = 0;
  int n_restarts = 0;
  int n_damaged = 0;

 private:
  using Tokens = std::vector<Token>;

  void begin() {
    context_ = context_of(model_, n_cells, n_sequences, precision_);
    device_ = std::make_unique<FaultyDevice>(*context_, fault_);
    auto opened =
        kv::DiskStore::open({.folder = folder_, .fingerprint = {1, 2}, .description = ""});
    if (!opened) throw std::runtime_error(opened.error().message);
    kv::Archive::Options options;
    options.host_bytes = context_->row_bytes() * 700;
    options.disk_bytes = context_->row_bytes() * 4000;
    options.policy = kv::by_value({});
    options.store = std::move(opened->store);
    archive_ = std::make_shared<kv::Archive>(std::move(options));
    std::vector<kv::EntryInfo> entries;
    for (auto& stored : opened->entries) entries.push_back(std::move(stored.info));
    archive_->adopt(std::move(entries));
    archive_->warm();
    if (precision_ == Precision::exact) {
      prefixes_ = std::make_unique<kv::GridPrefixes>(*device_, archive_, grid);
    } else {
      prefixes_ = std::make_unique<kv::TieredPrefixes>(*device_, archive_);
    }
  }

  void restart() {
    ++n_restarts;
    if (random_() % 2 == 0) prefixes_->save_all();
    prefixes_.reset();
    archive_.reset();
    begin();
  }

  /// Of one file: a bit, its length, or its name.
  void damage() {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
      const auto extension = entry.path().extension();
      if (extension == ".rows" || extension == ".point") files.push_back(entry.path());
    }
    if (files.empty()) return;
    ++n_damaged;
    std::ranges::sort(files);
    const fs::path& file = files[random_() % files.size()];
    const auto size = fs::file_size(file);
    switch (random_() % 3) {
      case 0: fs::resize_file(file, random_() % size); break;
      case 1: {
        std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
        const auto at = static_cast<std::streamoff>(random_() % size);
        stream.seekg(at);
        const auto byte = static_cast<char>(stream.get() ^ (1 << random_() % 8));
        stream.seekp(at);
        stream.put(byte);
        break;
      }
      default: fs::rename(file, files[random_() % files.size()]);
    }
  }

  /// A prompt that has to do with earlier ones: goes on, goes back, leaves in the middle, is
  /// changed in one place, is the same again, or is new.
  Tokens prompt() {
    Tokens prompt;
    if (!history_.empty() && random_() % 8 != 0) {
      prompt =
          history_[history_.size() - 1 - random_() % std::min<std::size_t>(history_.size(), 12)];
      const unsigned how = random_() % 6;
      if (how == 0 || how == 1) prompt.resize(1 + random_() % prompt.size());
      if (how == 2) prompt[random_() % prompt.size()] = 7;
      if (how == 3) return prompt;
    }
    if (prompt.size() > longest - 100) prompt.resize(random_() % 100 + 1);
    const auto more =
        random_tokens(context_->weights(), random_, 1 + static_cast<int>(random_() % 90));
    prompt.insert(prompt.end(), more.begin(), more.end());
    return prompt;
  }

  std::optional<kv::Lease> lease(const Tokens& tokens) {
    kv::Preparation preparation;
    for (int i = 0; i < 100; ++i) {
      while (!prefixes_->prepare(tokens, preparation)) archive_->settle();
      if (auto lease = prefixes_->acquire(tokens, preparation)) return lease;
      archive_->settle();
    }
    return std::nullopt;
  }

  void request() {
    Tokens tokens = prompt();
    const auto found = lease(tokens);
    ASSERT_TRUE(found);
    from_host += found->from_host;
    from_disk += found->from_disk;
    from_device += found->reused - found->from_host - found->from_disk;
    // An answer, too.
    const std::size_t n_prompt = tokens.size();
    const auto answer =
        random_tokens(context_->weights(), random_, static_cast<int>(random_() % 12));
    tokens.insert(tokens.end(), answer.begin(), answer.end());
    ASSERT_TRUE(prefixes_->reserve(static_cast<int>(tokens.size()) - found->reused));
    Logits warm;
    std::size_t done = static_cast<std::size_t>(found->reused);
    while (done < tokens.size()) {
      const std::size_t n = next_piece(done, n_prompt, tokens.size());
      const kv::TokenSpan piece = kv::TokenSpan(tokens).subspan(done, n);
      Logits logits = compute(*context_, found->sequence, static_cast<int>(done), piece);
      if (logits.empty()) {
        n_wrong++;  // the library itself saw it
        prefixes_->release(found->sequence, kv::PrefixCache::Ending::broken);
        return;
      }
      prefixes_->extend(found->sequence, piece);
      done += n;
      if (done == n_prompt) warm = std::move(logits);
      if (random_() % 2 == 0) {
        const bool only_here =
            context_->resume_points() == ResumePoints::state || precision_ == Precision::exact;
        const int back =
            only_here ? 0 : static_cast<int>(random_() % std::min<std::size_t>(n, 100));
        prefixes_->keep_point(found->sequence, static_cast<int>(done) - back);
      }
    }
    prefixes_->release(found->sequence, random_() % 20 == 0 ? kv::PrefixCache::Ending::broken
                                                            : kv::PrefixCache::Ending::whole);
    history_.push_back(tokens);
    tokens.resize(n_prompt);
    judge(warm, tokens);
  }

  /// Tokens of the next batch, `done` being computed.
  std::size_t next_piece(std::size_t done, std::size_t n_prompt, std::size_t n_all) {
    if (precision_ == Precision::exact) {
      return done < n_prompt ? std::min(n_prompt - done, grid - done % grid) : 1;
    }
    const std::size_t end = done < n_prompt ? n_prompt : n_all;
    return std::min<std::size_t>(end - done, 1 + random_() % 120);
  }

  /// As a server does that never saw anything else, in the mode exact.
  Logits cold_on_grid(const Tokens& tokens) {
    cold_->trim(0, 0);
    Logits logits;
    for (std::size_t at = 0; at < tokens.size(); at += grid) {
      const std::size_t n = std::min<std::size_t>(grid, tokens.size() - at);
      logits = compute(*cold_, 0, static_cast<int>(at), kv::TokenSpan(tokens).subspan(at, n));
    }
    return logits;
  }

  /// Read from the first token on, cut into batches at random. Other sequences stand in the pool
  /// and go, so that its cells lie in no order, as those of the tried context do.
  Logits cold(const Tokens& tokens) {
    for (int i = 0; i < n_sequences; ++i) cold_->trim(i, 0);
    for (int i = 1; i < n_sequences; ++i) {
      const int n = static_cast<int>(random_() % 120);
      if (n > 0) compute(*cold_, i, 0, random_tokens(cold_->weights(), random_, n));
    }
    Logits logits;
    for (std::size_t at = 0; at < tokens.size();) {
      cold_->trim(1 + static_cast<int>(random_() % (n_sequences - 1)), 0);
      const std::size_t n = std::min<std::size_t>(1 + random_() % 128, tokens.size() - at);
      logits = compute(*cold_, 0, static_cast<int>(at), kv::TokenSpan(tokens).subspan(at, n));
      at += n;
    }
    return logits;
  }

  /// Right is what some cold run gives. Where two experts are as good as equal for a token,
  /// rounding, and so the cuts, decide between them, and cold runs fall into groups that are far
  /// apart.
  void judge(const Logits& warm, const Tokens& tokens) {
    if (precision_ == Precision::exact) {
      ++n_compared;
      const Logits right = cold_on_grid(tokens);
      farthest = std::max(farthest, distance(right, warm));
      if (right != warm) ++n_wrong;
      return;
    }
    const int most_runs = fault_ == Fault::none ? 1000 : 50;
    ++n_compared;
    double nearest = INFINITY;
    for (int i = 0; i < most_runs && nearest > same; ++i) {
      const Logits right = cold(tokens);
      // Where two tokens are as good as equal, rounding decides which is the first.
      const bool other_top = top(warm) != top(right) && right[top(right)] - right[top(warm)] > same;
      if (!other_top) nearest = std::min(nearest, distance(right, warm));
    }
    farthest = std::max(farthest, nearest);
    if (nearest > same) ++n_wrong;
  }

  const char* model_;
  Fault fault_;
  Precision precision_;
  std::mt19937 random_;
  fs::path folder_;
  std::unique_ptr<Context> cold_;
  std::unique_ptr<Context> context_;
  std::unique_ptr<FaultyDevice> device_;
  std::shared_ptr<kv::Archive> archive_;
  std::unique_ptr<kv::PrefixCache> prefixes_;
  std::vector<Tokens> history_;
};

int from_environment(const char* name, int otherwise) {
  const char* const value = std::getenv(name);
  return value != nullptr ? std::atoi(value) : otherwise;
}

class NoWrongRestore : public ::testing::TestWithParam<const char*> {
 protected:
  const int steps_ = from_environment("HEARTH_PROPERTY_STEPS", 300);
  const unsigned seed_ = static_cast<unsigned>(from_environment("HEARTH_PROPERTY_SEED", 1));
};

void expect_nothing_wrong(Lives& lives) {
  EXPECT_EQ(lives.n_wrong, 0) << "of " << lives.n_compared << ", the farthest " << lives.farthest;
  // It came about at all.
  EXPECT_GT(lives.from_host, 0);
  EXPECT_GT(lives.from_disk, 0);
  EXPECT_GT(lives.n_restarts, 0);
  EXPECT_GT(lives.n_damaged, 0);
  std::cout << lives.n_compared << " answers, the farthest " << lives.farthest << "; reused "
            << lives.from_device << " tokens on the device, " << lives.from_host << " from host, "
            << lives.from_disk << " from disk; " << lives.n_restarts << " restarts, "
            << lives.n_damaged << " files damaged\n";
}

TEST_P(NoWrongRestore, WhateverHappens) {
  Lives lives(GetParam(), seed_, Fault::none);
  for (int i = 0; i < steps_ && !HasFatalFailure(); ++i) lives.step();
  expect_nothing_wrong(lives);
  EXPECT_GT(lives.from_device, 0);
}

TEST_P(NoWrongRestore, InTheModeExactToTheLastBit) {
  Lives lives(GetParam(), seed_, Fault::none, Precision::exact);
  for (int i = 0; i < steps_ && !HasFatalFailure(); ++i) lives.step();
  expect_nothing_wrong(lives);
}

TEST_P(NoWrongRestore, APlantedOneIsSeenInTheModeExact) {
  std::vector<Fault> faults = {Fault::shifted_rows};
  const auto context = context_of(GetParam(), 256, 1, Precision::exact);
  if (context->resume_points() != ResumePoints::any_position) {
    faults.push_back(Fault::missing_point);
  }
  for (const Fault fault : faults) {
    Lives lives(GetParam(), seed_, fault, Precision::exact);
    for (int i = 0; i < steps_ && lives.n_wrong == 0 && !HasFatalFailure(); ++i) lives.step();
    EXPECT_GT(lives.n_wrong, 0) << "fault " << static_cast<int>(fault);
  }
}

TEST_P(NoWrongRestore, APlantedOneIsSeen) {
  std::vector<Fault> faults = {Fault::foreign_rows, Fault::shifted_rows};
  if (context_of(GetParam(), 256, 1)->resume_points() != ResumePoints::any_position) {
    faults.push_back(Fault::missing_point);
  }
  for (const Fault fault : faults) {
    Lives lives(GetParam(), seed_, fault);
    for (int i = 0; i < steps_ && lives.n_wrong == 0 && !HasFatalFailure(); ++i) lives.step();
    EXPECT_GT(lives.n_wrong, 0) << "fault " << static_cast<int>(fault);
  }
}

INSTANTIATE_TEST_SUITE_P(Models, NoWrongRestore, ::testing::Values(gpt_oss, qwen3moe, lfm2),
                         model_name);

}  // namespace
}  // namespace hearth::engine
