#include "io/byte_source.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace tidemill {

namespace {

class StringSource : public ByteSource {
 public:
  explicit StringSource(std::string bytes) : bytes_(std::move(bytes)) {
    fingerprint_.size = static_cast<int64_t>(bytes_.size());
  }
  size_t read(std::span<uint8_t> buffer) override {
    const size_t count = std::min(buffer.size(), bytes_.size() - at_);
    if (count > 0) std::memcpy(buffer.data(), bytes_.data() + at_, count);
    at_ += count;
    return count;
  }
  const Fingerprint& fingerprint() const override { return fingerprint_; }

 private:
  std::string bytes_;
  size_t at_ = 0;
  Fingerprint fingerprint_;
};

}  // namespace

bool Fingerprint::same_content(const Fingerprint& other) const {
  if (!etag.empty() && !other.etag.empty()) return etag == other.etag;
  return !last_modified.empty() && last_modified == other.last_modified && size.has_value() &&
         size == other.size;
}

std::unique_ptr<ByteSource> make_byte_source(std::string bytes) {
  return std::make_unique<StringSource>(std::move(bytes));
}

}  // namespace tidemill
