// The ledger in memory: which interval of which asset was built from which inputs by which code.
// The tables' logs are the truth; the state store is an index of them, brought up to date here.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engines/duckdb_engine.h"
#include "io/environment.h"
#include "plan/plan.h"
#include "project/project.h"
#include "state/store.h"

namespace tidemill {

/// Any thread may call it after `load`.
class Ledger {
 public:
  Ledger(const Project& project, FileSystem& files, StateStore& store)
      : project_(project), files_(files), store_(store) {}

  /// Reads the state and takes in what the logs say beyond it: commits of runs that died, or of
  /// other writers.
  void load(duckdb::Connection& connection);
  /// Takes in the newest commits of one asset's table. After each commit of ours, and by `load`.
  void reconcile(size_t asset, duckdb::Connection& connection);
  /// Adds the sizes of each table's files, for plans that people read.
  void load_files(duckdb::Connection& connection);
  /// Notes a build that leaves no commit.
  void record_built(size_t asset, const Built& built);

  /// Removes what killed attempts left: files that no log names. For the one who holds the
  /// project's lock, while no attempt is at work. Looks only into tables of attempts that died, and
  /// into those the state knew nothing of. Returns how many files it removed.
  int64_t sweep(duckdb::Connection& connection, Instant now);

  /// What is known now. Not to be called while attempts are at work.
  Progress& progress() { return progress_; }
  /// See plan.h; these may be called while attempts are at work.
  std::optional<Reason> staleness_of(size_t model, const std::optional<Interval>& interval) const;
  InputVersions input_versions_of(size_t model, const std::optional<Interval>& interval) const;

 private:
  const Project& project_;
  FileSystem& files_;
  StateStore& store_;
  mutable std::mutex mutex_;  // Guards progress_ and unknown_.
  Progress progress_;
  std::vector<size_t> unknown_;  // Assets with a table that the state knew nothing of.
};

}  // namespace tidemill
