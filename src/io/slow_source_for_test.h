// Bytes that come in pieces, for tests and fuzz targets.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "io/byte_source.h"

namespace tidemill {

/// Gives at most `step` bytes at a time.
class SlowSource : public ByteSource {
 public:
  SlowSource(std::string bytes, size_t step)
      : source_(make_byte_source(std::move(bytes))), step_(step) {}
  size_t read(std::span<uint8_t> buffer) override {
    return source_->read(buffer.first(std::min(step_, buffer.size())));
  }
  const Fingerprint& fingerprint() const override { return source_->fingerprint(); }

 private:
  std::unique_ptr<ByteSource> source_;
  size_t step_;
};

}  // namespace tidemill
