#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "hearth/observe/database.h"
#include "hearth/observe/request_record.h"

namespace hearth::observe {

/// Where the log is: `$XDG_STATE_HOME/hearth/requests.db`.
std::filesystem::path request_log_file();

/// Writes records to SQLite on a thread of its own: adding one never waits for the disk. If the
/// disk refuses, serving goes on and a warning says so once.
class RequestLog {
 public:
  /// Errors: io, if the file cannot be opened or made.
  static Result<std::unique_ptr<RequestLog>> open(const std::filesystem::path& file);
  /// Writes what is still queued.
  ~RequestLog();
  RequestLog(const RequestLog&) = delete;
  RequestLog& operator=(const RequestLog&) = delete;

  void add(RequestRecord record);

 private:
  explicit RequestLog(std::unique_ptr<Database> database);
  void run(const std::stop_token& stop);
  void write(const std::deque<RequestRecord>& records);

  std::unique_ptr<Database> database_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<RequestRecord> queue_;
  bool warned_ = false;
  std::jthread thread_;
};

/// A stored record with its row number, for reading on from it.
struct LoggedRequest {
  std::int64_t row = 0;
  RequestRecord record;
};

/// Reads the log, while a server may be writing it.
class RequestLogReader {
 public:
  /// Errors: not_found if nothing was ever logged; io.
  static Result<std::unique_ptr<RequestLogReader>> open(const std::filesystem::path& file);

  /// The newest `n`, oldest first.
  Result<std::vector<LoggedRequest>> newest(int n);
  /// Those after `row`, oldest first.
  Result<std::vector<LoggedRequest>> after(std::int64_t row);
  /// The one with this id, if there is one.
  Result<std::optional<LoggedRequest>> find(const std::string& id);

 private:
  explicit RequestLogReader(std::unique_ptr<Database> database);
  Result<std::vector<LoggedRequest>> query(const std::string& clause, std::int64_t parameter);
  std::unique_ptr<Database> database_;
};

}  // namespace hearth::observe
