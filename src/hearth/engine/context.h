#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "hearth/engine/weights.h"
#include "hearth/kv/state_device.h"

struct llama_context;

namespace hearth::engine {

enum class FlashAttention { automatic, on, off };

struct ContextOptions {
  int n_ctx = 4096;  ///< the pool's cells, which all sequences share
  int n_window = 0;  ///< tokens of one request and its answer at most; 0: the pool
  int n_ubatch = 512;
  int n_sequences = 16;
  int n_threads = 2;
  /// In tokens; 0: none. With one, state is to be the same to the last bit whichever way it came
  /// (kv::GridPrefixes): a batch is a block of the grid, and sliding windows keep everything, so
  /// that their cells lie in order, too.
  int grid = 0;
  FlashAttention flash_attention = FlashAttention::automatic;
  /// Told of each layer of each batch over how many cells its attention goes, those that are masked
  /// among them (llama.cpp's n_kv); it may be empty. On the thread that decodes.
  std::function<void(int n_cells)> watch_width;
};

/// A llama_context over shared weights: the pool of KV cells and the compute buffers. Owned by one
/// thread, but for `request_abort`.
class Context final : public kv::StateDevice {
 public:
  /// Errors: overloaded, if the KV state and buffers do not fit into memory.
  static Result<std::unique_ptr<Context>> create(std::shared_ptr<const Weights> weights,
                                                 const ContextOptions& options);
  ~Context() override;

  [[nodiscard]] int n_sequences() const override { return options_.n_sequences; }
  [[nodiscard]] int n_cells() const override;
  /// Tokens of one request and its answer at most.
  [[nodiscard]] int window() const;
  [[nodiscard]] kv::ResumePoints resume_points() const override;
  [[nodiscard]] std::uint64_t row_bytes() const override;
  bool trim(kv::SequenceId sequence, int from) override;
  void copy(kv::SequenceId from, kv::SequenceId to, int length) override;
  [[nodiscard]] int most_rows() const override;
  [[nodiscard]] kv::BlobPtr save_rows(kv::SequenceId sequence, int from, int to) override;
  bool restore_rows(kv::SequenceId sequence, const kv::Blob& blob, int from, int to) override;
  [[nodiscard]] int oldest_point(kv::SequenceId sequence) const override;
  [[nodiscard]] kv::BlobPtr save_point(kv::SequenceId sequence, int position) override;
  bool restore_point(kv::SequenceId sequence, const kv::Blob& blob, int position) override;

  /// Of the largest point that was saved so far; 0: none was.
  [[nodiscard]] std::uint64_t point_bytes() const { return point_bytes_; }

  struct Row {
    Token token = 0;
    int position = 0;
    kv::SequenceId sequence = 0;
    bool wants_logits = false;
  };
  enum class Outcome { done, aborted, no_room, failed };
  /// Computes up to n_ubatch rows. After anything but `done` the state is that of before.
  Outcome decode(const std::vector<Row>& rows);
  /// Logits (n_vocab floats) of row `index` of the last decode. REQUIRES: it wanted them.
  [[nodiscard]] const float* logits(int index) const;

  /// Ends the running decode within some milliseconds (CPU back end), and every later one until
  /// `clear_abort`. From any thread.
  void request_abort() { abort_.store(true, std::memory_order_relaxed); }
  void clear_abort() { abort_.store(false, std::memory_order_relaxed); }

  [[nodiscard]] llama_context* handle() const { return context_; }
  [[nodiscard]] const Weights& weights() const { return *weights_; }
  [[nodiscard]] const ContextOptions& options() const { return options_; }

 private:
  Context() = default;
  /// One more than the sequences that are handed out: state is moved through it.
  [[nodiscard]] kv::SequenceId scratch() const { return options_.n_sequences; }
  void clear_scratch();
  void learn_resume_points();

  std::shared_ptr<const Weights> weights_;
  ContextOptions options_;
  llama_context* context_ = nullptr;
  std::atomic<bool> abort_{false};
  kv::ResumePoints resume_points_ = kv::ResumePoints::any_position;
  std::uint64_t point_bytes_ = 0;
  /// What a blob ends in where a sequence holds no window and no recurrent state.
  std::vector<std::byte> empty_point_;
};

}  // namespace hearth::engine
