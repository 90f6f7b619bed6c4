#include "formats/stored_bytes.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace tidemill {

StoredBytes::StoredBytes(std::unique_ptr<ByteSource> source)
    : source_(std::move(source)), buffer_(kMostGivenBack + kFarthest) {}

std::span<uint8_t> StoredBytes::peek(size_t count) {
  if (end_ - begin_ < count) {
    const size_t kept = begin_ - std::min(begin_, kMostGivenBack);
    std::memmove(buffer_.data(), buffer_.data() + kept, end_ - kept);
    begin_ -= kept;
    end_ -= kept;
    while (end_ - begin_ < count) {
      const size_t added = source_->read(std::span(buffer_).subspan(end_));
      if (added == 0) break;
      end_ += added;
    }
  }
  return std::span(buffer_).subspan(begin_, end_ - begin_);
}

void StoredBytes::take(size_t count) {
  begin_ += count;
  offset_ += static_cast<int64_t>(count);
}

void StoredBytes::give_back(size_t count) {
  begin_ -= count;
  offset_ -= static_cast<int64_t>(count);
}

int64_t StoredBytes::skip(int64_t count) {
  int64_t skipped = 0;
  while (skipped < count) {
    const size_t available = peek().size();
    if (available == 0) break;
    const auto step = std::min(static_cast<int64_t>(available), count - skipped);
    take(static_cast<size_t>(step));
    skipped += step;
  }
  return skipped;
}

size_t StoredBytes::read(std::span<uint8_t> buffer) {
  size_t count = std::min(buffer.size(), end_ - begin_);
  if (count > 0) {
    std::memcpy(buffer.data(), buffer_.data() + begin_, count);
    begin_ += count;
  } else {
    count = source_->read(buffer);
  }
  offset_ += static_cast<int64_t>(count);
  return count;
}

}  // namespace tidemill
