#include "formats/zip_directory.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace tidemill {
namespace {

using Names = std::vector<std::string>;

/// Returns `value` in `width` bytes, little-endian.
std::string number(uint64_t value, int width) {
  std::string bytes;
  for (int i = 0; i < width; ++i) bytes += static_cast<char>(value >> (8 * i));
  return bytes;
}

std::string directory_of(const Names& names, const std::string& extra = "") {
  std::string bytes;
  for (const std::string& name : names) {
    bytes += "PK\x01\x02" + std::string(24, '\0') + number(name.size(), 2) +
             number(extra.size(), 2) + number(3, 2) + std::string(12, '\0') + name + extra + "wow";
  }
  return bytes;
}

std::string end_of(size_t directory_size, const std::string& comment = "") {
  return "PK\x05\x06" + std::string(8, '\0') + number(directory_size, 4) + number(0, 4) +
         number(comment.size(), 2) + comment;
}

/// Returns the two records that ZIP64 puts before the end, and an end that leaves the sizes to
/// them.
std::string end64_of(size_t directory_size) {
  return "PK\x06\x06" + std::string(36, '\0') + number(directory_size, 8) + std::string(8, '\0') +
         "PK\x06\x07" + std::string(16, '\0') + end_of(0xffffffff);
}

/// Counts how often a store of `bytes` is asked.
struct Store {
  std::string bytes;
  int requests = 0;

  std::optional<Names> names() {
    return zip_file_names(static_cast<int64_t>(bytes.size()), [&](int64_t start) {
      ++requests;
      return make_byte_source(bytes.substr(static_cast<size_t>(start)));
    });
  }
};

std::optional<Names> names_in(const std::string& archive) { return Store{archive}.names(); }

TEST(ZipDirectory, NamesAreThoseOfFiles) {
  const std::string directory = directory_of({"README.txt", "ml/", "ml/ratings.csv"});
  EXPECT_EQ(names_in("members" + directory + end_of(directory.size())),
            (Names{"README.txt", "ml/ratings.csv"}));
  EXPECT_EQ(names_in(end_of(0)), Names{});
}

TEST(ZipDirectory, OneRequestIsEnoughForASmallOneAndTwoForAnother) {
  const std::string small = directory_of({"ratings.csv"});
  Store store{std::string(1'000'000, 'x') + small + end_of(small.size())};
  EXPECT_EQ(store.names(), Names{"ratings.csv"});
  EXPECT_EQ(store.requests, 1);
  const Names many(3'000, "a/name/that/is/not/short.csv");
  const std::string large = directory_of(many);
  store = {std::string(1'000'000, 'x') + large + end_of(large.size())};
  EXPECT_EQ(store.names(), many);
  EXPECT_EQ(store.requests, 2);
}

TEST(ZipDirectory, ACommentMayLookLikeAnEnd) {
  const std::string directory = directory_of({"ratings.csv"});
  const std::string comment = "not " + end_of(7) + ", nor this PK\x05\x06";
  EXPECT_EQ(names_in(directory + end_of(directory.size(), comment)), Names{"ratings.csv"});
  EXPECT_EQ(names_in(directory + end_of(directory.size(), std::string(0xffff, 'c'))),
            Names{"ratings.csv"});
}

TEST(ZipDirectory, SizesMayBeThoseOfZip64) {
  const std::string directory = directory_of({"ratings.csv"}, std::string(20, 'e'));
  EXPECT_EQ(names_in("members" + directory + end64_of(directory.size())), Names{"ratings.csv"});
}

TEST(ZipDirectory, WhatIsInFrontOfTheArchiveDoesNotMatter) {
  const std::string directory = directory_of({"ratings.csv"});
  EXPECT_EQ(names_in("#!/bin/sh\n" + directory + end_of(directory.size())), Names{"ratings.csv"});
}

TEST(ZipDirectory, WhatIsNoDirectoryTellsNothing) {
  const std::string directory = directory_of({"ratings.csv", "links.csv"});
  const std::string archive = directory + end_of(directory.size());
  EXPECT_EQ(names_in(""), std::nullopt);
  EXPECT_EQ(names_in(std::string(100'000, 'x')), std::nullopt);
  EXPECT_EQ(names_in(directory + end_of(directory.size() + 1)), std::nullopt);
  EXPECT_EQ(names_in(directory + end_of(directory.size() - 1)), std::nullopt);
  EXPECT_EQ(names_in(end64_of(size_t{1} << 62U)), std::nullopt);
  EXPECT_EQ(names_in(end_of(0xffffffff)), std::nullopt) << "the records of ZIP64 are not there";
  for (size_t length = 0; length < archive.size(); ++length)
    EXPECT_EQ(names_in(archive.substr(0, length)), std::nullopt) << length;
}

TEST(ZipDirectory, AStoreThatCannotBeginInTheMiddleTellsNothing) {
  EXPECT_EQ(zip_file_names(100, [](int64_t) { return nullptr; }), std::nullopt);
  EXPECT_EQ(zip_file_names(100, [](int64_t) { return make_byte_source("too short"); }),
            std::nullopt);
}

}  // namespace
}  // namespace tidemill
