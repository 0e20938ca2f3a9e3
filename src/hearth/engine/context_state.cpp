// How a context's KV state moves: kv::StateDevice over llama.h's sequence states.
//
// A state blob of libllama v0.5.0 (llama_context::state_seq_write_data and the state_write of each
// memory) is: u32 magic, i32 sequence; then the rows of the layers that keep everything; then, for
// models that have them, the window's cells or the recurrent state. With PARTIAL_ONLY the middle
// part is left out, which is what kv/ calls a point. So rows without a point are a whole blob whose
// last part is exchanged for that of an empty sequence. tests/unit/engine/context_state_test.cpp
// holds this against the library.

#include <algorithm>
#include <cstring>
#include <limits>

#include <llama.h>

#include "hearth/engine/context.h"

namespace hearth::engine {
namespace {

constexpr std::size_t head_bytes = 8;  ///< magic and sequence

std::size_t get_state(llama_context* context, std::byte* bytes, std::size_t size,
                      kv::SequenceId sequence, llama_state_seq_flags flags) {
  return llama_state_seq_get_data_ext(context, reinterpret_cast<std::uint8_t*>(bytes), size,
                                      sequence, flags);
}

std::size_t set_state(llama_context* context, const kv::Blob& blob, kv::SequenceId sequence,
                      llama_state_seq_flags flags) {
  const auto bytes = blob.bytes();
  return llama_state_seq_set_data_ext(context, reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                      bytes.size(), sequence, flags);
}

/// How many cells the window part of `point` holds.
std::uint32_t window_cells(const kv::Blob& point) {
  std::uint32_t n_cells = 0;
  constexpr std::size_t at = head_bytes + sizeof(std::uint32_t);  // behind the number of streams
  if (point.size() < at + sizeof(n_cells)) return 0;
  std::memcpy(&n_cells, point.bytes().data() + at, sizeof(n_cells));
  return n_cells;
}

}  // namespace

kv::ResumePoints Context::resume_points() const {
  return resume_points_;
}

std::uint64_t Context::row_bytes() const {
  return weights_->info().kv_bytes_per_token();
}

void Context::clear_scratch() {
  llama_memory_seq_rm(llama_get_memory(context_), scratch(), -1, -1);
}

void Context::learn_resume_points() {
  const std::size_t whole = llama_state_seq_get_size_ext(context_, scratch(), 0);
  const std::size_t point =
      llama_state_seq_get_size_ext(context_, scratch(), LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY);
  if (weights_->has_recurrent_state()) {
    resume_points_ = kv::ResumePoints::state;
  } else if (point < whole && options_.grid == 0) {
    resume_points_ = kv::ResumePoints::window;
  } else {
    return;
  }
  std::vector<std::byte> bytes(point);
  get_state(context_, bytes.data(), point, scratch(), LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY);
  empty_point_.assign(bytes.begin() + head_bytes, bytes.end());
}

bool Context::trim(kv::SequenceId sequence, int from) {
  llama_memory_t memory = llama_get_memory(context_);
  if (llama_memory_seq_rm(memory, sequence, from, -1)) return true;
  llama_memory_seq_rm(memory, sequence, -1, -1);
  return false;
}

void Context::copy(kv::SequenceId from, kv::SequenceId to, int length) {
  llama_memory_t memory = llama_get_memory(context_);
  llama_memory_seq_rm(memory, to, -1, -1);
  llama_memory_seq_cp(memory, from, to, 0, length);
}

/// The library leaves out of a sequence's state what its windows do not show any more. On a grid
/// they are to keep everything, so a blob is not longer than a window.
int Context::most_rows() const {
  const bool windows = options_.grid > 0 && weights_->n_swa() > 0;
  return windows ? weights_->n_swa() : kv::StateDevice::most_rows();
}

kv::BlobPtr Context::save_rows(kv::SequenceId sequence, int from, int to) {
  llama_memory_t memory = llama_get_memory(context_);
  clear_scratch();
  llama_memory_seq_cp(memory, sequence, scratch(), from, to);
  const std::size_t size = llama_state_seq_get_size_ext(context_, scratch(), 0);
  const auto [blob, bytes] = kv::Blob::of_size(size);
  const std::size_t got = get_state(context_, bytes, size, scratch(), 0);
  if (!empty_point_.empty()) {
    const std::size_t point =
        llama_state_seq_get_size_ext(context_, scratch(), LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY);
    const std::size_t rows = size - (point - head_bytes);
    // The exchanged end is never longer than the one it replaces.
    std::memcpy(bytes + rows, empty_point_.data(), empty_point_.size());
    blob->shrink(rows + empty_point_.size());
  }
  clear_scratch();
  if (got != size) return nullptr;
  return blob;
}

bool Context::restore_rows(kv::SequenceId sequence, const kv::Blob& blob, int from, int to) {
  llama_memory_t memory = llama_get_memory(context_);
  clear_scratch();
  if (set_state(context_, blob, scratch(), 0) == 0) return false;
  llama_memory_seq_cp(memory, scratch(), sequence, from, to);
  clear_scratch();
  return true;
}

int Context::oldest_point(kv::SequenceId sequence) const {
  constexpr int none = std::numeric_limits<int>::max();
  llama_memory_t memory = llama_get_memory(context_);
  const int last = llama_memory_seq_pos_max(memory, sequence);
  if (last < 0) return none;
  if (resume_points() == kv::ResumePoints::state) return last + 1;
  const int first = llama_memory_seq_pos_min(memory, sequence);
  if (first < 0) return none;
  return first == 0 ? 1 : first + weights_->n_swa();
}

kv::BlobPtr Context::save_point(kv::SequenceId sequence, int position) {
  llama_memory_t memory = llama_get_memory(context_);
  const int end = llama_memory_seq_pos_max(memory, sequence) + 1;
  if (position < oldest_point(sequence) || position > end) return nullptr;
  kv::SequenceId source = sequence;
  if (position < end) {
    source = scratch();
    clear_scratch();
    llama_memory_seq_cp(memory, sequence, source, std::max(position - weights_->n_swa(), 0),
                        position);
  }
  const std::size_t size =
      llama_state_seq_get_size_ext(context_, source, LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY);
  const auto [blob, bytes] = kv::Blob::of_size(size);
  const std::size_t got =
      get_state(context_, bytes, size, source, LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY);
  if (source == scratch()) clear_scratch();
  if (got != size) return nullptr;
  // Cells of a window are used again in no promised order: one that has a gap is none.
  if (resume_points() == kv::ResumePoints::window &&
      window_cells(*blob) != static_cast<std::uint32_t>(std::min(position, weights_->n_swa()))) {
    return nullptr;
  }
  point_bytes_ = std::max<std::uint64_t>(point_bytes_, size);
  return blob;
}

bool Context::restore_point(kv::SequenceId sequence, const kv::Blob& blob, int) {
  return set_state(context_, blob, sequence, LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY) != 0;
}

}  // namespace hearth::engine
