#include "duckdb/helper_threads.h"

#include <algorithm>
#include <chrono>
#include <system_error>

namespace tidemill::duckdb {

namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

/// A thread that ends one attempt and begins the next leaves a core idle no longer than this.
constexpr milliseconds kPause{5};
/// How long a helper rests before it reads another batch, since its statement may be cancelled.
constexpr milliseconds kLongestRest{100};
/// How long a helper that finds no work waits before it looks again: longer each time.
constexpr microseconds kShortestLook{20};
constexpr microseconds kLongestLook{1000};

/// Whom this thread helps; null in all others.
thread_local HelperThreads* helping = nullptr;

}  // namespace

HelperThreads::HelperThreads(duckdb_database database, size_t cores)
    : cores_(cores), tasks_(duckdb_create_task_state(database)) {
  try {
    for (size_t i = 1; i < cores; ++i) threads_.emplace_back([this] { help(); });
  } catch (const std::system_error&) {
    // The system gives no more threads.
  }
}

HelperThreads::~HelperThreads() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
    changed_.notify_all();
  }
  threads_.clear();
  duckdb_destroy_task_state(tasks_);
}

void HelperThreads::count_worker(int change) {
  const std::lock_guard lock(mutex_);
  workers_ += static_cast<size_t>(change);
  changed_.notify_all();
}

void HelperThreads::rest_if_unwanted() {
  if (helping == nullptr) return;
  HelperThreads& all = *helping;
  std::unique_lock lock(all.mutex_);
  if (all.workers_ + all.busy_ <= all.cores_) return;
  --all.busy_;
  all.changed_.wait_for(lock, kLongestRest, [&] { return all.has_spare_core(); });
  ++all.busy_;
}

void HelperThreads::help() {
  helping = this;
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return over_ || has_spare_core(); });
    if (over_) return;
    if (changed_.wait_for(lock, kPause, [this] { return over_ || !has_spare_core(); })) continue;
    for (microseconds look = kShortestLook; !over_ && has_spare_core();) {
      ++busy_;
      lock.unlock();
      const bool found = duckdb_execute_n_tasks_state(tasks_, 1) > 0;
      lock.lock();
      --busy_;
      if (found) {
        changed_.notify_all();
        look = kShortestLook;
      } else {
        changed_.wait_for(lock, look);
        look = std::min(look * 2, kLongestLook);
      }
    }
  }
}

}  // namespace tidemill::duckdb
