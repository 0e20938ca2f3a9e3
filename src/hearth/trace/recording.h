#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <unordered_map>

#include "hearth/base/error.h"
#include "hearth/kv/token.h"
#include "hearth/trace/session.h"

namespace hearth::trace {

/// Traffic as it is served, made into sessions. Nothing of its text is kept: a block's id is its
/// number in the order in which a session's blocks came up.
class Recording {
 public:
  struct Served {
    std::string session;  ///< the client's key; requests without one are one session
    std::string model;
    double began_seconds = 0;  ///< on any clock that does not change
    double api_seconds = 0;
    std::int64_t output_tokens = 0;
    std::int64_t reused_tokens = 0;
    kv::TokenSpan prompt;
  };
  void add(const Served& served);

  /// Writes the sessions that have changed since they were last written, one file each. Errors: io;
  /// what was not written is tried again the next time.
  [[nodiscard]] Result<void> save(const std::filesystem::path& folder);

  [[nodiscard]] std::size_t n_sessions() const { return sessions_.size(); }
  [[nodiscard]] std::size_t n_requests() const { return n_requests_; }

 private:
  struct Known {
    Session session;
    double began_seconds = 0;
    std::unordered_map<std::uint64_t, std::int64_t> ids;  ///< by hash of the prefix
    bool changed = false;
  };

  std::map<std::pair<std::string, std::string>, Known> sessions_;  ///< by model and key
  std::size_t n_requests_ = 0;
};

}  // namespace hearth::trace
