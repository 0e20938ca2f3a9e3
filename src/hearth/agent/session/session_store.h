#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hearth/agent/session/task_start.h"
#include "hearth/base/error.h"
#include "hearth/chat/message.h"

namespace hearth::agent {

/// A session as a list shows it.
struct SessionSummary {
  std::string id;
  std::filesystem::path file;
  std::string folder;
  std::string model;
  std::string title;            ///< its first task, or the name it was given
  std::int64_t changed_ms = 0;  ///< Unix time
  std::size_t tasks = 0;
  std::string found = {};  ///< the line that holds the words that were looked for
};

/// The latest `most` sessions kept in `store` that worked in `folder` (in any, if empty), the
/// latest first; with `words` only those in which they were said, by whomever, or are in a call or
/// its result. ASCII letters' case does not matter.
std::vector<SessionSummary> list_sessions(const std::filesystem::path& store,
                                          const std::filesystem::path& folder,
                                          std::string_view words = {}, std::size_t most = 200);

/// A session read back.
struct StoredSession {
  SessionSummary summary;
  std::vector<chat::Message> messages;
  /// All that was ever said in it, also what a compaction took out of `messages`.
  std::vector<chat::Message> said;
  /// The results of calls that were running when it broke off; they are not in the log yet.
  std::optional<chat::Message> missing_results;
  std::vector<std::string> tasks;
  /// Those of the tasks that are still in the conversation.
  std::vector<TaskStart> task_starts;
  std::string checkpoint;  ///< the state of the files before the last run that changed any
  /// The model could not hold the format of its own calls.
  bool forced_calls = false;
  /// What was damaged and how much of the session is there nevertheless; empty if nothing was.
  std::string damage;
};

/// Reads a session's log to its last good line. Errors: not_found, naming how to see those there
/// are; io.
Result<StoredSession> load_session(const std::filesystem::path& store, const std::string& id);

}  // namespace hearth::agent
