#include "hearth/cli/log_command.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>

#include "hearth/cli/finish.h"
#include "hearth/cli/option_checks.h"
#include "hearth/cli/request_details.h"
#include "hearth/cli/request_table.h"
#include "hearth/cli/server_state.h"
#include "hearth/observe/request_log.h"

namespace hearth::cli {
namespace {

struct LogOptions {
  std::string id;
  int n = 20;
  bool follow = false;
  bool as_json = false;
};

constexpr auto follow_interval = std::chrono::milliseconds(300);

void print(const std::vector<observe::LoggedRequest>& rows, bool as_json) {
  for (const auto& row : rows) {
    fmt::print("{}\n",
               as_json ? to_json(observe::to_json_object(row.record)) : table_row(row.record));
  }
  std::fflush(stdout);
}

Result<void> show_one(observe::RequestLogReader& reader, const LogOptions& options) {
  // A server writes what has ended a little later.
  constexpr int most_looks = 10;
  constexpr std::chrono::milliseconds a_little{30};
  auto found = reader.find(options.id);
  for (int looks = 1; looks < most_looks && found && !*found && running_server(); ++looks) {
    std::this_thread::sleep_for(a_little);
    found = reader.find(options.id);
  }
  if (!found) return pass_on(found);
  if (!*found) {
    return fail(
        ErrorKind::not_found,
        fmt::format("no request {} was logged; `hearth log --json` shows the ids", options.id));
  }
  const observe::RequestRecord& record = (*found)->record;
  fmt::print("{}", options.as_json ? to_json(observe::to_json_object(record)) + "\n"
                                   : request_details(record));
  return {};
}

Result<void> run_log(const LogOptions& options) {
  auto reader = observe::RequestLogReader::open(observe::request_log_file());
  if (!reader && reader.error().kind == ErrorKind::not_found) {
    fmt::print(stderr, "Nothing has been logged yet. `hearth serve` logs every request.\n");
    if (!options.follow) return {};
  }
  while (!reader && options.follow) {
    std::this_thread::sleep_for(follow_interval);
    reader = observe::RequestLogReader::open(observe::request_log_file());
  }
  if (!reader) return pass_on(reader);
  if (!options.id.empty()) return show_one(**reader, options);
  auto rows = (*reader)->newest(options.n);
  if (!rows) return pass_on(rows);
  if (!options.as_json) fmt::print("{}\n", table_heading());
  print(*rows, options.as_json);

  std::int64_t last = rows->empty() ? 0 : rows->back().row;
  while (options.follow) {
    std::this_thread::sleep_for(follow_interval);
    rows = (*reader)->after(last);
    if (!rows) return pass_on(rows);
    print(*rows, options.as_json);
    if (!rows->empty()) last = rows->back().row;
  }
  return {};
}

}  // namespace

void add_log_command(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<LogOptions>();
  CLI::App* log = app.add_subcommand("log", "The requests that were served, newest last");
  log->add_option("ID", options->id, "Only this request (the response's request-id), in full");
  checked(log->add_option("-n", options->n, "How many"), "N", CLI::Range(1, 1000000));
  log->add_flag("-f,--follow", options->follow, "Go on and show new ones as they end");
  log->add_flag("--json", options->as_json, "One JSON object a line");
  log->callback([options, &exit_code] { finish(run_log(*options), exit_code); });
}

}  // namespace hearth::cli
