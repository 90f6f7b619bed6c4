#include "formats/line_blocks.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace tidemill {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

LineBlocks::LineBlocks(std::unique_ptr<ByteSource> text, BlockLimits limits)
    : text_(std::move(text)),
      limits_(limits),
      buffer_(std::max(limits.block, kByteOrderMark.size())) {}

std::optional<LineBlock> LineBlocks::next() {
  if (std::exchange(cut_off_, false)) skip_line();
  size_t searched = 0;  // Bytes after begin_ in which there is no line break.
  while (true) {
    fill();
    if (std::exchange(at_start_, false)) {
      skip_byte_order_mark();
      continue;
    }
    const uint8_t* first = buffer_.data() + begin_;
    const size_t size = end_ - begin_;
    if (const void* last = memrchr(first + searched, '\n', size - searched)) {
      return LineBlock{
          .text = take(static_cast<size_t>(static_cast<const uint8_t*>(last) - first) + 1)};
    }
    if (size > limits_.longest_line) {
      cut_off_ = true;
      return LineBlock{.text = take(limits_.longest_line), .cut_off = true};
    }
    if (at_end_ && size == 0) return std::nullopt;
    if (at_end_) return LineBlock{.text = take(size)};
    searched = size;
    buffer_.resize(std::min(2 * buffer_.size(), limits_.longest_line + 1));
  }
}

/// Fills the buffer to its end, or up to the end of the text.
void LineBlocks::fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= std::exchange(begin_, 0);
  }
  while (!at_end_ && end_ < buffer_.size()) {
    const size_t count = text_->read(std::span(buffer_).subspan(end_));
    at_end_ = count == 0;
    end_ += count;
  }
}

void LineBlocks::skip_byte_order_mark() {
  const std::string_view read(reinterpret_cast<const char*>(buffer_.data()), end_);
  if (read.starts_with(kByteOrderMark)) begin_ = kByteOrderMark.size();
}

/// Throws away what is left of a line that was cut off.
void LineBlocks::skip_line() {
  while (true) {
    fill();
    const uint8_t* first = buffer_.data() + begin_;
    if (const void* found = std::memchr(first, '\n', end_ - begin_)) {
      begin_ += static_cast<size_t>(static_cast<const uint8_t*>(found) - first) + 1;
      return;
    }
    begin_ = end_;
    if (at_end_) return;
  }
}

std::string_view LineBlocks::take(size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(buffer_.data()) + begin_, size);
  begin_ += size;
  return text;
}

}  // namespace tidemill
