#include "hearth/observe/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

namespace hearth::observe {

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& file, Access access) {
  std::error_code ec;
  if (access != Access::write && !std::filesystem::exists(file, ec)) {
    return fail(ErrorKind::not_found, fmt::format("there is no {} yet", file.string()));
  }
  if (access == Access::write) std::filesystem::create_directories(file.parent_path(), ec);
  std::unique_ptr<Database> database(new Database);
  const int flags = access == Access::write  ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                    : access == Access::read ? SQLITE_OPEN_READWRITE
                                             : SQLITE_OPEN_READONLY;
  if (sqlite3_open_v2(file.c_str(), &database->connection_, flags, nullptr) != SQLITE_OK) {
    return std::unexpected(database->last_error("open " + file.string()));
  }
  sqlite3_busy_timeout(database->connection_, 5000);
  if (access == Access::write) {
    for (const char* sql : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL"}) {
      if (auto set = database->execute(sql); !set) return pass_on(set);
    }
  }
  return database;
}

Database::~Database() {
  sqlite3_close(connection_);
}

Result<void> Database::execute(const std::string& sql) {
  if (sqlite3_exec(connection_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return std::unexpected(last_error("run a statement"));
  }
  return {};
}

Error Database::last_error(std::string_view what) const {
  return {ErrorKind::io, fmt::format("cannot {}: {}", what, sqlite3_errmsg(connection_))};
}

Statement::Statement(Database& database, std::string_view sql) {
  sqlite3_prepare_v2(database.handle(), sql.data(), static_cast<int>(sql.size()), &statement_,
                     nullptr);
}

Statement::~Statement() {
  sqlite3_finalize(statement_);
}

void Statement::bind(int index, std::string_view text) {
  sqlite3_bind_text64(statement_, index, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}
void Statement::bind(int index, std::int64_t number) {
  sqlite3_bind_int64(statement_, index, number);
}
void Statement::bind(int index, double number) {
  sqlite3_bind_double(statement_, index, number);
}

bool Statement::step() {
  const int status = sqlite3_step(statement_);
  good_ = status == SQLITE_ROW || status == SQLITE_DONE;
  return status == SQLITE_ROW;
}

void Statement::reset() {
  sqlite3_reset(statement_);
}

std::string Statement::text(int column) const {
  const auto* bytes = sqlite3_column_blob(statement_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return bytes == nullptr ? std::string() : std::string(static_cast<const char*>(bytes), size);
}
std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}
double Statement::real(int column) const {
  return sqlite3_column_double(statement_, column);
}

}  // namespace hearth::observe
