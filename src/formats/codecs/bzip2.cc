// bzip2, by libbz2. All streams are one text.

#include <bzlib.h>

#include <algorithm>
#include <limits>
#include <new>
#include <utility>

#include "formats/codec.h"

namespace tidemill::codecs {

namespace {

constexpr const char* kName = "bzip2";
constexpr std::string_view kMagic = "BZh";
/// The magic and the size of the blocks, a digit.
constexpr size_t kHeaderSize = 4;
/// What follows the header: the first block, or the end of a stream without any.
constexpr std::string_view kBlockMagic = "\x31\x41\x59\x26\x53\x59";
constexpr std::string_view kEndMagic = "\x17\x72\x45\x38\x50\x90";

/// A text may well begin with `BZh1`: what follows counts as well.
bool recognises_bzip2(std::span<const uint8_t> beginning) {
  if (!may_begin(beginning, kMagic) || beginning[3] < '1' || beginning[3] > '9') return false;
  const auto block = beginning.subspan(kHeaderSize);
  return may_begin(block, kBlockMagic) || may_begin(block, kEndMagic);
}

/// Verifies the checksums of blocks and streams.
class Bzip2Source : public ByteSource {
 public:
  Bzip2Source(std::unique_ptr<StoredBytes> stored, std::string name)
      : stored_(std::move(stored)), name_(std::move(name)) {}
  ~Bzip2Source() override { end_stream(); }
  Bzip2Source(const Bzip2Source&) = delete;
  Bzip2Source& operator=(const Bzip2Source&) = delete;

  size_t read(std::span<uint8_t> buffer) override {
    if (buffer.empty()) return 0;
    while (inside_stream_ || begin_stream()) {
      if (const size_t written = decompress(buffer); written > 0) return written;
    }
    return 0;
  }
  const Fingerprint& fingerprint() const override { return stored_->fingerprint(); }

 private:
  /// Moves to the next stream; false when there is none.
  bool begin_stream() {
    const auto next = stored_->peek(kMagic.size());
    if (next.empty()) return false;
    if (!may_begin(next, kMagic)) throw followed_by_others(kName, stored_->offset(), name_);
    stream_ = {};
    if (BZ2_bzDecompressInit(&stream_, 0, 0) != BZ_OK) throw std::bad_alloc();
    inside_stream_ = true;
    return true;
  }

  void end_stream() {
    if (inside_stream_) BZ2_bzDecompressEnd(&stream_);
    inside_stream_ = false;
  }

  /// Decompresses some bytes of the stream; 0 when it ended or when its next bytes made no output
  /// yet.
  size_t decompress(std::span<uint8_t> buffer) {
    const auto next = stored_->peek();
    const size_t size = std::min<size_t>(buffer.size(), std::numeric_limits<unsigned>::max());
    stream_.next_in = reinterpret_cast<char*>(next.data());
    stream_.avail_in = static_cast<unsigned>(next.size());
    stream_.next_out = reinterpret_cast<char*>(buffer.data());
    stream_.avail_out = static_cast<unsigned>(size);
    const int result = BZ2_bzDecompress(&stream_);
    stored_->take(next.size() - stream_.avail_in);
    const size_t written = size - stream_.avail_out;
    if (result == BZ_STREAM_END) {
      end_stream();
    } else if (result == BZ_MEM_ERROR) {
      throw std::bad_alloc();
    } else if (result != BZ_OK) {
      throw damaged(kName, stored_->offset(),
                    result == BZ_DATA_ERROR_MAGIC ? "a stream's header is wrong"
                                                  : "a block or its checksum is wrong",
                    name_);
    } else if (written == 0 && next.empty()) {
      throw cut_short(kName, stored_->offset(), name_);
    }
    return written;
  }

  std::unique_ptr<StoredBytes> stored_;
  std::string name_;
  bz_stream stream_{};
  bool inside_stream_ = false;
};

}  // namespace

const Codec& bzip2() {
  static const Codec codec = {.name = kName,
                              .doc = "bzip2, of one stream or many",
                              .extension = ".bz2",
                              .least = kHeaderSize,
                              .recognises = recognises_bzip2,
                              .open = [](std::unique_ptr<StoredBytes> stored, std::string name) {
                                return std::make_unique<Bzip2Source>(std::move(stored),
                                                                     std::move(name));
                              }};
  return codec;
}

}  // namespace tidemill::codecs
