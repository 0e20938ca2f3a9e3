#pragma once

#include <filesystem>
#include <vector>

#include "hearth/agent/eval/trial_record.h"
#include "hearth/base/error.h"

namespace hearth::agent {

/// The results of trials: one JSON object a line, appended as they end and never rewritten, so that
/// a killed evaluation has lost nothing but the trial that was running.
class ResultsFile {
 public:
  /// Opens `path`, made if it is not there, and reads what it holds. A last line that was not
  /// written whole is taken off. Errors: io; overloaded if another program appends to it;
  /// invalid_request, with the line's number, for one that is no result.
  static Result<ResultsFile> open(const std::filesystem::path& path);
  ResultsFile(ResultsFile&& other) noexcept;
  ResultsFile& operator=(ResultsFile&&) = delete;
  ~ResultsFile();

  [[nodiscard]] const std::vector<TrialRecord>& records() const { return records_; }

  /// On disk when it returns. Errors: io.
  Result<void> append(TrialRecord record);

 private:
  ResultsFile(std::filesystem::path path, int fd);
  Result<void> read();

  std::filesystem::path path_;
  int fd_ = -1;
  std::vector<TrialRecord> records_;
};

}  // namespace hearth::agent
