#include "io/clock.h"

#include <algorithm>
#include <thread>

namespace tidemill {

namespace {

class SystemClock : public Clock {
 public:
  Instant now() override {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  }
  void sleep(std::chrono::milliseconds duration, const Cancellation& cancellation) override {
    constexpr std::chrono::milliseconds kLook{50};
    for (auto rest = duration; rest.count() > 0 && !cancellation.cancelled(); rest -= kLook) {
      std::this_thread::sleep_for(std::min(rest, kLook));
    }
  }
};

}  // namespace

std::unique_ptr<Clock> system_clock() { return std::make_unique<SystemClock>(); }

}  // namespace tidemill
