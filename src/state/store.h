// What has happened: runs, attempts and the ledger. All but the history of runs can be rebuilt from
// the lake.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "data/interval.h"
#include "plan/progress.h"

namespace tidemill {

struct RunRecord {
  std::string id;
  std::string command;
  Instant started;
  std::optional<Instant> ended;
  std::string status;  ///< running, done, failed, interrupted, died
};

struct AttemptRecord {
  std::string id;
  std::string run;
  std::string asset;
  std::optional<Interval> interval;
  int64_t number = 1;  ///< From 1: which try of this run.
  Instant started;
  std::optional<Instant> ended;
  std::string status;  ///< running, done, unchanged, failed, interrupted, died
  int64_t rows = 0;
  int64_t rejected = 0;
  int64_t bytes = 0;   ///< Read, as stored.
  std::string folder;  ///< Where it puts its files, below the lake's folder.
  std::string error;
};

/// The newest reconciled commit of one table and what follows from it for the ledger.
struct Reconciled {
  std::string asset;
  int64_t version = -1;
  /// What is now known of each interval that the commits speak of; nothing: its rows were removed
  /// with another's.
  std::map<std::optional<Interval>, std::optional<Built>> built;
  std::vector<Touch> touches;
  bool forget_first = false;  ///< The table was made anew: what was known of it is void.
};

/// Any thread may call it; calls are short. Throws a user's Error when the file is damaged or
/// cannot be written, Transient when another process keeps it locked for longer than ten seconds.
class StateStore {
 public:
  virtual ~StateStore() = default;

  virtual void begin_run(const RunRecord& run) = 0;
  virtual void end_run(const std::string& id, const std::string& status, Instant ended) = 0;
  virtual void begin_attempt(const AttemptRecord& attempt) = 0;
  /// Writes how an attempt ended: `ended`, `status`, `rows`, `rejected`, `bytes` and `error`.
  virtual void end_attempt(const AttemptRecord& attempt) = 0;
  /// Newest first.
  virtual std::vector<RunRecord> runs(int64_t most) = 0;
  /// In the order in which they began. Throws nothing for an unknown run: it has no attempts.
  virtual std::vector<AttemptRecord> attempts(const std::string& run) = 0;
  /// Returns the attempts that say they are running. Whoever holds the project's lock knows: they
  /// died.
  virtual std::vector<AttemptRecord> running_attempts() = 0;
  /// Marks all running attempts and runs as died.
  virtual void bury(Instant now) = 0;

  /// Returns the version of an asset's table that the ledger knows, or -1.
  virtual int64_t reconciled_version(const std::string& asset) = 0;
  /// Takes in what commits say, all or nothing.
  virtual void reconcile(const Reconciled& reconciled) = 0;
  /// Notes a build that leaves no commit: of a view's checks.
  virtual void record_built(const std::string& asset, const Built& built) = 0;
  /// Returns what the ledger knows of an asset (without files).
  virtual AssetProgress progress(const std::string& asset) = 0;
};

/// Opens or makes the state in a SQLite file (WAL).
std::unique_ptr<StateStore> open_sqlite_store(const std::string& path);

}  // namespace tidemill
