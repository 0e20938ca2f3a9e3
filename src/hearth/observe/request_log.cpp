#include "hearth/observe/request_log.h"

#include <algorithm>

#include "hearth/base/log.h"
#include "hearth/base/xdg.h"

namespace hearth::observe {
namespace {

constexpr const char* schema =
    "CREATE TABLE IF NOT EXISTS requests ("
    "row INTEGER PRIMARY KEY, id TEXT, time_ms INTEGER, endpoint TEXT, client TEXT, session TEXT, "
    "scenario TEXT, why TEXT, route TEXT, prompt_tokens INTEGER, reused_tokens INTEGER, "
    "computed_tokens INTEGER, output_tokens INTEGER, queue_ms REAL, ttft_ms REAL, "
    "prefill_ms REAL, decode_ms REAL, total_ms REAL, stop_reason TEXT, error TEXT, "
    "warnings TEXT, cache TEXT, considered TEXT, fallbacks TEXT);"
    "CREATE INDEX IF NOT EXISTS requests_by_id ON requests (id);";

constexpr auto gathering_time = std::chrono::milliseconds(30);

constexpr std::string_view columns =
    "id, time_ms, endpoint, client, session, scenario, why, route, prompt_tokens, reused_tokens, "
    "computed_tokens, output_tokens, queue_ms, ttft_ms, prefill_ms, decode_ms, total_ms, "
    "stop_reason, error, warnings, cache, considered, fallbacks";

void bind_record(Statement& insert, const RequestRecord& record) {
  int at = 0;
  insert.bind(++at, record.id);
  insert.bind(++at, record.time_ms);
  for (const std::string* text : {&record.endpoint, &record.client, &record.session,
                                  &record.scenario, &record.why, &record.route}) {
    insert.bind(++at, *text);
  }
  for (const int number :
       {record.prompt_tokens, record.reused_tokens, record.computed_tokens, record.output_tokens}) {
    insert.bind(++at, std::int64_t{number});
  }
  for (const double number :
       {record.queue_ms, record.ttft_ms, record.prefill_ms, record.decode_ms, record.total_ms}) {
    insert.bind(++at, number);
  }
  for (const std::string* text : {&record.stop_reason, &record.error, &record.warnings,
                                  &record.cache, &record.considered, &record.fallbacks}) {
    insert.bind(++at, *text);
  }
}

RequestRecord read_record(const Statement& row) {
  RequestRecord record;
  int at = 0;
  record.id = row.text(++at);
  record.time_ms = row.integer(++at);
  for (std::string* text : {&record.endpoint, &record.client, &record.session, &record.scenario,
                            &record.why, &record.route}) {
    *text = row.text(++at);
  }
  for (int* number : {&record.prompt_tokens, &record.reused_tokens, &record.computed_tokens,
                      &record.output_tokens}) {
    *number = static_cast<int>(row.integer(++at));
  }
  for (double* number : {&record.queue_ms, &record.ttft_ms, &record.prefill_ms, &record.decode_ms,
                         &record.total_ms}) {
    *number = row.real(++at);
  }
  for (std::string* text : {&record.stop_reason, &record.error, &record.warnings, &record.cache,
                            &record.considered, &record.fallbacks}) {
    *text = row.text(++at);
  }
  return record;
}

/// A log of an earlier version lacks columns that came later.
Result<void> bring_up_to_date(Database& database) {
  for (const std::string column : {"cache", "considered", "fallbacks"}) {
    if (Statement(database, "SELECT " + column + " FROM requests LIMIT 0").ready()) continue;
    auto added = database.execute("ALTER TABLE requests ADD COLUMN " + column + " TEXT");
    if (!added) return added;
  }
  return {};
}

}  // namespace

std::filesystem::path request_log_file() {
  return state_dir() / "requests.db";
}

Result<std::unique_ptr<RequestLog>> RequestLog::open(const std::filesystem::path& file) {
  auto database = Database::open(file, Database::Access::write);
  if (!database) return pass_on(database);
  if (auto made = (*database)->execute(schema); !made) return pass_on(made);
  if (auto done = bring_up_to_date(**database); !done) return pass_on(done);
  return std::unique_ptr<RequestLog>(new RequestLog(std::move(*database)));
}

RequestLog::RequestLog(std::unique_ptr<Database> database)
    : database_(std::move(database)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

RequestLog::~RequestLog() {
  thread_.request_stop();
  thread_.join();
}

void RequestLog::add(RequestRecord record) {
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(record));
  }
  changed_.notify_one();
}

void RequestLog::run(const std::stop_token& stop) {
  while (true) {
    std::deque<RequestRecord> records;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, stop, [this] { return !queue_.empty(); });
      // Those that end soon after it are written with it.
      changed_.wait_for(lock, stop, gathering_time, [] { return false; });
      records.swap(queue_);
    }
    if (records.empty()) return;
    write(records);
  }
}

void RequestLog::write(const std::deque<RequestRecord>& records) {
  std::string sql = "INSERT INTO requests (";
  sql += columns;
  sql += ") VALUES (?";
  const auto n_columns = std::ranges::count(columns, ',') + 1;
  for (auto i = n_columns; i > 1; --i) sql += ", ?";
  sql += ")";

  bool good = database_->execute("BEGIN").has_value();
  if (good) {
    Statement insert(*database_, sql);
    good = insert.ready();
    for (const RequestRecord& record : records) {
      if (!good) break;
      bind_record(insert, record);
      insert.step();
      good = insert.good();
      insert.reset();
    }
  }
  good = database_->execute(good ? "COMMIT" : "ROLLBACK").has_value() && good;
  if (!good && !warned_) {
    warned_ = true;
    spdlog::warn("requests are not logged: {}", database_->last_error("write the log").message);
  }
}

RequestLogReader::RequestLogReader(std::unique_ptr<Database> database)
    : database_(std::move(database)) {}

Result<std::unique_ptr<RequestLogReader>> RequestLogReader::open(
    const std::filesystem::path& file) {
  auto database = Database::open(file, Database::Access::read);
  if (!database) return pass_on(database);
  if (auto done = bring_up_to_date(**database); !done) return pass_on(done);
  return std::unique_ptr<RequestLogReader>(new RequestLogReader(std::move(*database)));
}

Result<std::vector<LoggedRequest>> RequestLogReader::newest(int n) {
  auto rows = query("ORDER BY row DESC LIMIT ?", n);
  if (rows) std::ranges::reverse(*rows);
  return rows;
}

Result<std::vector<LoggedRequest>> RequestLogReader::after(std::int64_t row) {
  return query("WHERE row > ? ORDER BY row", row);
}

Result<std::optional<LoggedRequest>> RequestLogReader::find(const std::string& id) {
  Statement select(*database_, "SELECT row, " + std::string(columns) +
                                   " FROM requests WHERE id = ? ORDER BY row DESC LIMIT 1");
  if (!select.ready()) return std::unexpected(database_->last_error("read the request log"));
  select.bind(1, std::string_view(id));
  std::optional<LoggedRequest> found;
  if (select.step()) found = LoggedRequest{select.integer(0), read_record(select)};
  if (!select.good()) return std::unexpected(database_->last_error("read the request log"));
  return found;
}

Result<std::vector<LoggedRequest>> RequestLogReader::query(const std::string& clause,
                                                           std::int64_t parameter) {
  Statement select(*database_, "SELECT row, " + std::string(columns) + " FROM requests " + clause);
  if (!select.ready()) return std::unexpected(database_->last_error("read the request log"));
  select.bind(1, parameter);
  std::vector<LoggedRequest> rows;
  while (select.step()) rows.push_back({select.integer(0), read_record(select)});
  if (!select.good()) return std::unexpected(database_->last_error("read the request log"));
  return rows;
}

}  // namespace hearth::observe
