// Zstandard (RFC 8878), by libzstd. All frames are one text; skippable frames are skipped.

#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <new>
#include <utility>

#include "base/text.h"
#include "formats/codec.h"

namespace tidemill::codecs {

namespace {

constexpr const char* kName = "zstd";
constexpr size_t kMagicSize = 4;
constexpr std::string_view kMagic = "\x28\xb5\x2f\xfd";
constexpr std::string_view kEndOfSkippableMagic = "\x2a\x4d\x18";
/// The largest window that is read, as a power of two: 128 MB, what `zstd --ultra -22` and
/// `zstd --long` write. Each file being read needs its frame's window in memory.
constexpr int kLargestWindow = 27;

bool may_begin_frame(std::span<const uint8_t> bytes) {
  if (bytes.empty()) return false;
  const bool skippable = (bytes[0] & 0xf0U) == 0x50;
  return may_begin(bytes, kMagic) ||
         (skippable && may_begin(bytes.subspan(1), kEndOfSkippableMagic));
}

/// Frees a decompression context.
struct FreeContext {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

/// Verifies the checksum of each frame that has one.
class ZstdSource : public ByteSource {
 public:
  ZstdSource(std::unique_ptr<StoredBytes> stored, std::string name)
      : stored_(std::move(stored)), name_(std::move(name)), context_(ZSTD_createDCtx()) {
    if (context_ == nullptr) throw std::bad_alloc();
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kLargestWindow);
  }

  size_t read(std::span<uint8_t> buffer) override {
    if (buffer.empty()) return 0;
    while (inside_frame_ || begin_frame()) {
      if (const size_t written = decompress(buffer); written > 0) return written;
    }
    return 0;
  }
  const Fingerprint& fingerprint() const override { return stored_->fingerprint(); }

 private:
  /// Moves to the next frame; false when there is none.
  bool begin_frame() {
    const auto next = stored_->peek(kMagicSize);
    if (next.empty()) return false;
    if (!may_begin_frame(next)) throw followed_by_others(kName, stored_->offset(), name_);
    inside_frame_ = true;
    wanted_ = kMagicSize;
    return true;
  }

  /// Decompresses some bytes of the frame; 0 when it ended or when its next bytes made no output
  /// yet.
  size_t decompress(std::span<uint8_t> buffer) {
    const auto next = stored_->peek();
    ZSTD_inBuffer in{next.data(), std::min(next.size(), wanted_), 0};
    ZSTD_outBuffer out{buffer.data(), buffer.size(), 0};
    const size_t result = ZSTD_decompressStream(context_.get(), &out, &in);
    stored_->take(in.pos);
    if (ZSTD_isError(result) != 0) fail(ZSTD_getErrorCode(result));
    wanted_ = std::max<size_t>(result, 1);
    if (result == 0) {
      inside_frame_ = false;
    } else if (out.pos == 0 && next.empty()) {
      throw cut_short(kName, stored_->offset(), name_);
    }
    return out.pos;
  }

  [[noreturn]] void fail(ZSTD_ErrorCode code) const {
    switch (code) {
      case ZSTD_error_memory_allocation:
        throw std::bad_alloc();
      case ZSTD_error_frameParameter_windowTooLarge:
        throw user_error("zstd with a window larger than 128 MB, which is not read: " +
                         quote(name_))
            .hint("compress it again with --long=" + std::to_string(kLargestWindow) + " or less");
      case ZSTD_error_dictionary_wrong:
        throw user_error("zstd that needs a dictionary, which is not read: " + quote(name_))
            .hint("compress it again without a dictionary");
      case ZSTD_error_checksum_wrong:
        throw damaged(kName, stored_->offset(), "the checksum of the content is wrong", name_);
      default:
        throw damaged(kName, stored_->offset(), "a frame cannot be decompressed", name_);
    }
  }

  std::unique_ptr<StoredBytes> stored_;
  std::string name_;
  std::unique_ptr<ZSTD_DCtx, FreeContext> context_;
  bool inside_frame_ = false;
  size_t wanted_ = 0;  // What libzstd asked for: a block at a time, so that errors say in which.
};

}  // namespace

const Codec& zstd() {
  static const Codec codec = {
      .name = kName,
      .doc = "Zstandard, of one frame or many, with a window of at most 128 MB",
      .extension = ".zst",
      .least = kMagicSize,
      .recognises = may_begin_frame,
      .open = [](std::unique_ptr<StoredBytes> stored, std::string name) {
        return std::make_unique<ZstdSource>(std::move(stored), std::move(name));
      }};
  return codec;
}

}  // namespace tidemill::codecs
