#include "formats/gzip.h"

#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "base/text.h"

namespace tidemill {

namespace {

constexpr uint8_t kFirstByte = 0x1f;
constexpr uint8_t kSecondByte = 0x8b;
constexpr size_t kInputSize = 256 * size_t{1024};
constexpr const char* kCommittedNothing =
    "nothing of it was committed: fetch the file again, or ask its maker for a sound one";

std::string reason_of(int result) {
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

class GzipSource : public ByteSource {
 public:
  GzipSource(std::unique_ptr<ByteSource> stored, std::string name)
      : stored_(std::move(stored)), name_(std::move(name)), input_(kInputSize) {
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
    while (have_input() && members_ > 0 && *state_.next_in == 0) skip_byte();
    if (!have_input()) return false;
    if (*state_.next_in != kFirstByte) {
      throw user_error("gzip is followed by bytes that are none of it, from byte " +
                       std::to_string(offset()) + ": " + quote(name_))
          .hint(kCommittedNothing);
    }
    isal_inflate_reset(&state_);
    state_.crc_flag = ISAL_GZIP_NO_HDR_VER;
    read_header();
    inside_member_ = true;
    ++members_;
    return true;
  }

  /// Reads a member's header. `isal_inflate` would do so too, but forgets its flags when the header
  /// comes in pieces.
  void read_header() {
    isal_gzip_header header;
    isal_gzip_header_init(&header);
    while (true) {
      if (!have_input()) throw gzip_cut_short(name_, offset());
      const int result = isal_read_gzip_header(&state_, &header);
      if (result == ISAL_DECOMP_OK) return;
      if (result != ISAL_END_INPUT) throw damaged(result);
    }
  }

  /// Decompresses some bytes of the member; 0 when it ended or when its next bytes made no output
  /// yet.
  size_t inflate(std::span<uint8_t> buffer) {
    const bool more = have_input();
    const size_t size = std::min<size_t>(buffer.size(), std::numeric_limits<uint32_t>::max());
    state_.next_out = buffer.data();
    state_.avail_out = static_cast<uint32_t>(size);
    const int result = isal_inflate(&state_);
    if (result < 0 || result == ISAL_NEED_DICT) throw damaged(result);
    const size_t written = size - state_.avail_out;
    if (state_.block_state == ISAL_BLOCK_FINISH) {
      inside_member_ = false;
    } else if (written == 0 && !more) {
      throw gzip_cut_short(name_, offset());
    }
    return written;
  }

  Error damaged(int result) const {
    return user_error("gzip is damaged at byte " + std::to_string(offset()) + ", " +
                      reason_of(result) + ": " + quote(name_))
        .hint(kCommittedNothing);
  }

  /// Sees to it that there is input; false at the end of what is stored.
  bool have_input() {
    if (state_.avail_in > 0) return true;
    const size_t count = stored_->read(input_);
    stored_bytes_ += static_cast<int64_t>(count);
    state_.next_in = input_.data();
    state_.avail_in = static_cast<uint32_t>(count);
    return count > 0;
  }

  void skip_byte() {
    ++state_.next_in;
    --state_.avail_in;
  }

  /// Returns how many of the stored bytes are used up.
  int64_t offset() const { return stored_bytes_ - state_.avail_in; }

  std::unique_ptr<ByteSource> stored_;
  std::string name_;
  std::vector<uint8_t> input_;
  inflate_state state_;
  bool inside_member_ = false;
  int64_t members_ = 0;       // Begun so far.
  int64_t stored_bytes_ = 0;  // Read so far.
};

}  // namespace

bool is_gzip(std::span<const uint8_t> beginning) {
  return beginning.size() >= 2 && beginning[0] == kFirstByte && beginning[1] == kSecondByte;
}

std::unique_ptr<ByteSource> decompress_gzip(std::unique_ptr<ByteSource> stored, std::string name) {
  return std::make_unique<GzipSource>(std::move(stored), std::move(name));
}

Error gzip_cut_short(const std::string& name, int64_t offset) {
  return user_error("gzip is cut short at byte " + std::to_string(offset) + ": " + quote(name))
      .hint(kCommittedNothing);
}

}  // namespace tidemill
