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
/// cores. One that has to go rests where it reads rows of ours; a part that reads none it ends.
class HelperThreads {
 public:
  /// `database` stays open as long as this object lives. `cores`: at least 1. Where the system
  /// gives fewer threads, fewer help.
  HelperThreads(duckdb_database database, size_t cores);
  /// Waits for what the helpers are at.
  ~HelperThreads();
  HelperThreads(const HelperThreads&) = delete;
  HelperThreads& operator=(const HelperThreads&) = delete;

  /// Another thread begins to work with the instance, beside the helpers. Any thread may call it.
  void begin_work() { count_worker(+1); }
  /// One that called `begin_work` is done, or has to wait for the helpers.
  void end_work() { count_worker(-1); }

  /// To be called where a thread may rest: between two batches of rows. If it is a helper's and
  /// other threads need its core, returns when there is one again, or a while later: a statement
  /// that was cancelled is not to wait.
  static void rest_if_unwanted();

 private:
  void count_worker(int change);
  void help();
  bool has_spare_core() const { return workers_ > 0 && workers_ + busy_ < cores_; }

  const size_t cores_;
  duckdb_task_state const tasks_;
  std::mutex mutex_;  // Guards all below but the threads.
  std::condition_variable changed_;
  size_t workers_ = 0;
  size_t busy_ = 0;  // Helpers that neither rest nor look for work.
  bool over_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace tidemill::duckdb
