#include "base/time.h"

#include <gtest/gtest.h>

namespace tidemill {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;

Instant at(const std::string& text) { return parse_time(text).value(); }

TEST(Grains, EachIsReadByItsName) {
  for (const char* name : {"minute", "hour", "day", "week", "month", "year"})
    EXPECT_EQ(grain_name(parse_grain(name).value()), name);
  for (const char* wrong : {"", "Day", "days", "quarter"})
    EXPECT_EQ(parse_grain(wrong), std::nullopt) << wrong;
}

TEST(FloorTime, ASliceStartsAtItsOwnStart) {
  const Instant time = at("2024-02-29T23:59:59.999999");
  EXPECT_EQ(floor_time(time, Grain::kMinute), at("2024-02-29T23:59"));
  EXPECT_EQ(floor_time(time, Grain::kHour), at("2024-02-29T23"));
  EXPECT_EQ(floor_time(time, Grain::kDay), at("2024-02-29"));
  EXPECT_EQ(floor_time(time, Grain::kWeek), at("2024-02-26")) << "a Monday";
  EXPECT_EQ(floor_time(time, Grain::kMonth), at("2024-02-01"));
  EXPECT_EQ(floor_time(time, Grain::kYear), at("2024-01-01"));
}

TEST(FloorTime, AStartIsItsOwnFloor) {
  EXPECT_EQ(floor_time(at("2024-02-26"), Grain::kWeek), at("2024-02-26"));
  EXPECT_EQ(floor_time(at("2024-03-01"), Grain::kMonth), at("2024-03-01"));
}

TEST(FloorTime, BeforeTheEpochItStillGoesBack) {
  EXPECT_EQ(floor_time(at("1969-12-31T23:30"), Grain::kHour), at("1969-12-31T23"));
  EXPECT_EQ(floor_time(at("1969-12-31T23:30"), Grain::kWeek), at("1969-12-29"));
  EXPECT_EQ(floor_time(at("1969-12-31T23:30"), Grain::kYear), at("1969-01-01"));
}

TEST(NextTime, MonthsAndYearsHaveTheirOwnLengths) {
  EXPECT_EQ(next_time(at("2024-02-29T12"), Grain::kMonth), at("2024-03-01"));
  EXPECT_EQ(next_time(at("2023-02-01"), Grain::kMonth), at("2023-03-01"));
  EXPECT_EQ(next_time(at("2024-12-31"), Grain::kMonth), at("2025-01-01"));
  EXPECT_EQ(next_time(at("2024-01-01"), Grain::kYear), at("2025-01-01"));
  EXPECT_EQ(next_time(at("2023-12-31T23:59:59"), Grain::kYear), at("2024-01-01"));
  EXPECT_EQ(next_time(at("2024-12-30"), Grain::kWeek), at("2025-01-06"));
  EXPECT_EQ(next_time(at("2024-03-31T01:30"), Grain::kDay), at("2024-04-01"))
      << "there is no summer time";
}

TEST(ParseTime, AnyPartMayBeLeftOutFromTheEnd) {
  EXPECT_EQ(at("2015"), at("2015-01-01T00:00:00Z"));
  EXPECT_EQ(at("2015-02"), at("2015-02-01"));
  EXPECT_EQ(at("2015-01-01T15"), at("2015-01-01") + hours(15));
  EXPECT_EQ(at("2015-01-01 15:30"), at("2015-01-01T15:30:00.000"));
  EXPECT_EQ(at("2015-01-01t15:30:05.123456z"), at("2015-01-01T15:30:05") + microseconds(123456));
  EXPECT_EQ(at("2015-01-01T00:00:00.1"), at("2015-01-01") + microseconds(100'000));
  EXPECT_EQ(at("2015-01-01T00:00:00.123456789"), at("2015-01-01") + microseconds(123456))
      << "cut, not rounded";
}

TEST(ParseTime, AnOffsetIsTakenOff) {
  EXPECT_EQ(at("2015-01-01T01:00:00+01:00"), at("2015-01-01"));
  EXPECT_EQ(at("2014-12-31T18:30:00-05:30"), at("2015-01-01"));
  EXPECT_EQ(at("2015-01-01T01+01"), at("2015-01-01"));
}

TEST(ParseTime, WhatIsNoTimeIsNothing) {
  for (const char* wrong :
       {"", "15", "2015-1-1", "2015-13", "2015-00", "2015-02-29", "2015-04-31", "2015-01-01T",
        "2015-01-01T24", "2015-01-01T1", "2015-01-01T10:60", "2015-01-01T10:00:60",
        "2015-01-01T10:00:00.", "2015-01-01Z10", "2015-01-01T10:00:00X", "2015-01-01T10:00:00Zx",
        "2015-01-01 ", " 2015-01-01", "yesterday"}) {
    EXPECT_EQ(parse_time(wrong), std::nullopt) << wrong;
  }
  EXPECT_TRUE(parse_time("2024-02-29")) << "a leap day";
}

TEST(FormatTime, OnlyTheFractionThatIsThereIsWritten) {
  EXPECT_EQ(format_time(Instant{}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_time(at("2015-01-01T15:30:05.120000")), "2015-01-01T15:30:05.12Z");
  EXPECT_EQ(format_time(at("1969-12-31T23:59:59.999999")), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(format_time(at("0001-01-01")), "0001-01-01T00:00:00Z");
}

TEST(FormatTime, ReadingItBackGivesTheSame) {
  for (const char* text :
       {"2015-01-01T15:00:00Z", "1900-02-28T23:59:59.000001Z", "9999-12-31T23:59:59.999999Z"}) {
    EXPECT_EQ(format_time(at(text)), text);
  }
}

TEST(FormatTime, ASliceIsSaidAsShortAsItsGrainAllows) {
  const Instant time = at("2015-02-03T04:05:06");
  EXPECT_EQ(format_time(time, Grain::kMinute), "2015-02-03T04:05");
  EXPECT_EQ(format_time(time, Grain::kHour), "2015-02-03T04");
  EXPECT_EQ(format_time(time, Grain::kDay), "2015-02-03");
  EXPECT_EQ(format_time(time, Grain::kWeek), "2015-02-03");
  EXPECT_EQ(format_time(time, Grain::kMonth), "2015-02");
  EXPECT_EQ(format_time(time, Grain::kYear), "2015");
}

TEST(FormatPattern, ConversionsComeWithAndWithoutLeadingZeros) {
  const Instant time = at("2015-02-03T04:05:06");
  EXPECT_EQ(format_pattern(time, "%Y-%m-%d-%H-%M-%S"), "2015-02-03-04-05-06");
  EXPECT_EQ(format_pattern(time, "%Y-%-m-%-d-%-H-%-M-%-S"), "2015-2-3-4-5-6");
  EXPECT_EQ(format_pattern(at("2024-12-31"), "%j"), "366");
  EXPECT_EQ(format_pattern(time, "%j"), "034");
  EXPECT_EQ(format_pattern(at("2015-01-01"), "%-H"), "0");
  EXPECT_EQ(format_pattern(time, "100%%"), "100%");
  EXPECT_EQ(format_pattern(time, ""), "");
  for (const char* wrong : {"%", "%-", "%Q", "a%", "%y"})
    EXPECT_EQ(format_pattern(time, wrong), std::nullopt) << wrong;
}

TEST(ExpandTimes, BracesAreReplacedByTheIntervalsTimes) {
  const Instant start = at("2015-01-01T05");
  const Instant end = at("2015-01-01T06");
  EXPECT_EQ(expand_times("no braces", start, end), "no braces");
  EXPECT_EQ(expand_times("", start, end), "");
  EXPECT_EQ(expand_times("a/{start:%Y-%m-%d-%-H}.gz?to={end:%H:%M}", start, end),
            "a/2015-01-01-5.gz?to=06:00");
  for (const char* wrong : {"{", "{start}", "{middle:%Y}", "{start:%Q}", "{start:%Y", "{:%Y}"}) {
    EXPECT_EQ(expand_times(wrong, start, end), std::nullopt) << wrong;
  }
}

}  // namespace
}  // namespace tidemill
