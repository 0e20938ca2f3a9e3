#include "hearth/engine/archives.h"

#include <fmt/format.h>

#include <algorithm>

#include "hearth/base/log.h"
#include "hearth/kv/disk_store.h"
#include "hearth/models/byte_size.h"
#include "hearth/models/content_hash.h"
#include "hearth/models/memory_plan.h"

namespace hearth::engine {
namespace {

constexpr std::uint64_t gib = std::uint64_t{1} << 30;
constexpr std::uint64_t most_host_bytes = 8 * gib;
constexpr std::uint64_t most_disk_bytes = 32 * gib;

/// A quarter of the memory that is free once the model is there.
std::uint64_t default_host_bytes() {
  return std::min(models::available_memory() / 4, most_host_bytes);
}

/// A tenth of what is free.
std::uint64_t default_disk_bytes(const std::filesystem::path& folder) {
  std::filesystem::path there = folder;
  std::error_code ec;
  while (!std::filesystem::exists(there, ec) && there.has_parent_path() &&
         there != there.parent_path()) {
    there = there.parent_path();
  }
  const auto space = std::filesystem::space(there, ec);
  return ec ? 0 : std::min<std::uint64_t>(space.available / 10, most_disk_bytes);
}

/// Everything that a payload's meaning depends on. Whether flash attention is on changes how values
/// lie in memory; the library refuses what does not fit besides. What is to be exact depends on how
/// it was computed, too.
std::string describe(const Weights& weights, const std::string& content,
                     const ContextOptions& options) {
  const std::string exact =
      options.grid > 0 ? fmt::format(" exact {}x{}", options.grid, options.n_threads) : "";
  return fmt::format("{} {} f16 fa={}{} llama.cpp {}", weights.info().architecture, content,
                     static_cast<int>(options.flash_attention), exact, HEARTH_LLAMA_VERSION);
}

kv::Key key_of_text(const std::string& text) {
  kv::EntryInfo info;
  info.tokens.assign(text.begin(), text.end());
  return kv::key_of(info);
}

}  // namespace

Archives::Archives(KvBudgets budgets) : budgets_(std::move(budgets)) {}

std::shared_ptr<ModelMemory> Archives::get(const Weights& weights, const ContextOptions& options,
                                           double tokens_per_ms, std::vector<std::string>& notes) {
  Result<std::string> content = fail(ErrorKind::not_found, "");
  if (!budgets_.folder.empty()) {
    content = models::content_hash(weights.path(), budgets_.folder / "models.json");
  }
  const std::lock_guard lock(mutex_);
  const std::string description =
      describe(weights, content ? *content : weights.path().string(), options);
  std::weak_ptr<ModelMemory>& known = memories_[description];
  if (auto memory = known.lock()) return memory;
  auto memory = make(weights, content ? description : std::string(), tokens_per_ms, notes);
  known = memory;
  return memory;
}

std::shared_ptr<ModelMemory> Archives::make(const Weights& weights, const std::string& description,
                                            double tokens_per_ms, std::vector<std::string>& notes) {
  kv::Archive::Options options;
  options.host_bytes = budgets_.host_bytes.value_or(default_host_bytes());
  kv::PrefillCost cost;
  if (tokens_per_ms > 0) cost.seconds_per_token = 1 / (1000 * tokens_per_ms);
  // Attention over the tokens before costs about one per cent of the rest per hundred of them.
  cost.seconds_per_depth = cost.seconds_per_token * 1e-4;
  options.policy = kv::by_value(cost);

  std::vector<kv::EntryInfo> entries;
  const bool disk_wanted = !description.empty() && !budgets_.folder.empty();
  options.disk_bytes =
      disk_wanted ? budgets_.disk_bytes.value_or(default_disk_bytes(budgets_.folder)) : 0;
  if (options.disk_bytes > 0) {
    auto opened = kv::DiskStore::open(
        {.folder = budgets_.folder,
         .fingerprint = key_of_text(description),
         .description = fmt::format("{} ({})", weights.path().filename().string(), description)});
    if (opened) {
      for (const std::string& warning : opened->warnings) spdlog::warn("{}", warning);
      options.store = std::move(opened->store);
      for (auto& stored : opened->entries) entries.push_back(std::move(stored.info));
    } else {
      notes.push_back(opened.error().message);
      spdlog::warn("{}", opened.error().message);
    }
  }
  const std::size_t n_entries = entries.size();
  const bool has_disk = options.store != nullptr;
  const std::string host = models::file_size_in_words(options.host_bytes);
  const std::string disk = models::file_size_in_words(has_disk ? options.disk_bytes : 0);
  auto memory = std::make_shared<ModelMemory>(std::move(options), cost);
  if (has_disk) {
    const int orphans = memory->archive.adopt(std::move(entries));
    if (orphans > 0) spdlog::info("{} entries on disk had lost what they build on", orphans);
    memory->archive.warm();
    const auto folder = budgets_.folder / key_of_text(description).hex();
    if (auto kept = memory->replays.keep_in(folder / "replays"); !kept) {
      spdlog::warn("{}; what answers were sampled as is forgotten with the server",
                   kept.error().message);
    }
  }
  notes.push_back(fmt::format("KV cache: {} in host memory, {} on disk ({} entries of {} known)",
                              host, disk, n_entries, weights.path().filename().string()));
  return memory;
}

}  // namespace hearth::engine
