#pragma once

#include <string>
#include <vector>

#include "hearth/engine/archives.h"

namespace hearth::engine {

/// What of a model's KV state is kept where, for people to look at.
struct CacheSurvey {
  struct Conversation {
    int n_tokens = 0;
    int n_own = 0;     ///< that no other conversation shares
    int n_device = 0;  ///< from the first on, in the context just now
    std::uint64_t host_bytes = 0;
    std::uint64_t disk_bytes = 0;
    std::uint64_t uses = 0;
    double idle_seconds = 0;
    double read_seconds = 0;  ///< that reading it afresh would take
    std::string begins;       ///< the first words of its own tokens
  };
  int cells_used = 0;
  int n_cells = 0;
  std::uint64_t row_bytes = 0;
  kv::Archive::Totals totals;
  std::size_t n_conversations = 0;
  std::vector<Conversation> conversations;  ///< the likeliest to be kept first
};

/// Fills in all but the device's numbers. `sequences`: what the device holds. `grid`: that of
/// ContextOptions.
[[nodiscard]] CacheSurvey survey_memory(const Weights& weights, ModelMemory& memory,
                                        const std::vector<std::vector<Token>>& sequences, int grid,
                                        std::size_t most_conversations);

}  // namespace hearth::engine
