#include "io/connection_limit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "base/error.h"

namespace tidemill {
namespace {

constexpr std::chrono::milliseconds kLong = std::chrono::minutes(10);
constexpr std::chrono::milliseconds kNone{0};

Error::Kind kind_of_acquiring(ConnectionLimit& limit, size_t most,
                              std::chrono::milliseconds patience,
                              const Cancellation& cancellation) {
  try {
    limit.acquire("host", most, patience, cancellation);
  } catch (const Error& error) {
    return error.kind();
  }
  ADD_FAILURE() << "nothing was thrown";
  return Error::Kind::kBug;
}

TEST(ConnectionLimit, NoMoreAreOpenAtOnce) {
  ConnectionLimit limit;
  const Cancellation cancellation;
  std::atomic<int> open = 0;
  std::atomic<int> most = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 100; ++i) {
          const auto permit = limit.acquire("host", 3, kLong, cancellation);
          int seen = most;
          const int now = ++open;
          while (now > seen && !most.compare_exchange_weak(seen, now)) {
          }
          std::this_thread::yield();
          --open;
        }
      });
    }
  }
  EXPECT_LE(most, 3);
  EXPECT_GE(most, 1);
}

TEST(ConnectionLimit, HostsDoNotWaitForEachOther) {
  ConnectionLimit limit;
  const Cancellation cancellation;
  const auto one = limit.acquire("one", 1, kNone, cancellation);
  const auto other = limit.acquire("other", 1, kNone, cancellation);
}

TEST(ConnectionLimit, WhoCameFirstIsNext) {
  ConnectionLimit limit;
  const Cancellation cancellation;
  std::vector<int> order;  // Written by holders of the only permit.
  std::vector<std::jthread> threads;
  {
    const auto permit = limit.acquire("host", 1, kLong, cancellation);
    for (int t = 0; t < 5; ++t) {
      threads.emplace_back([&, t] {
        const auto mine = limit.acquire("host", 1, kLong, cancellation);
        order.push_back(t);
      });
      while (limit.waiting("host") != static_cast<size_t>(t) + 1) std::this_thread::yield();
    }
  }
  threads.clear();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST(ConnectionLimit, WaitingCanBeCancelled) {
  ConnectionLimit limit;
  Cancellation cancellation;
  const auto permit = limit.acquire("host", 1, kLong, cancellation);
  std::jthread waiting([&] {
    EXPECT_EQ(kind_of_acquiring(limit, 1, kLong, cancellation), Error::Kind::kCancelled);
  });
  cancellation.cancel();
}

TEST(ConnectionLimit, HoldersThatGetNothingDoneAreNotWaitedForForever) {
  ConnectionLimit limit;
  const Cancellation cancellation;
  {
    const auto permit = limit.acquire("host", 1, kLong, cancellation);
    EXPECT_EQ(kind_of_acquiring(limit, 1, kNone, cancellation), Error::Kind::kTransient);
  }
  const auto after = limit.acquire("host", 1, kNone, cancellation);
}

}  // namespace
}  // namespace tidemill
