// Plan to done: attempts side by side where the graph allows, retries for transient failures, a
// clean stop.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "engines/duckdb_engine.h"
#include "io/environment.h"
#include "plan/plan.h"
#include "project/project.h"
#include "run/build.h"
#include "run/ledger.h"
#include "state/store.h"

namespace tidemill {

/// How a task ended.
struct TaskReport {
  enum class Status { kDone, kUnchanged, kFailed, kBlocked, kInterrupted };
  Status status = Status::kDone;
  BuildOutcome outcome;
  std::optional<Error> error;  ///< Of a failed task; of a blocked one, why.
  std::chrono::microseconds duration{0};
  int64_t attempts = 0;
};
std::string status_text(TaskReport::Status status);

/// A task at work, as seen from outside.
struct RunningTask {
  const Task* task = nullptr;
  Instant started;
  int64_t bytes = 0;         ///< Read so far, as stored.
  int64_t bytes_total = -1;  ///< -1: not known.
  int64_t rows = 0;
};

/// Hears what happens. All calls come from the thread that called `run_project`, except `retrying`,
/// `started` and `ended`, which come from one thread at a time.
class RunListener {
 public:
  virtual ~RunListener() = default;
  virtual void swept(int64_t /*files*/) {}
  virtual void planned(const Plan& plan) = 0;
  virtual void started(const Task& task) = 0;
  virtual void retrying(const Task& task, const Error& error, std::chrono::milliseconds delay) = 0;
  virtual void ended(const Task& task, const TaskReport& report) = 0;
  /// About ten times a second.
  virtual void tick(const std::vector<RunningTask>& running) = 0;
};

struct RunRequest {
  std::string command;  ///< For the history: `run raw.events+`.
  PlanRequest plan;
  bool yes = false;  ///< However many intervals.
};

struct RunSummary {
  std::string run;
  int64_t done = 0;
  int64_t unchanged = 0;
  int64_t failed = 0;
  int64_t transient = 0;  ///< Of the failed: those that failed because of the outside.
  int64_t blocked = 0;
  int64_t interrupted = 0;
  int64_t rows = 0;
  int64_t rejected = 0;
  int64_t waiting = 0;
  int64_t missing = 0;
  std::vector<size_t> fresh;          ///< Selected assets that had nothing to do.
  std::vector<size_t> without_input;  ///< Selected models that had nothing to be built from.
  std::chrono::microseconds duration{0};
};

/// Throws a user's Error when a plan without `--start/--end` is about more than a thousand
/// intervals of a source.
void check_size(const Project& project, const Progress& progress, const PlanRequest& request);

/// Runs what is stale until nothing selected is. To be called by the holder of the project's lock.
/// A failed task does not stop those that do not need it. Throws what prevents any run at all;
/// failures of tasks are in the summary.
RunSummary run_project(const Project& project, Environment& environment, DuckdbEngine& engine,
                       StateStore& store, const Cancellation& cancellation,
                       const RunRequest& request, RunListener& listener);

}  // namespace tidemill
