// How work is asked to stop.
#pragma once

#include <atomic>

#include "base/error.h"

namespace tidemill {

/// A flag that one thread (or a signal handler) raises and working threads look at. Never lowered
/// again.
class Cancellation {
 public:
  void cancel() noexcept { cancelled_.store(true, std::memory_order_relaxed); }
  bool cancelled() const noexcept { return cancelled_.load(std::memory_order_relaxed); }
  /// Throws Cancelled when the flag is up.
  void check() const {
    if (cancelled()) throw Error(Error::Kind::kCancelled, "interrupted");
  }

 private:
  std::atomic<bool> cancelled_ = false;
};

}  // namespace tidemill
