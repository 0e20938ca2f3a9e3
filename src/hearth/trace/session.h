#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hearth::trace {

/// A request as a trace has it: times, sizes and block hashes, never text.
struct Request {
  double seconds = 0;      ///< since the session began
  double api_seconds = 0;  ///< until the answer's end
  std::int64_t prompt_tokens = 0;
  std::int64_t output_tokens = 0;
  /// What the server that recorded it did not compute; -1: not recorded.
  std::int64_t reused_tokens = -1;
  /// One id for each whole block of the prompt. Equal ids mean equal blocks with equal prefixes.
  std::vector<std::int64_t> blocks;
  std::string agent;  ///< which sub-agent asked; empty: the main line
  std::string model;
};

/// A session: the requests of one conversation and its sub-agents, by time.
struct Session {
  std::string name;
  int block_tokens = 64;
  std::vector<Request> requests;
};

}  // namespace hearth::trace
