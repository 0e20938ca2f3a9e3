#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "hearth/engine/context.h"
#include "hearth/engine/replays.h"
#include "hearth/kv/archive.h"

namespace hearth::engine {

/// How much KV state is kept beyond the device. Unset: what the machine has room for. 0 switches a
/// tier off.
struct KvBudgets {
  std::optional<std::uint64_t> host_bytes;
  std::optional<std::uint64_t> disk_bytes;
  std::filesystem::path folder;  ///< of the disk tier; empty: none
};

/// What the instances of a model share: state beyond the device, and what answers were sampled as.
struct ModelMemory {
  ModelMemory(kv::Archive::Options options, const kv::PrefillCost& prefill)
      : archive(std::move(options)), cost(prefill) {}
  kv::Archive archive;
  Replays replays;
  kv::PrefillCost cost;  ///< what reading a prompt takes here
};

/// The memories of all models: one for each fingerprint (weights, KV layout). Thread-safe.
class Archives {
 public:
  explicit Archives(KvBudgets budgets);

  /// The memory for a context of these weights. `notes` gets what a person should know: a disk
  /// tier that is not there, and why.
  [[nodiscard]] std::shared_ptr<ModelMemory> get(const Weights& weights,
                                                 const ContextOptions& options,
                                                 double tokens_per_ms,
                                                 std::vector<std::string>& notes);

 private:
  std::shared_ptr<ModelMemory> make(const Weights& weights, const std::string& description,
                                    double tokens_per_ms, std::vector<std::string>& notes);

  KvBudgets budgets_;
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<ModelMemory>> memories_;  ///< by fingerprint
};

}  // namespace hearth::engine
