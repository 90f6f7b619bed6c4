#include <mutex>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/text.h"
#include "io/fault.h"
#include "state/sqlite_database.h"
#include "state/store.h"

namespace tidemill {

namespace {

using Json = nlohmann::json;

constexpr int64_t kScheme = 1;  // Of the tables below.

constexpr const char* kTables[] = {
    "CREATE TABLE runs (id TEXT PRIMARY KEY, command TEXT NOT NULL, started INTEGER NOT NULL, "
    "ended INTEGER, status TEXT NOT NULL)",
    "CREATE TABLE attempts (id TEXT PRIMARY KEY, run TEXT NOT NULL, asset TEXT NOT NULL, interval "
    "TEXT NOT NULL, "
    "number INTEGER NOT NULL, started INTEGER NOT NULL, ended INTEGER, status TEXT NOT NULL, rows "
    "INTEGER NOT NULL, "
    "rejected INTEGER NOT NULL, bytes INTEGER NOT NULL, folder TEXT NOT NULL, error TEXT NOT NULL)",
    "CREATE INDEX attempts_by_run ON attempts (run)",
    "CREATE INDEX attempts_by_status ON attempts (status)",
    "CREATE INDEX attempts_by_asset ON attempts (asset, started)",
    // The ledger: which interval of which asset was built from which inputs by which code.
    "CREATE TABLE built (asset TEXT NOT NULL, interval TEXT NOT NULL, version INTEGER NOT NULL, "
    "fingerprint TEXT NOT NULL, "
    "inputs TEXT NOT NULL, run TEXT NOT NULL, time INTEGER NOT NULL, rows INTEGER NOT NULL, "
    "rejected INTEGER NOT NULL, "
    "PRIMARY KEY (asset, interval))",
    "CREATE TABLE touches (asset TEXT NOT NULL, version INTEGER NOT NULL, committed INTEGER NOT "
    "NULL, "
    "ranges TEXT NOT NULL, "
    "PRIMARY KEY (asset, version))",
    "CREATE TABLE tables (asset TEXT PRIMARY KEY, version INTEGER NOT NULL)",
};

int64_t micros(Instant time) { return time.time_since_epoch().count(); }
Instant instant(int64_t micros) { return Instant(std::chrono::microseconds(micros)); }

std::string interval_text(const std::optional<Interval>& interval) {
  return interval ? interval->text() : "";
}

std::string ranges_text(const Touch& touch) {
  Json ranges = Json::object();
  for (const auto& [column, range] : touch.ranges) ranges[column] = range.text();
  return ranges.dump();
}

AttemptRecord attempt_of(const SqliteStatement& row) {
  AttemptRecord attempt{.id = row.text(0), .run = row.text(1), .asset = row.text(2)};
  attempt.interval = parse_interval(row.text(3));
  attempt.number = row.integer(4);
  attempt.started = instant(row.integer(5));
  if (!row.is_null(6)) attempt.ended = instant(row.integer(6));
  attempt.status = row.text(7);
  attempt.rows = row.integer(8);
  attempt.rejected = row.integer(9);
  attempt.bytes = row.integer(10);
  attempt.folder = row.text(11);
  attempt.error = row.text(12);
  return attempt;
}

class SqliteStore : public StateStore {
 public:
  explicit SqliteStore(const std::string& path) : database_(path) {
    SqliteTransaction transaction(database_);
    SqliteStatement version(database_, "PRAGMA user_version");
    version.step();
    const int64_t scheme = version.integer(0);
    if (scheme > kScheme) {
      throw user_error("the state was written by a newer Tidemill: " + quote(path))
          .hint("use that one, or remove the file");
    }
    if (scheme == 0) {
      for (const char* table : kTables) database_.execute(table);
      database_.execute("PRAGMA user_version = 1");
    }
    transaction.commit();
  }

  void begin_run(const RunRecord& run) override {
    const std::lock_guard lock(mutex_);
    SqliteStatement(database_, "INSERT INTO runs VALUES (?, ?, ?, NULL, ?)")
        .bind(run.id)
        .bind(run.command)
        .bind(micros(run.started))
        .bind(run.status)
        .run();
  }

  void end_run(const std::string& id, const std::string& status, Instant ended) override {
    const std::lock_guard lock(mutex_);
    SqliteStatement(database_, "UPDATE runs SET ended = ?, status = ? WHERE id = ?")
        .bind(micros(ended))
        .bind(status)
        .bind(id)
        .run();
  }

  void begin_attempt(const AttemptRecord& attempt) override {
    const std::lock_guard lock(mutex_);
    SqliteStatement(database_,
                    "INSERT INTO attempts VALUES (?, ?, ?, ?, ?, ?, NULL, ?, 0, 0, 0, ?, '')")
        .bind(attempt.id)
        .bind(attempt.run)
        .bind(attempt.asset)
        .bind(interval_text(attempt.interval))
        .bind(attempt.number)
        .bind(micros(attempt.started))
        .bind(attempt.status)
        .bind(attempt.folder)
        .run();
  }

  void end_attempt(const AttemptRecord& attempt) override {
    const std::lock_guard lock(mutex_);
    std::optional<int64_t> ended;
    if (attempt.ended) ended = micros(*attempt.ended);
    SqliteStatement(database_,
                    "UPDATE attempts SET ended = ?, status = ?, rows = ?, rejected = ?, bytes = ?, "
                    "error = ? WHERE id = ?")
        .bind(ended)
        .bind(attempt.status)
        .bind(attempt.rows)
        .bind(attempt.rejected)
        .bind(attempt.bytes)
        .bind(attempt.error)
        .bind(attempt.id)
        .run();
  }

  std::vector<RunRecord> runs(int64_t most) override {
    const std::lock_guard lock(mutex_);
    SqliteStatement row(
        database_,
        "SELECT id, command, started, ended, status FROM runs ORDER BY started DESC, id LIMIT ?");
    row.bind(most);
    std::vector<RunRecord> runs;
    while (row.step()) {
      RunRecord run{.id = row.text(0),
                    .command = row.text(1),
                    .started = instant(row.integer(2)),
                    .status = row.text(4)};
      if (!row.is_null(3)) run.ended = instant(row.integer(3));
      runs.push_back(std::move(run));
    }
    return runs;
  }

  std::vector<AttemptRecord> attempts(const std::string& run) override {
    const std::lock_guard lock(mutex_);
    SqliteStatement row(database_, "SELECT * FROM attempts WHERE run = ? ORDER BY started, id");
    row.bind(run);
    return all(row);
  }

  std::vector<AttemptRecord> running_attempts() override {
    const std::lock_guard lock(mutex_);
    SqliteStatement row(database_,
                        "SELECT * FROM attempts WHERE status = 'running' ORDER BY started, id");
    return all(row);
  }

  void bury(Instant now) override {
    const std::lock_guard lock(mutex_);
    SqliteTransaction transaction(database_);
    for (const char* sql :
         {"UPDATE attempts SET status = 'died', ended = ? WHERE status = 'running'",
          "UPDATE runs SET status = 'died', ended = ? WHERE status = 'running'"}) {
      SqliteStatement(database_, sql).bind(micros(now)).run();
    }
    transaction.commit();
  }

  int64_t reconciled_version(const std::string& asset) override {
    const std::lock_guard lock(mutex_);
    SqliteStatement row(database_, "SELECT version FROM tables WHERE asset = ?");
    row.bind(asset);
    return row.step() ? row.integer(0) : -1;
  }

  void reconcile(const Reconciled& reconciled) override {
    fault_step("ledger");
    const std::lock_guard lock(mutex_);
    SqliteTransaction transaction(database_);
    if (reconciled.forget_first) {
      for (const char* sql :
           {"DELETE FROM built WHERE asset = ?", "DELETE FROM touches WHERE asset = ?"}) {
        SqliteStatement(database_, sql).bind(reconciled.asset).run();
      }
    }
    for (const auto& [interval, built] : reconciled.built) {
      SqliteStatement(database_, "DELETE FROM built WHERE asset = ? AND interval = ?")
          .bind(reconciled.asset)
          .bind(interval_text(interval))
          .run();
      if (built) insert_built(reconciled.asset, *built);
    }
    for (const Touch& touch : reconciled.touches) {
      SqliteStatement(database_, "INSERT OR REPLACE INTO touches VALUES (?, ?, ?, ?)")
          .bind(reconciled.asset)
          .bind(touch.version)
          .bind(micros(touch.committed))
          .bind(ranges_text(touch))
          .run();
    }
    SqliteStatement(database_, "INSERT OR REPLACE INTO tables VALUES (?, ?)")
        .bind(reconciled.asset)
        .bind(reconciled.version)
        .run();
    transaction.commit();
    fault_step("ledger-done");
  }

  void record_built(const std::string& asset, const Built& built) override {
    const std::lock_guard lock(mutex_);
    insert_built(asset, built);
  }

  AssetProgress progress(const std::string& asset) override {
    const std::lock_guard lock(mutex_);
    try {
      return read_progress(asset);
    } catch (const Json::exception& damage) {
      database_.fail_damaged(damage.what());
    }
  }

 private:
  AssetProgress read_progress(const std::string& asset) {
    AssetProgress progress;
    SqliteStatement row(database_,
                        "SELECT interval, version, fingerprint, inputs, run, time, rows, rejected "
                        "FROM built WHERE asset = ?");
    row.bind(asset);
    while (row.step()) {
      Built built{.interval = parse_interval(row.text(0)),
                  .version = row.integer(1),
                  .fingerprint = row.text(2)};
      built.inputs = Json::parse(row.text(3)).get<InputVersions>();
      built.run = row.text(4);
      built.time = instant(row.integer(5));
      built.rows = row.integer(6);
      built.rejected = row.integer(7);
      progress.built.emplace(built.interval, std::move(built));
    }
    SqliteStatement touches(database_,
                            "SELECT version, committed, ranges FROM touches WHERE asset = ? "
                            "ORDER BY version");
    touches.bind(asset);
    while (touches.step()) {
      Touch touch{.version = touches.integer(0), .committed = instant(touches.integer(1))};
      const Json ranges = Json::parse(touches.text(2));
      for (const auto& [column, range] : ranges.items()) {
        if (const auto interval = parse_interval(range.get<std::string>()))
          touch.ranges.emplace(column, *interval);
      }
      progress.touches.push_back(std::move(touch));
    }
    SqliteStatement last(database_,
                         "SELECT ended - started FROM attempts WHERE asset = ? AND status = 'done' "
                         "ORDER BY started DESC LIMIT 1");
    last.bind(asset);
    if (last.step()) progress.last_duration = std::chrono::microseconds(last.integer(0));
    return progress;
  }

  void insert_built(const std::string& asset, const Built& built) {
    SqliteStatement(database_, "INSERT OR REPLACE INTO built VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(asset)
        .bind(interval_text(built.interval))
        .bind(built.version)
        .bind(built.fingerprint)
        .bind(Json(built.inputs).dump())
        .bind(built.run)
        .bind(micros(built.time))
        .bind(built.rows)
        .bind(built.rejected)
        .run();
  }

  static std::vector<AttemptRecord> all(SqliteStatement& row) {
    std::vector<AttemptRecord> attempts;
    while (row.step()) attempts.push_back(attempt_of(row));
    return attempts;
  }

  std::mutex mutex_;  // Guards database_.
  SqliteDatabase database_;
};

}  // namespace

std::unique_ptr<StateStore> open_sqlite_store(const std::string& path) {
  return std::make_unique<SqliteStore>(path);
}

}  // namespace tidemill
