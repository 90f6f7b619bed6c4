#include "formats/codec_for_test.h"

namespace tidemill {
namespace {

std::string decompress_zstd(const std::string& stored, size_t step = SIZE_MAX) {
  return decompress(codec_called("zstd"), stored, step);
}

std::string failure(const std::string& stored) {
  return failure_of([&] { return decompress_zstd(stored); });
}

const std::string kSkippable = std::string("\x5a\x2a\x4d\x18\x03\0\0\0", 8) + "abc";

TEST(Zstd, SkippableFramesAreSkippedWhereverTheyAre) {
  const std::string text = make_zstd("one ") + kSkippable + make_zstd("two") + kSkippable;
  for (const size_t step : {size_t{1}, size_t{5}, SIZE_MAX}) {
    EXPECT_EQ(decompress_zstd(text, step), "one two") << step;
    EXPECT_EQ(decompress_zstd(kSkippable + text, step), "one two") << step;
    EXPECT_EQ(decompress_zstd(kSkippable, step), "") << step;
  }
}

TEST(Zstd, ACutSkippableFrameIsCutShort) {
  for (size_t size = 1; size < kSkippable.size(); ++size) {
    EXPECT_EQ(failure(kSkippable.substr(0, size)),
              "zstd is cut short at byte " + std::to_string(size) + ": 'hour.json'");
  }
}

TEST(Zstd, AWrongChecksumIsFound) {
  std::string stored = make_zstd("text");
  stored.back() ^= 1;
  EXPECT_EQ(failure(stored), "zstd is damaged at byte " + std::to_string(stored.size() - 4) +
                                 ", the checksum of the content is wrong: 'hour.json'");
}

TEST(Zstd, AWindowBeyondTheLimitIsRefused) {
  // A frame without content size or checksum, its window 256 MB, then an empty last block.
  const std::string stored = std::string("\x28\xb5\x2f\xfd\x00\x90\x01\x00\x00", 9);
  EXPECT_EQ(failure(stored),
            "zstd with a window larger than 128 MB, which is not read: 'hour.json'");
  std::string fine = stored;
  fine[5] = '\x88';
  EXPECT_EQ(decompress_zstd(fine), "") << "128 MB";
}

TEST(Zstd, ADictionaryThatIsNotThereIsNamedAsTheReason) {
  // A frame with a dictionary's id, 7, and an empty last block.
  const std::string stored = std::string("\x28\xb5\x2f\xfd\x01\x50\x07\x01\x00\x00", 10);
  EXPECT_EQ(failure(stored), "zstd that needs a dictionary, which is not read: 'hour.json'");
}

}  // namespace
}  // namespace tidemill
