#include "formats/text_source.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "formats/gzip.h"

namespace tidemill {

namespace {

/// Counts the bytes that pass.
class CountedSource : public ByteSource {
 public:
  CountedSource(std::unique_ptr<ByteSource> source, std::atomic<int64_t>& count)
      : source_(std::move(source)), count_(count) {}
  size_t read(std::span<uint8_t> buffer) override {
    const size_t size = source_->read(buffer);
    count_.fetch_add(static_cast<int64_t>(size), std::memory_order_relaxed);
    return size;
  }
  const Fingerprint& fingerprint() const override { return source_->fingerprint(); }

 private:
  std::unique_ptr<ByteSource> source_;
  std::atomic<int64_t>& count_;
};

/// A source whose first bytes can be looked at before they are read.
class PeekedSource : public ByteSource {
 public:
  explicit PeekedSource(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {
    while (size_ < beginning_.size()) {
      const size_t count = source_->read(std::span(beginning_).subspan(size_));
      if (count == 0) break;
      size_ += count;
    }
  }
  /// Returns up to two bytes; fewer only when there are no more.
  std::span<const uint8_t> beginning() const { return std::span(beginning_).first(size_); }

  size_t read(std::span<uint8_t> buffer) override {
    if (at_ == size_) return source_->read(buffer);
    const size_t count = std::min(buffer.size(), size_ - at_);
    std::memcpy(buffer.data(), beginning_.data() + at_, count);
    at_ += count;
    return count;
  }
  const Fingerprint& fingerprint() const override { return source_->fingerprint(); }

 private:
  std::unique_ptr<ByteSource> source_;
  std::array<uint8_t, 2> beginning_{};
  size_t size_ = 0;
  size_t at_ = 0;
};

/// True for `events.json.gz` and `https://host/events.json.gz?token=x`.
bool is_called_gzip(std::string_view name) {
  return name.substr(0, name.find_first_of("?#")).ends_with(".gz");
}

/// True for bytes that a text of records can begin with. A server may hand out `.json.gz`
/// decompressed.
bool begins_text(std::span<const uint8_t> beginning) {
  constexpr std::string_view kBeginnings = "{[\" \t\r\n\xEF";
  return kBeginnings.find(static_cast<char>(beginning[0])) != std::string_view::npos;
}

}  // namespace

std::unique_ptr<ByteSource> open_text(const Input& input, ReadCounters& counters) {
  auto stored =
      std::make_unique<PeekedSource>(std::make_unique<CountedSource>(input.open(), counters.bytes));
  const auto beginning = stored->beginning();
  if (is_gzip(beginning)) {
    return std::make_unique<CountedSource>(decompress_gzip(std::move(stored), input.name),
                                           counters.bytes_out);
  }
  if (beginning.size() < 2 && is_called_gzip(input.name)) {
    throw gzip_cut_short(input.name, static_cast<int64_t>(beginning.size()));
  }
  if (is_called_gzip(input.name) && !begins_text(beginning)) {
    throw user_error("called .gz, but not gzip from byte 0: " + quote(input.name));
  }
  return std::make_unique<CountedSource>(std::move(stored), counters.bytes_out);
}

}  // namespace tidemill
