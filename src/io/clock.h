// Time from outside, so that tests can hold it still.
#pragma once

#include <chrono>
#include <memory>

#include "base/cancellation.h"
#include "base/time.h"

namespace tidemill {

/// Any thread may call it.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() = 0;
  /// Waits, and returns early when `cancellation` is raised (looked at 20 times a second).
  virtual void sleep(std::chrono::milliseconds duration, const Cancellation& cancellation) = 0;
};

std::unique_ptr<Clock> system_clock();

}  // namespace tidemill
