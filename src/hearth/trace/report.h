#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hearth/trace/session.h"

namespace hearth::trace {

/// What traffic was, as block hashes tell: how much of it was new, and how each request stands to
/// those before it in its session.
struct Report {
  /// Requests of one kind. Tokens: of their prompts, and those of them that were new.
  struct Kind {
    std::int64_t requests = 0;
    std::int64_t prompt_tokens = 0;
    std::int64_t fresh_tokens = 0;
  };
  Kind begun;     ///< shares nothing with an earlier one
  Kind went_on;   ///< begins with the whole of an earlier prompt
  Kind branched;  ///< leaves every earlier prompt before its end
  Kind repeated;  ///< is an earlier prompt, or the front of one
  std::int64_t sessions = 0;
  std::int64_t output_tokens = 0;
  /// Of the requests that say what the server reused: tokens that were read although the session
  /// had them.
  std::int64_t recorded_requests = 0;
  std::int64_t recorded_reused_tokens = 0;
  std::int64_t recorded_missed_tokens = 0;
  std::int64_t recorded_fresh_tokens = 0;

  [[nodiscard]] Kind all() const;
};

[[nodiscard]] Report report_on(const std::vector<Session>& sessions);

/// For people; about ten lines.
[[nodiscard]] std::string in_words(const Report& report);

}  // namespace hearth::trace
