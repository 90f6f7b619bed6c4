#include "formats/blocked_text.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <span>
#include <utility>

#include "base/error.h"
#include "formats/byte_masks.h"

namespace tidemill {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr size_t kMostReady = 2;

int64_t count_lines(std::string_view text) { return count_bytes(text, '\n'); }

std::string_view view_of(const std::vector<uint8_t>& buffer, size_t begin, size_t end) {
  return {reinterpret_cast<const char*>(buffer.data()) + begin, end - begin};
}

}  // namespace

BlockedText::BlockedText(Open open, std::unique_ptr<RecordSplitter> splitter, BlockLimits limits,
                         int64_t first_line, bool has_mark)
    : open_(std::move(open)),
      splitter_(std::move(splitter)),
      limits_(limits),
      line_(first_line),
      at_start_(has_mark) {}

std::optional<RecordBlock> BlockedText::next(std::vector<uint8_t>& buffer) {
  std::unique_lock lock(mutex_);
  spare_.push_back(std::exchange(buffer, {}));
  // A reader that has the text to itself takes what it reads.
  const std::thread::id reader = std::this_thread::get_id();
  bool leaves_one = last_reader_ && last_reader_ != reader;
  while (ready_.empty() || (leaves_one && ready_.size() < kMostReady && !reading_ && !over_)) {
    if (!ready_.empty()) leaves_one = false;  // Once: others may take them as fast as they come.
    if (reading_) {
      changed_.wait(lock);
    } else if (!over_) {
      read_ahead(lock);
    } else {
      buffer = take_spare();
      return std::nullopt;
    }
  }
  Ready next = std::move(ready_.front());
  ready_.pop_front();
  buffer = std::move(next.buffer);
  last_reader_ = reader;
  return std::move(next.block);
}

std::vector<uint8_t> BlockedText::take_spare() {
  if (spare_.empty()) return {};
  std::vector<uint8_t> buffer = std::move(spare_.back());
  spare_.pop_back();
  return buffer;
}

/// Reads one more block, unlocked.
void BlockedText::read_ahead(std::unique_lock<std::mutex>& lock) {
  Ready next{.block = {}, .buffer = take_spare()};
  reading_ = true;
  lock.unlock();
  std::optional<RecordBlock> block;
  std::exception_ptr thrown;
  try {
    block = read(next.buffer);
    if (!block) text_.reset();
  } catch (...) {
    thrown = std::current_exception();
  }
  lock.lock();
  reading_ = false;
  over_ = !block;
  if (block) {
    next.block = std::move(*block);
    ready_.push_back(std::move(next));
  }
  changed_.notify_all();
  if (thrown != nullptr) std::rethrow_exception(thrown);
}

std::optional<RecordBlock> BlockedText::read(std::vector<uint8_t>& buffer) {
  if (text_ == nullptr) text_ = open_();
  const size_t least = std::max({limits_.block, kByteOrderMark.size(), rest_.size() + 1});
  if (buffer.size() < least) buffer.resize(least);
  std::copy(rest_.begin(), rest_.end(), buffer.begin());
  size_t end = std::exchange(rest_, {}).size();
  while (true) {
    end = fill(buffer, end);
    std::string_view text = view_of(buffer, 0, end);
    if (std::exchange(at_start_, false) && text.starts_with(kByteOrderMark))
      text.remove_prefix(kByteOrderMark.size());
    std::vector<RecordSpan> records;
    const RecordSplitter::Cut cut = splitter_->cut(text, at_end_, records);
    if (cut.end > cut.begin) return take(text, cut, std::move(records));
    line_ += count_lines(text.substr(0, cut.begin));
    text.remove_prefix(cut.begin);
    if (at_end_ && text.empty()) return take_header();
    if (at_end_) throw bug_error("a text's end was left uncut");
    if (text.size() > limits_.longest_record) return take_long(text);
    std::memmove(buffer.data(), text.data(), text.size());
    end = text.size();
    if (end == buffer.size())
      buffer.resize(std::max(end + 1, std::min(2 * end, limits_.longest_record + 1)));
  }
}

/// Fills the buffer from `end` on, to its end or up to the end of the text; returns where that is.
size_t BlockedText::fill(std::vector<uint8_t>& buffer, size_t end) {
  while (!at_end_ && end < buffer.size()) {
    const size_t count = text_->read(std::span(buffer).subspan(end));
    at_end_ = count == 0;
    end += count;
  }
  return end;
}

RecordBlock BlockedText::take(std::string_view text, RecordSplitter::Cut cut,
                              std::vector<RecordSpan> records) {
  line_ += count_lines(text.substr(0, cut.begin));
  RecordBlock block{.text = text.substr(cut.begin, cut.end - cut.begin),
                    .first_line = line_,
                    .records = std::move(records),
                    .header = splitter_->header()};
  line_ += count_lines(block.text);
  rest_.assign(text.begin() + static_cast<std::ptrdiff_t>(cut.end), text.end());
  had_block_ = true;
  return block;
}

/// Takes the header of a text that has no record, once: what it names is to be looked at all the
/// same.
std::optional<RecordBlock> BlockedText::take_header() {
  if (had_block_ || splitter_->header() == nullptr) return std::nullopt;
  had_block_ = true;
  return RecordBlock{.text = {}, .first_line = line_, .records = {}, .header = splitter_->header()};
}

/// Takes the beginning of a record that is longer than it may be.
RecordBlock BlockedText::take_long(std::string_view text) {
  std::vector<RecordSpan> records;
  if (const auto cut = splitter_->cut_long(text, records))
    return take(text, *cut, std::move(records));
  RecordBlock block = take(text, {0, text.size()}, {});
  block.cut_off = true;
  return block;
}

}  // namespace tidemill
