// The bytes of a source as they are stored, on their way into a codec.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "io/byte_source.h"

namespace tidemill {

/// Reads a source in large pieces, in which one may look ahead. For one thread.
class StoredBytes : public ByteSource {
 public:
  /// As far as `peek` can look.
  static constexpr size_t kFarthest = 256 * size_t{1024};
  /// As many bytes as `give_back` takes.
  static constexpr size_t kMostGivenBack = 8;

  explicit StoredBytes(std::unique_ptr<ByteSource> source);

  /// Returns the next bytes without taking them: at least `count`, and fewer only at the end. They
  /// stay valid until the next call of any function but `take`.
  std::span<uint8_t> peek(size_t count = 1);
  /// Takes the first `count` of the bytes that `peek` returned.
  void take(size_t count);
  /// Goes back by `count` bytes that were taken from what `peek` returned.
  void give_back(size_t count);
  /// Takes up to `count` bytes and throws them away. Returns how many there were.
  int64_t skip(int64_t count);
  /// Returns how many bytes have been taken so far.
  int64_t offset() const { return offset_; }

  size_t read(std::span<uint8_t> buffer) override;
  const Fingerprint& fingerprint() const override { return source_->fingerprint(); }

 private:
  std::unique_ptr<ByteSource> source_;
  std::vector<uint8_t> buffer_;
  size_t begin_ = 0;  // What was read and not taken: [begin_, end_). Up to 8 bytes before it stay.
  size_t end_ = 0;
  int64_t offset_ = 0;
};

}  // namespace tidemill
