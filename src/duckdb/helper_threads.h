// Threads that help with other threads' statements while the machine has cores to spare. Inside
// this folder only.
#pragma once

#include <duckdb.h>

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <thread>
#include <vector>

namespace tidemill::duckdb {

/// Runs parts of the statements of one instance that has no threads of its own. As many threads
/// help as there are cores without a thread at work, so that no more threads work than there are
/// cores. One that has to go finishes the part it is at (some 50 chunks) first; another thread goes
/// on with what is left.
class HelperThreads {
 public:
  /// `database` stays open as long as this object lives. `cores`: at least 1.
  HelperThreads(duckdb_database database, size_t cores);
  /// Waits for what the helpers are at.
  ~HelperThreads();
  HelperThreads(const HelperThreads&) = delete;
  HelperThreads& operator=(const HelperThreads&) = delete;

  /// Another thread begins to work with the instance, beside the helpers. Any thread may call it.
  void begin_work() { count_worker(+1); }
  /// One that called `begin_work` is done.
  void end_work() { count_worker(-1); }

 private:
  void count_worker(int change);
  void help(size_t helper);
  bool wanted(size_t helper) const { return !over_ && workers_ > 0 && workers_ + helper < cores_; }
  void dismiss_unwanted();

  const duckdb_database database_;
  const size_t cores_;
  std::mutex mutex_;  // Guards all but the threads.
  std::condition_variable changed_;
  size_t workers_ = 0;
  bool over_ = false;
  std::vector<duckdb_task_state> helping_;  // Of each helper; null while it rests.
  std::vector<std::jthread> threads_;
};

}  // namespace tidemill::duckdb
