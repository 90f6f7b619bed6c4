#include "base/text.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>

namespace tidemill {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using Texts = std::vector<std::string>;

TEST(Quote, ControlCharactersAndBrokenBytesAreEscaped) {
  EXPECT_EQ(quote(""), "''");
  EXPECT_EQ(quote("a 'b' ü 🌊"), "'a 'b' ü 🌊'");
  EXPECT_EQ(quote("a\nb\tc\x1b\x7f"), "'a\\nb\\tc\\x1b\\x7f'");
  EXPECT_EQ(quote("\xff"
                  "a\xc3"),
            "'\\xffa\\xc3'");
  EXPECT_EQ(quote(std::string("\0", 1)), "'\\x00'");
}

TEST(Quote, LongTextIsCutBetweenCharacters) {
  EXPECT_EQ(quote(std::string(200, 'a')), "'" + std::string(200, 'a') + "'");
  EXPECT_EQ(quote(std::string(201, 'a')), "'" + std::string(200, 'a') + "…'");
  EXPECT_TRUE(is_utf8(quote(replace_all(std::string(300, 'a'), "a", "ü"))));
}

TEST(Split, SeparatorsMakeOnePartMore) {
  EXPECT_EQ(split("", ','), Texts{""});
  EXPECT_EQ(split("a", ','), Texts{"a"});
  EXPECT_EQ(split(",a,,b,", ','), (Texts{"", "a", "", "b", ""}));
}

TEST(Join, NothingOneAndMany) {
  EXPECT_EQ(join(Texts{}, ", "), "");
  EXPECT_EQ(join(Texts{"a"}, ", "), "a");
  EXPECT_EQ(join(Texts{"a", "", "b"}, ", "), "a, , b");
}

TEST(Trim, BlanksAroundGoAndThoseWithinStay) {
  EXPECT_EQ(trim(""), "");
  EXPECT_EQ(trim(" \t\r\n"), "");
  EXPECT_EQ(trim("\n a  b \r"), "a  b");
}

TEST(Lower, OnlyAsciiLettersChange) { EXPECT_EQ(lower("AZaz09_ÄÖ"), "azaz09_ÄÖ"); }

TEST(ReplaceAll, WhatWasPutInIsNotReplacedAgain) {
  EXPECT_EQ(replace_all("aXbXX", "X", "XX"), "aXXbXXXX");
  EXPECT_EQ(replace_all("aaa", "aa", "b"), "ba");
  EXPECT_EQ(replace_all("", "a", "b"), "");
}

TEST(Nearest, FindsWhatWasProbablyMeant) {
  const Texts known = {"connector", "contract", "columns", "min"};
  EXPECT_EQ(nearest("conector", known), "connector");
  EXPECT_EQ(nearest("CONTRACT", known), "contract");
  EXPECT_EQ(nearest("mni", known), std::nullopt) << "two edits of three letters are too many";
  EXPECT_EQ(nearest("mi", known), "min");
  EXPECT_EQ(nearest("", known), std::nullopt);
  EXPECT_EQ(nearest("x", Texts{}), std::nullopt);
}

TEST(NearestHint, WithoutANearOneListsWhatThereIs) {
  EXPECT_EQ(nearest_hint("titel", Texts{"title", "text"}), "one of: title, text")
      << "two edits of five letters";
  EXPECT_EQ(nearest_hint("tittle", Texts{"title", "text"}), "did you mean 'title'?");
  EXPECT_EQ(nearest_hint("x", Texts{}), "");
  const std::string long_list = nearest_hint("x", Texts(16, "word"));
  EXPECT_TRUE(long_list.ends_with("word, …")) << long_list;
}

TEST(FormatCount, ThousandsAreParted) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(1000), "1,000");
  EXPECT_EQ(format_count(-1234567), "-1,234,567");
  EXPECT_EQ(format_count(-999), "-999");
  EXPECT_EQ(format_count(std::numeric_limits<int64_t>::min()), "-9,223,372,036,854,775,808");
  EXPECT_EQ(format_count(1, "row"), "1 row");
  EXPECT_EQ(format_count(0, "row"), "0 rows");
  EXPECT_EQ(format_count(1200, "row"), "1,200 rows");
}

TEST(FormatBytes, RoundingUpReachesTheNextUnit) {
  EXPECT_EQ(format_bytes(0), "0 B");
  EXPECT_EQ(format_bytes(999), "999 B");
  EXPECT_EQ(format_bytes(1000), "1.0 kB");
  EXPECT_EQ(format_bytes(2'600'000), "2.6 MB");
  EXPECT_EQ(format_bytes(999'999), "1.0 MB") << "not 1000.0 kB";
  EXPECT_EQ(format_bytes(5'000'000'000'000'000), "5000.0 TB");
}

TEST(FormatDuration, TheLongerTheCoarser) {
  using std::chrono::microseconds;
  EXPECT_EQ(format_duration(microseconds(312'000)), "0.31 s");
  EXPECT_EQ(format_duration(microseconds(12'340'000)), "12.3 s");
  EXPECT_EQ(format_duration(std::chrono::seconds(245)), "4 min 05 s");
  EXPECT_EQ(format_duration(std::chrono::minutes(123)), "2 h 03 min");
}

TEST(FormatDuration, RoundingUpReachesTheNextUnit) {
  EXPECT_EQ(format_duration(milliseconds(9'999)), "10.0 s");
  EXPECT_EQ(format_duration(milliseconds(59'970)), "1 min 00 s");
}

TEST(ParseDuration, UnitsAreWantedAndNothingElse) {
  EXPECT_EQ(parse_duration("500ms"), milliseconds(500));
  EXPECT_EQ(parse_duration("90s"), milliseconds(90'000));
  EXPECT_EQ(parse_duration("10m"), std::chrono::minutes(10));
  EXPECT_EQ(parse_duration("2h"), hours(2));
  EXPECT_EQ(parse_duration("3d"), hours(72));
  EXPECT_EQ(parse_duration("1w"), hours(168));
  EXPECT_EQ(parse_duration("0s"), milliseconds(0));
  for (const char* wrong : {"", "10", "m", "-1m", "1.5h", "1 h", "1hour", "10M",
                            "99999999999999999999s", "1000000001w"}) {
    EXPECT_EQ(parse_duration(wrong), std::nullopt) << wrong;
  }
}

TEST(ParseInteger, TheWholeTextIsTheNumber) {
  EXPECT_EQ(parse_integer("0"), 0);
  EXPECT_EQ(parse_integer("-12"), -12);
  EXPECT_EQ(parse_integer("+12"), 12);
  EXPECT_EQ(parse_integer("9223372036854775807"), std::numeric_limits<int64_t>::max());
  for (const char* wrong :
       {"", "+", "-", "+-1", "1.0", "1 ", " 1", "0x1", "1e3", "9223372036854775808"}) {
    EXPECT_EQ(parse_integer(wrong), std::nullopt) << wrong;
  }
}

TEST(ParseNumber, TheWholeTextIsTheNumber) {
  EXPECT_EQ(parse_number("-1.5e3"), -1500.0);
  EXPECT_EQ(parse_number("7"), 7.0);
  for (const char* wrong : {"", ".", "1,5", "1.5x", " 1", "1e"})
    EXPECT_EQ(parse_number(wrong), std::nullopt) << wrong;
}

TEST(Utf8, IllFormedBytesAreFoundAndReplaced) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("aü€🌊\xF4\x8F\xBF\xBF"));
  for (const char* wrong : {"\x80", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                            "\xF8\x88\x80\x80\x80", "a\xC3"}) {
    EXPECT_FALSE(is_utf8(wrong)) << quote(wrong);
    EXPECT_TRUE(is_utf8(to_utf8(wrong))) << quote(wrong);
  }
  EXPECT_EQ(to_utf8("a\xFFü\xC3"), "a\uFFFDü\uFFFD");
}

TEST(HashText, IsTheFirstHalfOfSha256) {
  EXPECT_EQ(hash_text(""), "e3b0c44298fc1c149afbf4c8996fb924");
  EXPECT_EQ(hash_text("abc"), "ba7816bf8f01cfea414140de5dae2223");
}

TEST(RandomId, ManyAreTwelveDigitsAndDiffer) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = random_id();
    EXPECT_EQ(id.size(), 12);
    EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos) << id;
    EXPECT_TRUE(seen.insert(id).second) << id;
  }
}

TEST(FitsPattern, AStarStopsAtASlash) {
  EXPECT_TRUE(fits_pattern("data/a.json", "data/*.json"));
  EXPECT_FALSE(fits_pattern("data/x/a.json", "data/*.json"));
  EXPECT_TRUE(fits_pattern("data/.json", "data/*.json")) << "a star may stand for nothing";
  EXPECT_TRUE(fits_pattern("a", "*"));
  EXPECT_TRUE(fits_pattern("aXbXc", "a*b*c"));
  EXPECT_FALSE(fits_pattern("aXbX", "a*b*c"));
}

TEST(FitsPattern, AQuestionMarkIsExactlyOneByte) {
  EXPECT_TRUE(fits_pattern("a1.json", "a?.json"));
  EXPECT_FALSE(fits_pattern("a.json", "a?.json"));
  EXPECT_FALSE(fits_pattern("a/.json", "a?.json"));
}

TEST(FitsPattern, TwoStarsStandForAnyFoldersOrNone) {
  for (const char* path : {"data/a.json", "data/x/a.json", "data/x/y/a.json"})
    EXPECT_TRUE(fits_pattern(path, "data/**/*.json")) << path;
  EXPECT_FALSE(fits_pattern("other/a.json", "data/**/*.json"));
  EXPECT_FALSE(fits_pattern("data/a.csv", "data/**/*.json"));
  EXPECT_TRUE(fits_pattern("x/a/y/b/z/c", "**/a/**/b/**/c"));
  EXPECT_FALSE(fits_pattern("x/b/y/a/z/c", "**/a/**/b/**/c"));
  EXPECT_FALSE(fits_pattern("xdata/a", "**/data/a")) << "folders have whole names";
}

TEST(FitsPattern, ManyStarsTakeNoLongTime) {
  std::string pattern;
  for (int i = 0; i < 30; ++i) pattern += "*a";
  const std::string path(60'000, 'a');
  EXPECT_TRUE(fits_pattern(path, pattern));
  EXPECT_FALSE(fits_pattern(path, pattern + "b"));
  std::string folders;
  for (int i = 0; i < 20; ++i) folders += "**/a/";
  std::string deep;
  for (int i = 0; i < 10'000; ++i) deep += "a/";
  EXPECT_TRUE(fits_pattern(deep, folders));
  EXPECT_FALSE(fits_pattern(deep, folders + "b"));
}

TEST(FitsPattern, EmptyFitsEmptyAlone) {
  EXPECT_TRUE(fits_pattern("", ""));
  EXPECT_TRUE(fits_pattern("", "*"));
  EXPECT_FALSE(fits_pattern("a", ""));
  EXPECT_FALSE(fits_pattern("", "?"));
}

}  // namespace
}  // namespace tidemill
