#include "formats/codec_for_test.h"
#include "formats/gzip_for_test.h"

namespace tidemill {
namespace {

std::string decompress_gzip(const std::string& stored, size_t step = SIZE_MAX) {
  return decompress(codec_called("gzip"), stored, step);
}

std::string failure(const std::string& stored) {
  return failure_of([&] { return decompress_gzip(stored); });
}

TEST(Gzip, AHeaderWithANameAndAnExtraFieldIsRead) {
  // Flags 0x1c: extra field, name and comment.
  std::string stored = make_gzip("text");
  stored[3] = 0x1c;
  stored.insert(
      10, std::string("\x03\x00", 2) + "abc" + std::string("name\0", 5) + std::string("why\0", 4));
  for (const size_t step : {size_t{1}, size_t{5}, SIZE_MAX})
    EXPECT_EQ(decompress_gzip(stored, step), "text");
}

TEST(Gzip, ZerosAfterTheLastMemberArePadding) {
  for (const size_t step : {size_t{1}, SIZE_MAX}) {
    EXPECT_EQ(decompress_gzip(make_gzip("text") + std::string(1000, '\0'), step), "text");
  }
}

TEST(Gzip, OtherBytesAfterThePaddingAreAnError) {
  const std::string stored = make_gzip("text");
  EXPECT_EQ(failure(stored + std::string(5, '\0') + "g"),
            "gzip is followed by bytes that are none of it, from byte " +
                std::to_string(stored.size() + 5) + ": 'hour.json'");
}

TEST(Gzip, AWrongChecksumAndAWrongLengthAreFound) {
  const std::string stored = make_gzip("text");
  for (const size_t from_end : {size_t{8}, size_t{5}, size_t{4}, size_t{1}}) {
    std::string damaged = stored;
    damaged[damaged.size() - from_end] ^= 1;
    EXPECT_EQ(failure(damaged),
              "gzip is damaged at byte " + std::to_string(stored.size()) +
                  ", the checksum or length of the content is wrong: 'hour.json'");
  }
}

TEST(Gzip, AnUnknownMethodIsAnError) {
  std::string stored = make_gzip("text");
  stored[2] = 9;
  EXPECT_TRUE(failure(stored).find("a member's header is wrong") != std::string::npos)
      << failure(stored);
}

}  // namespace
}  // namespace tidemill
