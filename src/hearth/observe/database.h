#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "hearth/base/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace hearth::observe {

/// An SQLite connection in WAL mode. Owned by one thread.
class Database {
 public:
  /// `foreign`: of another program, in which nothing is changed.
  enum class Access { read, write, foreign };
  /// Errors: not_found (a file that is not there, but to write), io with SQLite's reason.
  static Result<std::unique_ptr<Database>> open(const std::filesystem::path& file, Access access);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  Result<void> execute(const std::string& sql);
  [[nodiscard]] sqlite3* handle() const { return connection_; }
  /// SQLite's last reason as an error of kind io.
  [[nodiscard]] Error last_error(std::string_view what) const;

 private:
  Database() = default;
  sqlite3* connection_ = nullptr;
};

/// A prepared statement; values are bound and columns read by number, from 1 and 0.
class Statement {
 public:
  Statement(Database& database, std::string_view sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  /// False if the SQL was refused.
  [[nodiscard]] bool ready() const { return statement_ != nullptr; }
  void bind(int index, std::string_view text);
  void bind(int index, std::int64_t number);
  void bind(int index, double number);
  /// True: a row is there. False: done, or failed (see Database::last_error).
  bool step();
  void reset();
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double real(int column) const;
  /// True unless the last step() failed.
  [[nodiscard]] bool good() const { return good_; }

 private:
  sqlite3_stmt* statement_ = nullptr;
  bool good_ = true;
};

}  // namespace hearth::observe
