// What all codecs promise.
#include "formats/codec.h"

#include "formats/codec_for_test.h"
#include "formats/gzip_for_test.h"

namespace tidemill {
namespace {

struct Case {
  std::string codec;
  std::function<std::string(const std::string&)> make;
};

class CodecTest : public testing::TestWithParam<Case> {
 protected:
  std::string name() const { return GetParam().codec; }
  const Codec& codec() const { return codec_called(name()); }
  std::string make(const std::string& text) const { return GetParam().make(text); }
  std::string failure(const std::string& stored, size_t step = SIZE_MAX) const {
    return failure_of([&] { return decompress(codec(), stored, step); });
  }
  bool recognises(std::string bytes) const {
    bytes.resize(std::min<size_t>(bytes.size(), 16));
    return codec().recognises(
        std::span(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()));
  }
};

INSTANTIATE_TEST_SUITE_P(All, CodecTest,
                         testing::Values(Case{"gzip", make_gzip}, Case{"zstd", make_zstd},
                                         Case{"bzip2", make_bzip2}),
                         [](const auto& test) { return test.param.codec; });

TEST(Codecs, EachIsTestedHere) { EXPECT_EQ(codecs::all().size(), 3); }

TEST_P(CodecTest, IsRecognisedByItsBeginningAndNotByTheOthers) {
  for (const std::string& text : {std::string(), std::string("x"), sample_text(100)}) {
    for (const Case& other :
         {Case{"gzip", make_gzip}, Case{"zstd", make_zstd}, Case{"bzip2", make_bzip2}}) {
      EXPECT_EQ(recognises(other.make(text)), other.codec == name()) << other.codec;
    }
  }
  EXPECT_FALSE(recognises("{\"id\": 1}\n{\"id\": 2}\n"));
  EXPECT_FALSE(recognises("BZh1 is a word,and so on\n"));
}

TEST_P(CodecTest, TextComesBackHoweverSmallThePieces) {
  const std::string text = sample_text(2000);
  const std::string stored = make(text);
  for (const size_t step : {size_t{1}, size_t{7}, size_t{1000}, SIZE_MAX}) {
    for (const size_t size : {size_t{1}, size_t{13}, size_t{100'000}}) {
      EXPECT_EQ(decompress(codec(), stored, step, size), text) << step << " in, " << size << " out";
    }
  }
}

TEST_P(CodecTest, ManyPartsAreOneText) {
  const std::string one = sample_text(100);
  const std::string other = sample_text(3000);
  const std::string stored = make(one) + make("") + make(other) + make("x");
  for (const size_t step : {size_t{1}, size_t{3}, size_t{4096}, SIZE_MAX}) {
    EXPECT_EQ(decompress(codec(), stored, step), one + other + "x") << step;
  }
}

TEST_P(CodecTest, NothingIsNothing) { EXPECT_EQ(decompress(codec(), make("")), ""); }

TEST_P(CodecTest, MuchFromLittleTakesNoMemory) {
  const std::string zeros(50'000'000, '0');
  const auto source = codec().open(stored_bytes(make(zeros) + make(zeros)), "bomb");
  std::vector<uint8_t> buffer(100'000);
  size_t size = 0;
  while (const size_t count = source->read(buffer)) size += count;
  EXPECT_EQ(size, 2 * zeros.size());
}

TEST_P(CodecTest, OtherBytesAfterTheLastPartAreAnError) {
  const std::string stored = make("text");
  for (const std::string after : {"g", "garb", "garbage and more of it"}) {
    for (const size_t step : {size_t{1}, SIZE_MAX}) {
      EXPECT_EQ(failure(stored + after, step),
                name() + " is followed by bytes that are none of it, from byte " +
                    std::to_string(stored.size()) + ": 'hour.json'");
    }
  }
}

TEST_P(CodecTest, CutAnywhereItIsCutShortAndSaysWhere) {
  const std::string stored = make(sample_text(50));
  for (size_t size = 1; size < stored.size(); ++size) {
    EXPECT_EQ(failure(stored.substr(0, size)),
              name() + " is cut short at byte " + std::to_string(size) + ": 'hour.json'");
  }
}

TEST_P(CodecTest, CutInTheSecondPartItIsCutShortToo) {
  const std::string first = make(sample_text(10));
  const std::string second = make(sample_text(20));
  for (size_t size = 1; size < second.size(); ++size) {
    EXPECT_EQ(
        failure(first + second.substr(0, size), 11),
        name() + " is cut short at byte " + std::to_string(first.size() + size) + ": 'hour.json'");
  }
}

TEST_P(CodecTest, NoDamagedBitGoesUnnoticed) {
  const std::string text = sample_text(50);
  const std::string stored = make(text);
  for (size_t at = 0; at < stored.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bad = stored;
      bad[at] = static_cast<char>(bad[at] ^ (1 << bit));
      const std::string message = failure(bad, 1000);
      // Some bits mean nothing: a header's time, or those between the last block and the next byte.
      if (message == "no failure: " + text) continue;
      EXPECT_TRUE(message.starts_with(name() + " is ") || message.starts_with(name() + " with ") ||
                  message.starts_with(name() + " that needs "))
          << at << ": " << message.substr(0, 200);
    }
  }
}

}  // namespace
}  // namespace tidemill
