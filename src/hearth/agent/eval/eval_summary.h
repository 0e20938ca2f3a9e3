#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "hearth/agent/eval/trial_record.h"
#include "hearth/base/json.h"

namespace hearth::agent {

/// Sums over trials.
struct Tally {
  int trials = 0;
  int solved = 0;
  int requests = 0;
  int malformed_calls = 0;
  std::int64_t read_tokens = 0;  ///< with those reused
  std::int64_t reused_tokens = 0;
  std::int64_t written_tokens = 0;
  double seconds = 0;

  void add(const TrialRecord& record);
  void add(const Tally& other);
  [[nodiscard]] double rate() const { return trials == 0 ? 0 : double(solved) / trials; }
  /// Tokens that had to be computed.
  [[nodiscard]] std::int64_t computed_tokens() const {
    return read_tokens - reused_tokens + written_tokens;
  }
};

/// One way of working: a model in a style with a setting.
struct SummaryRow {
  std::string model;
  std::string style;
  std::string setting;
  std::map<std::string, Tally> kinds;
  Tally all;
};

/// A row for each way of working, in the order of its first record.
std::vector<SummaryRow> summary_of(std::span<const TrialRecord> records);

/// For a person: a line for each row, a column for each kind.
std::string summary_table(std::span<const SummaryRow> rows);
json::object as_json(std::span<const SummaryRow> rows);

}  // namespace hearth::agent
