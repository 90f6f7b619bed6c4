#include "state/sqlite_database.h"

#include "base/error.h"
#include "base/text.h"

namespace tidemill {

namespace {

constexpr int kLockMilliseconds = 10'000;

}  // namespace

SqliteStatement::SqliteStatement(SqliteDatabase& database, const char* sql) : database_(database) {
  if (sqlite3_prepare_v2(database.handle(), sql, -1, &statement_, nullptr) != SQLITE_OK)
    database.fail();
}

SqliteStatement& SqliteStatement::bind(const std::string& text) {
  sqlite3_bind_text(statement_, ++bound_, text.data(), static_cast<int>(text.size()),
                    SQLITE_TRANSIENT);
  return *this;
}

SqliteStatement& SqliteStatement::bind(int64_t number) {
  sqlite3_bind_int64(statement_, ++bound_, number);
  return *this;
}

SqliteStatement& SqliteStatement::bind(std::optional<int64_t> number) {
  if (number) return bind(*number);
  sqlite3_bind_null(statement_, ++bound_);
  return *this;
}

bool SqliteStatement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) database_.fail();
  return false;
}

std::string SqliteStatement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return text == nullptr
             ? ""
             : std::string(text, static_cast<size_t>(sqlite3_column_bytes(statement_, column)));
}

SqliteDatabase::SqliteDatabase(const std::string& path) : path_(path) {
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX;
  const int opened = sqlite3_open_v2(path.c_str(), &database_, flags, nullptr);
  try {
    if (opened != SQLITE_OK) fail();
    sqlite3_busy_timeout(database_, kLockMilliseconds);
    execute("PRAGMA journal_mode = WAL");
    execute("PRAGMA synchronous = NORMAL");
  } catch (...) {
    sqlite3_close(database_);  // Of an object that was never made, no destructor is called.
    throw;
  }
}

void SqliteDatabase::fail() {
  const int code = sqlite3_errcode(database_);
  const std::string what = sqlite3_errmsg(database_);
  if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) fail_damaged(what);
  const std::string message = "the state cannot be used (" + what + "): " + quote(path_);
  if (code == SQLITE_BUSY || code == SQLITE_LOCKED) throw transient_error(message);
  Error error = user_error(message);
  if (code == SQLITE_FULL) error.hint("free some disk space and run again: nothing is lost");
  throw std::move(error);
}

void SqliteDatabase::fail_damaged(const std::string& what) const {
  throw user_error("the state cannot be used (" + what + "): " + quote(path_))
      .hint("remove the file: all but the history of runs is found again in the lake");
}

SqliteTransaction::~SqliteTransaction() {
  if (!done_) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void SqliteTransaction::commit() {
  database_.execute("COMMIT");
  done_ = true;
}

}  // namespace tidemill
