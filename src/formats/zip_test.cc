#include "formats/zip.h"

#include <isa-l/crc.h>

#include "formats/codec_for_test.h"
#include "formats/gzip_for_test.h"

namespace tidemill {
namespace {

/// Returns `value` in `width` bytes, little-endian.
std::string number(uint64_t value, int width) {
  std::string bytes;
  for (int i = 0; i < width; ++i) bytes += static_cast<char>(value >> (8 * i));
  return bytes;
}

/// How a member is packed.
struct Packing {
  bool deflate = true;
  bool zip64 = false;            ///< The header's sizes are in the ZIP64 field.
  bool descriptor = false;       ///< What it is checked by comes after the content alone.
  bool signature = true;         ///< Of the descriptor.
  bool wide_descriptor = false;  ///< Its sizes have eight bytes.
  uint16_t flags = 0;
  uint16_t method = 0;  ///< Instead of what `deflate` says.
};

/// Returns the member's local header, content and descriptor.
std::string make_member(const std::string& name, const std::string& text, const Packing& packing) {
  // A gzip's content stands between its 10 bytes of header and 8 bytes of trailer.
  const std::string gzip = make_gzip(text);
  const std::string content = packing.deflate ? gzip.substr(10, gzip.size() - 18) : text;
  const uint32_t checksum =
      crc32_gzip_refl(0, reinterpret_cast<const uint8_t*>(text.data()), text.size());
  const uint64_t size = packing.descriptor ? 0 : text.size();
  const uint64_t stored_size = packing.descriptor ? 0 : content.size();
  // Another field stands before that of ZIP64.
  const std::string extra = packing.zip64
                                ? number(0x5455, 2) + number(1, 2) + "x" + number(1, 2) +
                                      number(16, 2) + number(size, 8) + number(stored_size, 8)
                                : "";
  const int method = packing.method != 0 ? packing.method : packing.deflate ? 8 : 0;
  const int flags = packing.flags | (packing.descriptor ? 8 : 0);
  std::string bytes = std::string("PK\x03\x04") + number(20, 2) + number(flags, 2) +
                      number(method, 2) + number(0, 4) +
                      number(packing.descriptor ? 0 : checksum, 4) +
                      number(packing.zip64 ? 0xffffffff : stored_size, 4) +
                      number(packing.zip64 ? 0xffffffff : size, 4) + number(name.size(), 2) +
                      number(extra.size(), 2) + name + extra + content;
  if (!packing.descriptor) return bytes;
  const int width = packing.wide_descriptor ? 8 : 4;
  return bytes + (packing.signature ? "PK\x07\x08" : "") + number(checksum, 4) +
         number(content.size(), width) + number(text.size(), width);
}

/// What stands for the directory: nobody reads it but for where it begins.
std::string directory() {
  return std::string("PK\x01\x02") + std::string(42, '\0') + "PK\x05\x06" + std::string(18, '\0');
}

std::string read_member(const std::string& archive, const std::string& member,
                        size_t step = SIZE_MAX, size_t size = 4096) {
  return read_all(*open_zip_member(stored_bytes(archive, step), "a.zip", member).content, size);
}

std::string failure(const std::string& archive, const std::string& member, size_t step = SIZE_MAX) {
  return failure_of([&] { return read_member(archive, member, step); });
}

/// Returns message and hint.
std::string whole_failure(const std::string& archive, const std::string& member) {
  try {
    return "no failure: " + read_member(archive, member);
  } catch (const Error& error) {
    return error.message() + "\n" + error.hint();
  }
}

std::vector<Packing> packings() {
  std::vector<Packing> all;
  for (const bool deflate : {true, false}) {
    for (const bool zip64 : {false, true}) {
      all.push_back({.deflate = deflate, .zip64 = zip64});
      for (const bool signature : {true, false}) {
        for (const bool wide : {false, true}) {
          // A stored content's end is found by the signature.
          if (!deflate && !signature) continue;
          all.push_back({.deflate = deflate,
                         .zip64 = zip64,
                         .descriptor = true,
                         .signature = signature,
                         .wide_descriptor = wide});
        }
      }
    }
  }
  return all;
}

TEST(Zip, IsRecognisedByItsFirstBytes) {
  const auto recognised = [](const std::string& bytes) {
    return is_zip(std::span(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()));
  };
  EXPECT_TRUE(recognised(make_member("a", "b", {})));
  EXPECT_TRUE(recognised("PK\x05\x06"));
  EXPECT_FALSE(recognised("PK\x03"));
  EXPECT_FALSE(recognised("PKW,1\n"));
}

TEST(Zip, AnyMemberComesBackHoweverItIsPackedAndHoweverSmallThePieces) {
  const std::string text = sample_text(300);
  for (const Packing& packing : packings()) {
    const std::string archive =
        make_member("other.csv", sample_text(20), packing) + make_member("folder/", "", packing) +
        make_member("ratings.csv", text, packing) + make_member("nothing.csv", "", packing) +
        make_member("last.csv", "x", packing) + directory();
    for (const size_t step : {size_t{1}, size_t{10}, size_t{1000}, SIZE_MAX}) {
      EXPECT_EQ(read_member(archive, "ratings.csv", step), text) << step;
      EXPECT_EQ(read_member(archive, "ratings.csv", step, 7), text) << step;
      EXPECT_EQ(read_member(archive, "nothing.csv", step), "") << step;
      EXPECT_EQ(read_member(archive, "last.csv", step), "x") << step;
    }
  }
}

TEST(Zip, LargeMembersComeBack) {
  const std::string text = sample_text(100'000);
  for (const Packing& packing : packings()) {
    const std::string archive = make_member("skipped", text, packing) +
                                make_member("ratings.csv", text, packing) + directory();
    EXPECT_EQ(read_member(archive, "ratings.csv", SIZE_MAX, 100'000), text);
  }
}

TEST(Zip, AStoredContentMayHoldWhatLooksLikeItsEnd) {
  const Packing packing{.deflate = false, .descriptor = true};
  const std::string inner = make_member("inner", "text", packing) + directory();
  const std::string text = "PK\x07\x08" + inner + "PK\x07" + inner + "PK\x07\x08PK";
  const std::string archive = make_member("a", text, packing) + directory();
  for (const size_t step : {size_t{1}, size_t{3}, SIZE_MAX})
    EXPECT_EQ(read_member(archive, "a", step, 5), text);
}

TEST(Zip, TheOnlyFileNeedsNoName) {
  const std::string file = make_member("data/ratings.csv", "text", {});
  EXPECT_EQ(read_member(file + directory(), ""), "text");
  const std::string folder = make_member("data/", "", {.deflate = false});
  const std::string attributes = make_member("__MACOSX/data/._ratings.csv", "x", {});
  EXPECT_EQ(read_member(folder + file + attributes + directory(), ""), "text");
}

TEST(Zip, OfSeveralFilesOneHasToBeNamed) {
  const std::string archive = make_member("movies.csv", "x", {}) +
                              make_member("ratings.csv", "y", {.descriptor = true}) + directory();
  EXPECT_EQ(whole_failure(archive, ""),
            "a zip has more than one file, and none is named: 'a.zip'\n"
            "name one of them, as in 'a.zip!movies.csv'; it has: movies.csv, ratings.csv");
}

TEST(Zip, AnArchiveWithoutFilesSaysSo) {
  EXPECT_EQ(failure("PK\x05\x06" + std::string(18, '\0'), ""), "a zip has no files: 'a.zip'");
  EXPECT_EQ(whole_failure("PK\x05\x06" + std::string(18, '\0'), "x"),
            "a zip has no such member: 'a.zip!x'\nit has no files");
}

TEST(Zip, AMissingMemberIsAnsweredWithWhatThereIs) {
  std::string archive = make_member("ml/ratings.csv", "x", {}) + make_member("ml/", "", {});
  EXPECT_EQ(whole_failure(archive + directory(), "ml/rating.csv"),
            "a zip has no such member: 'a.zip!ml/rating.csv'\n"
            "did you mean 'ml/ratings.csv'? it has: ml/ratings.csv");
  EXPECT_EQ(whole_failure(archive + directory(), "ratings.csv"),
            "a zip has no such member: 'a.zip!ratings.csv'\n"
            "did you mean 'ml/ratings.csv'? it has: ml/ratings.csv");
  for (int i = 0; i < 12; ++i) archive += make_member("f" + std::to_string(i), "x", {});
  EXPECT_EQ(whole_failure(archive + directory(), "something.json"),
            "a zip has no such member: 'a.zip!something.json'\n"
            "it has: ml/ratings.csv, f0, f1, f2, f3, f4, f5, f6, f7, f8 and 3 more");
}

TEST(Zip, ANameThatIsNoUtf8IsFoundAsMessagesShowIt) {
  const std::string archive =
      make_member("d\x81rer.csv", "x", {}) + make_member("dürer.csv", "y", {}) + directory();
  EXPECT_EQ(read_member(archive, "dürer.csv"), "y");
  EXPECT_EQ(whole_failure(archive, "other"),
            "a zip has no such member: 'a.zip!other'\nit has: d\uFFFDrer.csv, dürer.csv");
  EXPECT_EQ(read_member(archive, "d\uFFFDrer.csv"), "x");
}

TEST(Zip, WhatIsNotReadIsRefusedByName) {
  const std::string plain = make_member("b", "text", {}) + directory();
  EXPECT_EQ(failure(make_member("a", "x", {.flags = 1}) + plain, "a"),
            "a zip's member is encrypted: 'a.zip!a'");
  EXPECT_EQ(failure(make_member("a", "x", {.method = 14}) + plain, "a"),
            "a zip's member is compressed by LZMA, which is not read: 'a.zip!a'");
  EXPECT_EQ(failure(make_member("a", "x", {.method = 98}) + plain, "a"),
            "a zip's member is compressed by method 98, which is not read: 'a.zip!a'");
  // They can be passed all the same.
  EXPECT_EQ(read_member(make_member("a", "x", {.flags = 1}) + plain, "b"), "text");
  EXPECT_EQ(read_member(make_member("a", "x", {.method = 14}) + plain, "b"), "text");
}

TEST(Zip, CutAnywhereBeforeTheMembersEndItIsCutShortAndSaysWhere) {
  for (const Packing& packing : packings()) {
    const std::string archive = make_member("first", sample_text(10), packing) +
                                make_member("ratings.csv", sample_text(20), packing) + "PK\x01\x02";
    for (size_t size = 1; size < archive.size(); ++size) {
      EXPECT_EQ(failure(archive.substr(0, size), "ratings.csv", 100),
                "zip is cut short at byte " + std::to_string(size) + ": 'a.zip'")
          << packing.deflate << packing.zip64 << packing.descriptor << packing.wide_descriptor;
    }
  }
}

TEST(Zip, CutAfterTheMembersEndItIsGoodUnlessItHasToBeTheOnlyFile) {
  const std::string archive =
      make_member("ratings.csv", "text", {}) + make_member("movies.csv", "text", {}).substr(0, 20);
  EXPECT_EQ(read_member(archive, "ratings.csv"), "text");
  EXPECT_EQ(failure(archive, ""),
            "zip is cut short at byte " + std::to_string(archive.size()) + ": 'a.zip'");
}

TEST(Zip, NoDamagedBitGoesUnnoticed) {
  const std::string text = sample_text(20);
  for (const Packing& packing : packings()) {
    const std::string archive = make_member("first", sample_text(5), packing) +
                                make_member("ratings.csv", text, packing) + directory();
    for (size_t at = 0; at < archive.size(); ++at) {
      for (int bit = 0; bit < 8; ++bit) {
        std::string bad = archive;
        bad[at] = static_cast<char>(bad[at] ^ (1 << bit));
        const std::string message = failure(bad, "ratings.csv", 1000);
        if (message == "no failure: " + text) continue;
        EXPECT_TRUE(message.starts_with("zip is ") || message.starts_with("a zip"))
            << at << ": " << message.substr(0, 200);
      }
    }
  }
}

TEST(Zip, AWrongChecksumIsFoundWhereverItStands) {
  for (const Packing& packing : packings()) {
    const std::string member = make_member("a", "text", packing);
    std::string bad = member + directory();
    const size_t at = packing.descriptor
                          ? member.size() - (packing.wide_descriptor ? size_t{20} : size_t{12})
                          : size_t{14};
    bad[at] ^= 1;
    const std::string message = failure(bad, "a");
    // Without a descriptor that fits a stored content goes on to the archive's end.
    if (packing.descriptor && !packing.deflate) {
      EXPECT_TRUE(message.starts_with("zip is cut short at byte ")) << message;
    } else {
      EXPECT_TRUE(message.ends_with(", the checksum or length of the content is wrong: 'a.zip'"))
          << message;
    }
  }
}

TEST(Zip, MissingZip64SizesAreDamage) {
  std::string archive = make_member("a", "text", {.zip64 = true});
  archive[30 + 1 + 5] = 2;  // The field's id.
  EXPECT_EQ(failure(archive + directory(), "a"),
            "zip is damaged at byte 0, a member's ZIP64 sizes are missing: 'a.zip'");
}

TEST(Zip, AMemberMayBeAPattern) {
  const std::string archive = make_member("ml/README.txt", "read me", {}) +
                              make_member("ml/ratings.csv", "1,2", {}) +
                              make_member("ratings.csv", "3,4", {}) + directory();
  EXPECT_EQ(read_member(archive, "**/ratings.csv"), "1,2") << "the first that fits";
  EXPECT_EQ(read_member(archive, "ratings.csv"), "3,4");
  EXPECT_EQ(read_member(archive, "ml/*.txt"), "read me");
}

}  // namespace
}  // namespace tidemill
