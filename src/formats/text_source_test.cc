#include "formats/text_source.h"

#include <array>

#include "formats/codec_for_test.h"
#include "formats/gzip_for_test.h"

namespace tidemill {
namespace {

std::string read_text(const std::string& name, const std::string& stored) {
  ReadCounters counters;
  const Input input{name, [&] { return make_byte_source(stored); }};
  const std::string text = read_all(*open_text(input, counters, Cancellation()));
  EXPECT_EQ(counters.bytes, static_cast<int64_t>(stored.size()));
  EXPECT_EQ(counters.bytes_out, static_cast<int64_t>(text.size()));
  return text;
}

std::string failure(const std::string& name, const std::string& stored) {
  return failure_of([&] { return read_text(name, stored); });
}

const std::string kText = "{\"id\": 1}\n{\"id\": 2}\n";

TEST(TextSource, ACodecIsToldByContentWhateverTheName) {
  for (const char* name : {"a.json", "a.gz", "a.zst", "a.bz2", "a", "a.zip"}) {
    EXPECT_EQ(read_text(name, make_gzip(kText)), kText) << name;
    EXPECT_EQ(read_text(name, make_zstd(kText)), kText) << name;
    EXPECT_EQ(read_text(name, make_bzip2(kText)), kText) << name;
  }
}

TEST(TextSource, TextIsReadAsItIsHoweverShort) {
  for (const std::string& text : {std::string(), std::string("x"), std::string("\x1f"), kText})
    EXPECT_EQ(read_text("a.json", text), text);
  const std::string large(1'000'000, 'x');
  EXPECT_EQ(read_text("a.csv", large), large);
}

TEST(TextSource, TextUnderACodecsNameWasDecompressedOnItsWay) {
  for (const std::string name :
       {"a.json.gz", "https://host/a.csv.GZ?token=x", "a.zst", "a.tsv.bz2"}) {
    for (const std::string text : {"{\"id\": 1}\n", "\xEF\xBB\xBFid;name\n1;x\n", "id\tn\u00e4me",
                                   "\n\n[1]", "BZh1,2,3,4,5,6,7\n"}) {
      EXPECT_EQ(read_text(name, text), text) << name;
    }
  }
}

TEST(TextSource, ARecordIsNoFile) {
  for (const std::string& record :
       {std::string("<html>"), std::string("x"), std::string("PK\x03\x04"), make_gzip(kText)}) {
    ReadCounters counters;
    const Input input{
        .name = "a.json.gz", .open = [&] { return make_byte_source(record); }, .is_record = true};
    EXPECT_EQ(read_all(*open_text(input, counters, Cancellation())), record);
    EXPECT_EQ(counters.bytes_out, static_cast<int64_t>(record.size()));
  }
}

TEST(TextSource, NeitherTextNorCodecUnderACodecsNameIsRefused) {
  for (const std::string& bytes :
       {std::string("<html>"), std::string("\x1f\x8a\x08"), std::string("abc\0def", 7),
        std::string("\xE4\xF6 latin"), "\x20" + make_bzip2(kText).substr(1)}) {
    EXPECT_EQ(failure("https://host/a.bz2?token=x", bytes).find("no failure"), std::string::npos);
    EXPECT_EQ(failure("a.gz", bytes + "12"), "called .gz, but not gzip from byte 0: 'a.gz'");
    EXPECT_EQ(failure("a.zst", bytes + "12"), "called .zst, but not zstd from byte 0: 'a.zst'");
  }
}

TEST(TextSource, WhatIsCompressedInAnotherWayIsRefused) {
  EXPECT_EQ(failure("a.csv.xz", std::string("\xFD"
                                            "7zXZ\0\0",
                                            7)),
            "compressed in a way that is not read: 'a.csv.xz'");
  EXPECT_EQ(read_text("a.csv.xz", "id\n1\n"), "id\n1\n");
}

TEST(TextSource, TooLittleForACodecsNameIsCutShort) {
  for (size_t size = 0; size < 4; ++size) {
    const std::string at = " is cut short at byte " + std::to_string(size) + ": '";
    if (size < 2) {
      EXPECT_EQ(failure("a.gz", make_gzip(kText).substr(0, size)), "gzip" + at + "a.gz'");
    }
    EXPECT_EQ(failure("a.zst", make_zstd(kText).substr(0, size)), "zstd" + at + "a.zst'");
    EXPECT_EQ(failure("a.bz2", make_bzip2(kText).substr(0, size)), "bzip2" + at + "a.bz2'");
    EXPECT_EQ(
        failure("a.zip", std::string("PK\x03").substr(0, size)),
        "zip is cut short at byte " + std::to_string(std::min<size_t>(size, 3)) + ": 'a.zip'");
  }
}

TEST(TextSource, ItStopsWhenItIsAskedTo) {
  Cancellation cancellation;
  ReadCounters counters;
  const Input input{"a", [] { return make_byte_source(sample_text(20)); }};
  const auto text = open_text(input, counters, cancellation);
  std::array<uint8_t, 4> buffer{};
  EXPECT_EQ(text->read(buffer), buffer.size());
  cancellation.cancel();
  EXPECT_THROW(text->read(buffer), Error);
}

TEST(TextSource, UnderItsNameCutOrDamagedAnywhereNothingElseComesOut) {
  const std::string text = sample_text(20);
  for (const auto& [name, stored] :
       {std::pair("a.gz", make_gzip(text)), std::pair("a.zst", make_zstd(text)),
        std::pair("a.bz2", make_bzip2(text))}) {
    for (size_t at = 0; at < stored.size(); ++at) {
      EXPECT_NE(failure(name, stored.substr(0, at)).find(" is cut short at byte "),
                std::string::npos);
      for (int bit = 0; bit < 8; ++bit) {
        std::string bad = stored;
        bad[at] = static_cast<char>(bad[at] ^ (1 << bit));
        const std::string message = failure(name, bad);
        if (message == "no failure: " + text) continue;
        EXPECT_FALSE(message.starts_with("no failure")) << name << " byte " << at << " bit " << bit;
      }
    }
  }
}

}  // namespace
}  // namespace tidemill
