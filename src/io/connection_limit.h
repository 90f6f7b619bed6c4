// How many connections to one host are open at once.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>

#include "base/cancellation.h"

namespace tidemill {

/// Counts connections by host. Who has waited longest is next. Any thread may call it; it outlives
/// its permits.
class ConnectionLimit {
  struct Host {
    size_t open = 0;
    std::deque<uint64_t> waiting;        // Tickets, in the order they came.
    std::atomic<uint64_t> progress = 0;  // Grows whenever a holder got something done.
  };

 public:
  /// Lets its holder have one connection, until it goes.
  class Permit {
   public:
    Permit(ConnectionLimit& limit, Host& host) : limit_(&limit), host_(&host) {}
    Permit(Permit&& other) noexcept : limit_(other.limit_), host_(other.host_) {
      other.host_ = nullptr;
    }
    Permit(const Permit&) = delete;
    Permit& operator=(const Permit&) = delete;
    Permit& operator=(Permit&&) = delete;
    ~Permit() {
      if (host_ != nullptr) limit_->release(*host_);
    }
    /// Tells those who wait that this connection is alive.
    void note_progress() { ++host_->progress; }

   private:
    ConnectionLimit* limit_;
    Host* host_;
  };

  /// Waits until fewer than `most` connections to `host` are open. Throws Cancelled within a tenth
  /// of a second when asked to; Transient when for `patience` none of them was closed or made
  /// progress: then their readers may be waiting for this one.
  Permit acquire(const std::string& host, size_t most, std::chrono::milliseconds patience,
                 const Cancellation& cancellation);
  /// Returns how many wait for a connection to `host`.
  size_t waiting(const std::string& host);

 private:
  void release(Host& host);

  std::mutex mutex_;  // Guards all below, but for progress.
  std::condition_variable changed_;
  std::map<std::string, Host> hosts_;
  uint64_t next_ticket_ = 0;
};

}  // namespace tidemill
