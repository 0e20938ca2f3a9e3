#pragma once

#include <filesystem>
#include <string>

#include "hearth/base/error.h"
#include "hearth/base/json.h"

namespace hearth::agent {

/// The record of a session: one JSON object a line, `{"time": ms, "type": …, …}`, appended as
/// things happen and never rewritten, so that a killed session has lost nothing but its last line.
/// It is locked as long as it is open: two processes would mix their messages.
class SessionLog {
 public:
  /// Creates `<folder>/<id>.jsonl`; without an `id` the session gets a new one. Errors: io; config
  /// for an `id` that there is already, or that is none.
  static Result<SessionLog> create(const std::filesystem::path& folder, std::string id = {});
  /// Goes on with the log of the session `id`. A last line that was not written whole stays, ended.
  /// Errors: not_found, io; unavailable where it is open already, here or in another process.
  static Result<SessionLog> reopen(const std::filesystem::path& folder, const std::string& id);
  SessionLog(SessionLog&& other) noexcept;
  SessionLog& operator=(SessionLog&&) = delete;
  ~SessionLog();

  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// Appends one line. A full disk is told once, in the log of the program: it must not end the
  /// work.
  void append(std::string_view type, json::object fields);

  /// Makes what was appended so far survive a crash of the machine; called at a turn's end.
  void sync();

 private:
  SessionLog(std::string id, std::filesystem::path path, int fd);
  std::string id_;
  std::filesystem::path path_;
  int fd_ = -1;
  std::unique_ptr<std::mutex> writing_ = std::make_unique<std::mutex>();
  std::string unwritten_;  ///< what there was no room for
  bool failed_ = false;
};

}  // namespace hearth::agent
