#pragma once

#include <unordered_map>
#include <utility>
#include <vector>

#include "hearth/kv/state_device.h"
#include "hearth/kv/store.h"

namespace hearth::trace {

/// A context of full attention that computes nothing and holds nothing but lengths.
class SimulatedDevice final : public kv::StateDevice {
 public:
  SimulatedDevice(int n_cells, std::uint64_t row_bytes)
      : n_cells_(n_cells), row_bytes_(row_bytes) {}

  [[nodiscard]] int n_sequences() const override { return 16; }
  [[nodiscard]] int n_cells() const override { return n_cells_; }
  [[nodiscard]] kv::ResumePoints resume_points() const override {
    return kv::ResumePoints::any_position;
  }
  [[nodiscard]] std::uint64_t row_bytes() const override { return row_bytes_; }
  bool trim(kv::SequenceId, int) override { return true; }
  void copy(kv::SequenceId, kv::SequenceId, int) override {}
  [[nodiscard]] kv::BlobPtr save_rows(kv::SequenceId, int from, int to) override {
    return kv::Blob::pretended(static_cast<std::uint64_t>(to - from) * row_bytes_);
  }
  bool restore_rows(kv::SequenceId, const kv::Blob&, int, int) override { return true; }
  [[nodiscard]] int oldest_point(kv::SequenceId) const override { return 0; }
  [[nodiscard]] kv::BlobPtr save_point(kv::SequenceId, int) override { return nullptr; }
  bool restore_point(kv::SequenceId, const kv::Blob&, int) override { return false; }

 private:
  int n_cells_;
  std::uint64_t row_bytes_;
};

/// A disk that is done at once.
class SimulatedStore final : public kv::Store {
 public:
  void write(const kv::EntryInfo& entry, kv::BlobPtr payload) override {
    const kv::Key key = kv::key_of(entry);
    bytes_ += payload->size();
    entries_[key] = std::move(payload);
    done_.push_back({.action = Action::write, .key = key, .result = kv::BlobPtr()});
  }
  void read(const kv::Key& key) override {
    const auto found = entries_.find(key);
    if (found == entries_.end()) {
      done_.push_back(
          {.action = Action::read, .key = key, .result = fail(ErrorKind::not_found, "")});
    } else {
      done_.push_back({.action = Action::read, .key = key, .result = found->second});
    }
  }
  void remove(const kv::Key& key) override {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return;
    bytes_ -= found->second->size();
    entries_.erase(found);
  }
  [[nodiscard]] std::vector<Done> take_done() override { return std::exchange(done_, {}); }
  void on_done(std::function<void()>) override {}
  void settle() override {}
  [[nodiscard]] std::uint64_t bytes_used() const override { return bytes_; }

 private:
  struct KeyHash {
    std::size_t operator()(const kv::Key& key) const { return key.low; }
  };
  std::unordered_map<kv::Key, kv::BlobPtr, KeyHash> entries_;
  std::vector<Done> done_;
  std::uint64_t bytes_ = 0;
};

}  // namespace hearth::trace
