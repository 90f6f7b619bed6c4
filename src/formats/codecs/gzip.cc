// gzip (RFC 1952), by ISA-L. All members are one text; zeros after the last one are padding.

#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "formats/codec.h"

namespace tidemill::codecs {

namespace {

constexpr const char* kName = "gzip";
constexpr std::string_view kMagic = "\x1f\x8b";

std::string_view reason_of(int result) {
  switch (result) {
    case ISAL_INCORRECT_CHECKSUM:
      return "the checksum or length of the content is wrong";
    case ISAL_INVALID_WRAPPER:
    case ISAL_UNSUPPORTED_METHOD:
      return "a member's header is wrong";
    default:
      return "a block cannot be decompressed";
  }
}

/// Verifies each member's checksum and length once its end is reached. A damaged place is found a
/// few bytes after it, or only at the member's end.
class GzipSource : public ByteSource {
 public:
  GzipSource(std::unique_ptr<StoredBytes> stored, std::string name)
      : stored_(std::move(stored)), name_(std::move(name)) {
    isal_inflate_init(&state_);
  }

  size_t read(std::span<uint8_t> buffer) override {
    if (buffer.empty()) return 0;
    while (inside_member_ || begin_member()) {
      if (const size_t written = inflate(buffer); written > 0) return written;
    }
    return 0;
  }
  const Fingerprint& fingerprint() const override { return stored_->fingerprint(); }

 private:
  /// Moves to the next member's content; false when there is none.
  bool begin_member() {
    if (any_member_) skip_zeros();
    const auto next = stored_->peek(kMagic.size());
    if (next.empty()) return false;
    if (!may_begin(next, kMagic.substr(0, 1)))
      throw followed_by_others(kName, stored_->offset(), name_);
    isal_inflate_reset(&state_);
    state_.crc_flag = ISAL_GZIP_NO_HDR_VER;
    read_header();
    inside_member_ = true;
    any_member_ = true;
    return true;
  }

  void skip_zeros() {
    while (true) {
      const auto next = stored_->peek();
      const auto zeros = std::ranges::find_if(next, [](uint8_t byte) { return byte != 0; });
      stored_->take(static_cast<size_t>(zeros - next.begin()));
      if (next.empty() || zeros != next.end()) return;
    }
  }

  /// Reads a member's header. `isal_inflate` would do so too, but forgets its flags when the header
  /// comes in pieces.
  void read_header() {
    isal_gzip_header header;
    isal_gzip_header_init(&header);
    while (true) {
      if (lend_input() == 0) throw cut_short(kName, stored_->offset(), name_);
      const int result = isal_read_gzip_header(&state_, &header);
      take_input();
      if (result == ISAL_DECOMP_OK) return;
      if (result != ISAL_END_INPUT)
        throw damaged(kName, stored_->offset(), reason_of(result), name_);
    }
  }

  /// Decompresses some bytes of the member; 0 when it ended or when its next bytes made no output
  /// yet.
  size_t inflate(std::span<uint8_t> buffer) {
    const bool more = lend_input() > 0;
    const size_t size = std::min<size_t>(buffer.size(), std::numeric_limits<uint32_t>::max());
    state_.next_out = buffer.data();
    state_.avail_out = static_cast<uint32_t>(size);
    const int result = isal_inflate(&state_);
    take_input();
    if (result < 0 || result == ISAL_NEED_DICT)
      throw damaged(kName, stored_->offset(), reason_of(result), name_);
    const size_t written = size - state_.avail_out;
    if (state_.block_state == ISAL_BLOCK_FINISH) {
      inside_member_ = false;
    } else if (written == 0 && !more) {
      throw cut_short(kName, stored_->offset(), name_);
    }
    return written;
  }

  /// Shows the next stored bytes to ISA-L and returns how many there are.
  size_t lend_input() {
    const auto next = stored_->peek();
    state_.next_in = next.data();
    state_.avail_in = static_cast<uint32_t>(next.size());
    lent_ = next.size();
    return lent_;
  }
  /// Takes what ISA-L has used of them.
  void take_input() { stored_->take(lent_ - state_.avail_in); }

  std::unique_ptr<StoredBytes> stored_;
  std::string name_;
  inflate_state state_;
  size_t lent_ = 0;
  bool inside_member_ = false;
  bool any_member_ = false;
};

}  // namespace

const Codec& gzip() {
  static const Codec codec = {
      .name = kName,
      .doc = "gzip, of one member or many",
      .extension = ".gz",
      .least = kMagic.size(),
      .recognises = [](std::span<const uint8_t> beginning) { return may_begin(beginning, kMagic); },
      .open =
          [](std::unique_ptr<StoredBytes> stored, std::string name) {
            return std::make_unique<GzipSource>(std::move(stored), std::move(name));
          }};
  return codec;
}

}  // namespace tidemill::codecs
