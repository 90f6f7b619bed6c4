// Trying again what failed for reasons outside.
#pragma once

#include "base/cancellation.h"
#include "base/error.h"
#include "io/clock.h"
#include "project/project.h"

namespace tidemill {

/// Calls `work` until it returns or throws something other than Transient, at most
/// `project.retries` times more, after waits that double, or for as long as the outside asked for.
/// Returns what it returned.
template <typename Function>
auto with_retries(const Project& project, Clock& clock, const Cancellation& cancellation,
                  Function work) {
  auto delay = project.retry_delay;
  for (int64_t left = project.retries;; --left) {
    auto wait = delay;
    try {
      return work();
    } catch (const Error& error) {
      if (error.kind() != Error::Kind::kTransient || left <= 0) throw;
      wait = error.retry_after().value_or(delay);
    }
    clock.sleep(wait, cancellation);
    cancellation.check();
    delay *= 2;
  }
}

}  // namespace tidemill
