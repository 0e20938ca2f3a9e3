#include "hearth/agent/eval/eval_summary.h"

#include <fmt/format.h>

#include <algorithm>

#include "hearth/agent/eval/eval_task.h"

namespace hearth::agent {
namespace {

std::string solved_of(const Tally& tally) {
  return tally.trials == 0 ? "-" : fmt::format("{}/{}", tally.solved, tally.trials);
}

/// "qwen2.5-coder-1.5b forced temperature=0.2".
std::string way_of(const SummaryRow& row) {
  return fmt::format("{}  {}{}{}", row.model, row.style, row.setting.empty() ? "" : "  ",
                     row.setting);
}

/// "950", "38 k", "1.2 M".
std::string count_in_words(std::int64_t count) {
  if (count < 10'000) return fmt::format("{}", count);
  if (count < 10'000'000) return fmt::format("{} k", count / 1000);
  return fmt::format("{:.1f} M", static_cast<double>(count) / 1e6);
}

json::object tally_as_json(const Tally& tally) {
  return {{"trials", tally.trials},
          {"solved", tally.solved},
          {"requests", tally.requests},
          {"malformed_calls", tally.malformed_calls},
          {"read_tokens", tally.read_tokens},
          {"reused_tokens", tally.reused_tokens},
          {"written_tokens", tally.written_tokens},
          {"seconds", tally.seconds}};
}

}  // namespace

void Tally::add(const TrialRecord& record) {
  ++trials;
  solved += record.solved ? 1 : 0;
  requests += record.requests;
  malformed_calls += record.malformed_calls;
  read_tokens += record.usage.prompt_tokens;
  reused_tokens += record.usage.reused_tokens;
  written_tokens += record.usage.output_tokens;
  seconds += record.seconds;
}

void Tally::add(const Tally& other) {
  trials += other.trials;
  solved += other.solved;
  requests += other.requests;
  malformed_calls += other.malformed_calls;
  read_tokens += other.read_tokens;
  reused_tokens += other.reused_tokens;
  written_tokens += other.written_tokens;
  seconds += other.seconds;
}

std::vector<SummaryRow> summary_of(std::span<const TrialRecord> records) {
  std::vector<SummaryRow> rows;
  for (const TrialRecord& record : records) {
    const TrialKey& key = record.key;
    auto row = std::ranges::find_if(rows, [&](const SummaryRow& one) {
      return one.model == key.model && one.style == key.style && one.setting == key.setting;
    });
    if (row == rows.end()) {
      rows.push_back({key.model, key.style, key.setting, {}, {}});
      row = rows.end() - 1;
    }
    row->kinds[record.kind].add(record);
    row->all.add(record);
  }
  return rows;
}

std::string summary_table(std::span<const SummaryRow> rows) {
  std::size_t width = 0;
  for (const SummaryRow& row : rows) width = std::max(width, way_of(row).size());
  std::vector<std::string> kinds;
  for (const std::string& kind : task_kinds()) {
    const bool there =
        std::ranges::any_of(rows, [&](const SummaryRow& row) { return row.kinds.contains(kind); });
    if (there) kinds.push_back(kind);
  }
  std::string table = fmt::format("{:{}}", "SOLVED", width);
  for (const std::string& kind : kinds) table += fmt::format("  {:>8}", kind);
  table += fmt::format("  {:>8}  {:>5}  {:>8}  {:>8}  {:>8}  {:>9}  {:>9}\n", "all", "%", "READ",
                       "REUSED", "WRITTEN", "MALFORMED", "SECONDS");
  for (const SummaryRow& row : rows) {
    table += fmt::format("{:{}}", way_of(row), width);
    for (const std::string& kind : kinds) {
      const auto tally = row.kinds.find(kind);
      table +=
          fmt::format("  {:>8}", solved_of(tally == row.kinds.end() ? Tally{} : tally->second));
    }
    const Tally& all = row.all;
    table += fmt::format("  {:>8}  {:>5.1f}  {:>8}  {:>8}  {:>8}  {:>9}  {:>9.1f}\n",
                         solved_of(all), 100 * all.rate(), count_in_words(all.read_tokens),
                         count_in_words(all.reused_tokens), count_in_words(all.written_tokens),
                         all.malformed_calls, all.seconds);
  }
  return table;
}

json::object as_json(std::span<const SummaryRow> rows) {
  json::array ways;
  for (const SummaryRow& row : rows) {
    json::object kinds;
    for (const auto& [kind, tally] : row.kinds) kinds[kind] = tally_as_json(tally);
    ways.push_back(json::object{{"model", row.model},
                                {"style", row.style},
                                {"setting", row.setting},
                                {"all", tally_as_json(row.all)},
                                {"kinds", std::move(kinds)}});
  }
  return {{"results", std::move(ways)}};
}

}  // namespace hearth::agent
