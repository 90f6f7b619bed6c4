// Rejects on their way to the rejects table: in a file, so that a source that is wrong throughout
// takes no memory.
#pragma once

#include <cstdint>
#include <fstream>
#include <mutex>
#include <string>

#include "formats/format.h"

namespace tidemill {

/// Any thread may add. The file is made with the first reject and removed with this object.
class RejectSpool : public RejectSink {
 public:
  explicit RejectSpool(std::string path) : path_(std::move(path)) {}
  ~RejectSpool() override;
  void add(Reject reject) override;

  /// Forgets all that was added: the records are read again.
  void clear();
  /// Makes all that was added readable. To be called once, after the last `add`; throws when the
  /// disk is full.
  void finish();
  int64_t count() const { return count_; }
  /// Returns the first one in words, with its place; empty when there is none.
  const std::string& first() const { return first_; }
  /// Returns a SELECT of the rejects with the columns of `rejects_schema`; `$run_time` is when they
  /// were rejected.
  std::string select() const;

 private:
  std::mutex mutex_;  // Guards all below.
  std::string path_;
  std::ofstream file_;
  int64_t count_ = 0;
  std::string first_;
  size_t longest_ = 0;  // Bytes of a line of the file.
};

}  // namespace tidemill
