// One attempt: an asset's interval from its inputs to a commit.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "engines/duckdb_engine.h"
#include "formats/format.h"
#include "io/environment.h"
#include "plan/plan.h"
#include "publish/audit.h"
#include "run/discover.h"
#include "run/ledger.h"

namespace tidemill {

/// The connections that attempts are using, so that someone can stop what they are doing. Any
/// thread may call it.
class ActiveConnections {
 public:
  void add(duckdb::Connection& connection);
  void remove(duckdb::Connection& connection);
  void interrupt_all();

 private:
  std::mutex mutex_;  // Guards connections_.
  std::set<duckdb::Connection*> connections_;
};

/// One mutex per table, for commits of one process. Any thread may call it.
class TableMutexes {
 public:
  std::mutex& of(const std::string& table);

 private:
  std::mutex mutex_;  // Guards mutexes_.
  std::map<std::string, std::mutex> mutexes_;
};

/// What all attempts of a run share. The references outlive the run.
struct BuildContext {
  const Project& project;
  Environment& environment;
  Scanners& scanners;
  DuckdbEngine& engine;
  Ledger& ledger;
  const Cancellation& cancellation;
  ActiveConnections& active;
  TableMutexes& mutexes;
  std::string run;
  Instant run_time;
  bool full_refresh = false;
  /// Per asset the intervals that this run builds; null outside of a full refresh.
  const std::map<size_t, std::set<std::optional<Interval>>>* rebuilt = nullptr;
};

struct BuildOutcome {
  bool unchanged = false;  ///< It had become fresh by the time its turn came: nothing was done.
  int64_t version = -1;
  int64_t rows = 0;
  int64_t rejected = 0;
  int64_t bytes = 0;  ///< Read, as stored.
  std::vector<Finding> warnings;
};

/// Reads a source's files of an interval into its table, and what does not fit into its rejects
/// table, which is committed first. `attempt` names the folder for its files. `counters` may be
/// watched meanwhile. After an error nothing of the main table is committed and the files of the
/// attempt are removed.
BuildOutcome build_source(const BuildContext& context, const Task& task,
                          const std::vector<SourceFile>& files, const std::string& attempt,
                          ReadCounters& counters);

/// Builds a model's interval (or the whole model) from the newest snapshots of its inputs; of a
/// view, runs its checks. Errors as `build_source`.
BuildOutcome build_model(const BuildContext& context, const Task& task, const std::string& attempt);

}  // namespace tidemill
