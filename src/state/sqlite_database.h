// SQLite with owners and bound values.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <optional>
#include <string>

namespace tidemill {

class SqliteDatabase;

/// One prepared statement, used once. Columns and parameters count from 0.
class SqliteStatement {
 public:
  SqliteStatement(SqliteDatabase& database, const char* sql);
  ~SqliteStatement() { sqlite3_finalize(statement_); }
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;

  SqliteStatement& bind(const std::string& text);
  SqliteStatement& bind(int64_t number);
  SqliteStatement& bind(std::optional<int64_t> number);
  /// Goes to the next row; false after the last.
  bool step();
  /// Runs it to the end.
  void run() {
    while (step()) {
    }
  }
  std::string text(int column) const;
  int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

 private:
  SqliteDatabase& database_;
  sqlite3_stmt* statement_ = nullptr;
  int bound_ = 0;
};

class SqliteDatabase {
 public:
  explicit SqliteDatabase(const std::string& path);
  ~SqliteDatabase() { sqlite3_close(database_); }
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;

  void execute(const char* sql) { SqliteStatement(*this, sql).run(); }
  sqlite3* handle() { return database_; }
  /// Throws what SQLite reports.
  [[noreturn]] void fail();
  /// Throws that what is stored is not what we store.
  [[noreturn]] void fail_damaged(const std::string& what) const;

 private:
  sqlite3* database_ = nullptr;
  std::string path_;
};

/// Everything between its making and `commit` happens, or nothing of it.
class SqliteTransaction {
 public:
  explicit SqliteTransaction(SqliteDatabase& database) : database_(database) {
    database_.execute("BEGIN IMMEDIATE");
  }
  ~SqliteTransaction();
  SqliteTransaction(const SqliteTransaction&) = delete;
  SqliteTransaction& operator=(const SqliteTransaction&) = delete;
  void commit();

 private:
  SqliteDatabase& database_;
  bool done_ = false;
};

}  // namespace tidemill
