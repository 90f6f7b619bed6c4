#include "io/connection_limit.h"

#include <algorithm>

#include "base/error.h"
#include "base/text.h"

namespace tidemill {

namespace {

constexpr std::chrono::milliseconds kLook{50};  // How often who waits looks at the cancellation.

}  // namespace

ConnectionLimit::Permit ConnectionLimit::acquire(const std::string& host, size_t most,
                                                 std::chrono::milliseconds patience,
                                                 const Cancellation& cancellation) {
  using SteadyClock = std::chrono::steady_clock;
  std::unique_lock lock(mutex_);
  Host& at = hosts_[host];
  const uint64_t ticket = next_ticket_++;
  at.waiting.push_back(ticket);
  uint64_t seen = at.progress;
  auto since = SteadyClock::now();
  try {
    while (at.waiting.front() != ticket || at.open >= most) {
      cancellation.check();
      changed_.wait_for(lock, kLook);
      if (const uint64_t progress = at.progress; progress != seen) {
        seen = progress;
        since = SteadyClock::now();
      } else if (SteadyClock::now() - since > patience) {
        throw transient_error("no connection became free: " + quote(host))
            .hint("connections: " + std::to_string(most + 1));
      }
    }
  } catch (const Error&) {
    std::erase(at.waiting, ticket);
    changed_.notify_all();
    throw;
  }
  at.waiting.pop_front();
  ++at.open;
  ++at.progress;
  changed_.notify_all();  // There may be room for the next one too.
  return {*this, at};
}

size_t ConnectionLimit::waiting(const std::string& host) {
  const std::lock_guard lock(mutex_);
  return hosts_[host].waiting.size();
}

void ConnectionLimit::release(Host& host) {
  {
    const std::lock_guard lock(mutex_);
    --host.open;
    ++host.progress;
  }
  changed_.notify_all();
}

}  // namespace tidemill
