#include "duckdb/helper_threads.h"

#include <algorithm>
#include <chrono>

namespace tidemill::duckdb {

namespace {

/// A thread that ends one attempt and begins the next leaves a core idle no longer than this.
constexpr std::chrono::milliseconds kPause{5};

}  // namespace

HelperThreads::HelperThreads(duckdb_database database, size_t cores)
    : database_(database), cores_(cores), helping_(cores - 1) {
  for (size_t helper = 0; helper < helping_.size(); ++helper)
    threads_.emplace_back([this, helper] { help(helper); });
}

HelperThreads::~HelperThreads() {
  std::unique_lock lock(mutex_);
  over_ = true;
  changed_.notify_all();
  // A call to go wakes one of the helpers that sleep in DuckDB, whichever: it is repeated until the
  // last one has heard it.
  while (std::ranges::any_of(helping_, [](duckdb_task_state state) { return state != nullptr; })) {
    dismiss_unwanted();
    changed_.wait_for(lock, std::chrono::milliseconds(1));
  }
}

void HelperThreads::count_worker(int change) {
  const std::lock_guard lock(mutex_);
  workers_ += static_cast<size_t>(change);
  dismiss_unwanted();
  changed_.notify_all();
}

void HelperThreads::dismiss_unwanted() {
  for (size_t helper = 0; helper < helping_.size(); ++helper) {
    if (helping_[helper] != nullptr && !wanted(helper)) duckdb_finish_execution(helping_[helper]);
  }
}

void HelperThreads::help(size_t helper) {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return over_ || wanted(helper); });
    if (over_) return;
    if (changed_.wait_for(lock, kPause, [&] { return !wanted(helper); })) continue;
    duckdb_task_state state = helping_[helper] = duckdb_create_task_state(database_);
    lock.unlock();
    duckdb_execute_tasks_state(state);  // Returns some time after it was dismissed.
    lock.lock();
    helping_[helper] = nullptr;
    duckdb_destroy_task_state(state);
    changed_.notify_all();
  }
}

}  // namespace tidemill::duckdb
