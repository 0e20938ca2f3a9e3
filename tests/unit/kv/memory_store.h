#pragma once

#include <map>
#include <set>

#include "hearth/kv/store.h"

namespace hearth::kv {

/// A store in memory, which does its work only when the test says so, and can be made to fail.
class MemoryStore final : public Store {
 public:
  struct Medium {
    std::map<Key, std::pair<EntryInfo, BlobPtr>> entries;
  };
  explicit MemoryStore(Medium& medium) : medium_(medium) {}

  void write(const EntryInfo& entry, BlobPtr payload) override {
    queue_.push_back({Action::write, key_of(entry), entry, std::move(payload)});
    if (at_once) settle();
  }
  void read(const Key& key) override {
    queue_.push_back({Action::read, key, {}, nullptr});
    if (at_once) settle();
  }
  void remove(const Key& key) override {
    settle();
    medium_.entries.erase(key);
  }
  std::vector<Done> take_done() override { return std::exchange(done_, {}); }
  void on_done(std::function<void()>) override {}
  void settle() override {
    for (Job& job : std::exchange(queue_, {})) run(job);
  }
  [[nodiscard]] std::uint64_t bytes_used() const override {
    std::uint64_t sum = 0;
    for (const auto& [key, entry] : medium_.entries) sum += entry.second->size();
    return sum;
  }

  bool at_once = true;
  bool full = false;

 private:
  struct Job {
    Action action;
    Key key;
    EntryInfo info;
    BlobPtr payload;
  };
  void run(Job& job) {
    if (job.action == Action::write) {
      if (full) {
        done_.push_back({job.action, job.key, fail(ErrorKind::too_large, "full")});
        return;
      }
      medium_.entries[job.key] = {job.info, job.payload};
      done_.push_back({job.action, job.key, BlobPtr{}});
      return;
    }
    const auto found = medium_.entries.find(job.key);
    if (found == medium_.entries.end()) {
      done_.push_back({job.action, job.key, fail(ErrorKind::not_found, "not there")});
    } else {
      done_.push_back({job.action, job.key, found->second.second});
    }
  }

  Medium& medium_;
  std::vector<Job> queue_;
  std::vector<Done> done_;
};

}  // namespace hearth::kv
