#include "formats/gzip.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "formats/gzip_for_test.h"

namespace tidemill {
namespace {

/// Gives at most `step` bytes at a time.
class SlowSource : public ByteSource {
 public:
  SlowSource(std::string bytes, size_t step)
      : source_(make_byte_source(std::move(bytes))), step_(step) {}
  size_t read(std::span<uint8_t> buffer) override {
    return source_->read(buffer.first(std::min(step_, buffer.size())));
  }
  const Fingerprint& fingerprint() const override { return source_->fingerprint(); }

 private:
  std::unique_ptr<ByteSource> source_;
  size_t step_;
};

std::string read_all(ByteSource& source, size_t size) {
  std::string text;
  std::vector<uint8_t> buffer(size);
  while (const size_t count = source.read(buffer)) {
    text.append(reinterpret_cast<const char*>(buffer.data()), count);
  }
  EXPECT_EQ(source.read(buffer), 0) << "the end stays the end";
  return text;
}

std::string decompress(const std::string& stored, size_t step = SIZE_MAX, size_t size = 4096) {
  const auto source = decompress_gzip(std::make_unique<SlowSource>(stored, step), "hour.json.gz");
  return read_all(*source, size);
}

/// Returns the error's message, or what came out when there was none.
std::string failure(const std::string& stored, size_t step = SIZE_MAX) {
  try {
    return "no failure: " + decompress(stored, step);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::kUser);
    EXPECT_FALSE(error.hint().empty());
    return error.message();
  }
}

std::string sample_text(size_t lines) {
  std::string text;
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same text in every run.
  for (size_t i = 0; i < lines; ++i) text += "{\"n\":" + std::to_string(random()) + "}\n";
  return text;
}

TEST(Gzip, IsRecognisedByItsFirstTwoBytes) {
  const std::vector<uint8_t> gzip = {0x1f, 0x8b, 8};
  EXPECT_TRUE(is_gzip(gzip));
  EXPECT_FALSE(is_gzip(std::span(gzip).first(1)));
  EXPECT_FALSE(is_gzip(std::span(gzip).subspan(1)));
}

TEST(Gzip, TextComesBackHoweverSmallThePieces) {
  const std::string text = sample_text(2000);
  const std::string stored = make_gzip(text);
  for (const size_t step : {size_t{1}, size_t{7}, size_t{1000}, SIZE_MAX}) {
    for (const size_t size : {size_t{1}, size_t{13}, size_t{100'000}}) {
      EXPECT_EQ(decompress(stored, step, size), text) << step << " in, " << size << " out";
    }
  }
}

TEST(Gzip, MembersAreOneText) {
  const std::string one = sample_text(100);
  const std::string other = sample_text(3000);
  const std::string stored = make_gzip(one) + make_gzip("") + make_gzip(other) + make_gzip("x");
  for (const size_t step : {size_t{1}, size_t{3}, size_t{4096}, SIZE_MAX}) {
    EXPECT_EQ(decompress(stored, step), one + other + "x") << step;
  }
}

TEST(Gzip, AHeaderWithANameAndAnExtraFieldIsRead) {
  // Flags 0x1c: extra field, name and comment.
  std::string stored = make_gzip("text");
  stored[3] = 0x1c;
  stored.insert(
      10, std::string("\x03\x00", 2) + "abc" + std::string("name\0", 5) + std::string("why\0", 4));
  for (const size_t step : {size_t{1}, size_t{5}, SIZE_MAX})
    EXPECT_EQ(decompress(stored, step), "text");
}

TEST(Gzip, NothingIsNothing) { EXPECT_EQ(decompress(make_gzip("")), ""); }

TEST(Gzip, ZerosAfterTheLastMemberArePadding) {
  for (const size_t step : {size_t{1}, SIZE_MAX}) {
    EXPECT_EQ(decompress(make_gzip("text") + std::string(1000, '\0'), step), "text");
  }
}

TEST(Gzip, OtherBytesAfterTheLastMemberAreAnError) {
  const std::string stored = make_gzip("text");
  EXPECT_EQ(failure(stored + "garbage"),
            "gzip is followed by bytes that are none of it, from byte " +
                std::to_string(stored.size()) + ": 'hour.json.gz'");
  EXPECT_EQ(failure(stored + std::string(5, '\0') + "g"),
            "gzip is followed by bytes that are none of it, from byte " +
                std::to_string(stored.size() + 5) + ": 'hour.json.gz'");
}

TEST(Gzip, CutAnywhereItIsCutShortAndSaysWhere) {
  const std::string stored = make_gzip(sample_text(50));
  for (size_t size = 1; size < stored.size(); ++size) {
    EXPECT_EQ(failure(stored.substr(0, size)),
              "gzip is cut short at byte " + std::to_string(size) + ": 'hour.json.gz'");
  }
}

TEST(Gzip, CutInTheSecondMemberItIsCutShortToo) {
  const std::string first = make_gzip(sample_text(10));
  const std::string second = make_gzip(sample_text(20));
  for (size_t size = 1; size < second.size(); ++size) {
    EXPECT_EQ(
        failure(first + second.substr(0, size), 11),
        "gzip is cut short at byte " + std::to_string(first.size() + size) + ": 'hour.json.gz'");
  }
}

TEST(Gzip, NoDamagedByteOfContentOrTrailerGoesUnnoticed) {
  const std::string text = sample_text(50);
  const std::string stored = make_gzip(text);
  for (size_t at = 10; at < stored.size(); ++at) {
    std::string damaged = stored;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    const std::string message = failure(damaged);
    // Bits between the last block's end and the next byte mean nothing.
    if (message == "no failure: " + text) continue;
    EXPECT_TRUE(message.starts_with("gzip is damaged at byte ") ||
                message.starts_with("gzip is cut short at byte "))
        << at << ": " << message;
  }
}

TEST(Gzip, AWrongChecksumAndAWrongLengthAreFound) {
  const std::string stored = make_gzip("text");
  for (const size_t from_end : {size_t{8}, size_t{5}, size_t{4}, size_t{1}}) {
    std::string damaged = stored;
    damaged[damaged.size() - from_end] ^= 1;
    EXPECT_EQ(failure(damaged),
              "gzip is damaged at byte " + std::to_string(stored.size()) +
                  ", the checksum or length of the content is wrong: 'hour.json.gz'");
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
