#include "data/interval.h"

#include <gtest/gtest.h>

namespace tidemill {
namespace {

Interval range(const std::string& start, const std::string& end) {
  return {parse_time(start).value(), parse_time(end).value()};
}

TEST(Interval, TheEndIsNotPartOfIt) {
  const Interval day = range("2024-03-01", "2024-03-02");
  EXPECT_TRUE(day.contains(day.start));
  EXPECT_FALSE(day.contains(day.end));
  EXPECT_TRUE(day.contains(day)) << "an interval lies within itself";
  EXPECT_TRUE(day.contains(range("2024-03-01T23", "2024-03-02")));
  EXPECT_FALSE(day.contains(range("2024-03-01T23", "2024-03-02T01")));
}

TEST(Interval, NeighboursDoNotOverlap) {
  const Interval day = range("2024-03-01", "2024-03-02");
  EXPECT_FALSE(day.overlaps(range("2024-03-02", "2024-03-03")));
  EXPECT_FALSE(day.overlaps(range("2024-02-29", "2024-03-01")));
  EXPECT_TRUE(day.overlaps(range("2024-03-01T23:59:59.999999", "2024-03-03")));
  EXPECT_TRUE(day.overlaps(range("2024-02-01", "2024-04-01")));
}

TEST(Interval, ItsTextIsReadBack) {
  const Interval hour = range("2015-01-01T15", "2015-01-01T16");
  EXPECT_EQ(hour.text(), "2015-01-01T15:00:00Z/2015-01-01T16:00:00Z");
  EXPECT_EQ(parse_interval(hour.text()), hour);
  const Interval odd = range("2015-01-01T15:00:00.000001", "2015-01-01T15:00:00.000002");
  EXPECT_EQ(parse_interval(odd.text()), odd);
}

TEST(Interval, WhatIsNoneIsNothing) {
  for (const char* wrong :
       {"", "/", "2015-01-01", "2015-01-01/", "/2015-01-01", "2015-01-02/2015-01-01",
        "2015-01-01/2015-01-01", "2015-01-01/2015-01-02/2015-01-03", "yesterday/today"}) {
    EXPECT_EQ(parse_interval(wrong), std::nullopt) << wrong;
  }
}

TEST(Interval, ItsLabelIsTheShortestOfItsGrain) {
  EXPECT_EQ(range("2024", "2025").label(), "2024");
  EXPECT_EQ(range("2024-02", "2024-03").label(), "2024-02");
  EXPECT_EQ(range("2024-02-29", "2024-03-01").label(), "2024-02-29");
  EXPECT_EQ(range("2024-02-29T23", "2024-03-01").label(), "2024-02-29T23");
  EXPECT_EQ(range("2024-02-29T23:59", "2024-03-01").label(), "2024-02-29T23:59");
  EXPECT_EQ(range("2024-02-26", "2024-03-04").label(),
            "2024-02-26T00:00:00Z to 2024-03-04T00:00:00Z");
  EXPECT_EQ(range("2024-02-29T23:30", "2024-03-01T00:30").label(),
            "2024-02-29T23:30:00Z to 2024-03-01T00:30:00Z");
}

TEST(Slices, EachIsWholeAndTheyTouch) {
  const std::vector<Interval> days =
      slices(range("2024-02-28T12", "2024-03-01T00:00:00.000001"), Grain::kDay);
  ASSERT_EQ(days.size(), 3);
  EXPECT_EQ(days.front(), range("2024-02-28", "2024-02-29"));
  EXPECT_EQ(days.back(), range("2024-03-01", "2024-03-02"));
  for (size_t i = 1; i < days.size(); ++i) EXPECT_EQ(days[i].start, days[i - 1].end);
}

TEST(Slices, ARangeThatEndsAtABoundaryDoesNotTakeTheNext) {
  EXPECT_EQ(slices(range("2024-01-01", "2024-03-01"), Grain::kMonth).size(), 2);
  EXPECT_EQ(slices(range("2024-01-01", "2024-01-08"), Grain::kWeek).size(), 1);
}

TEST(Slices, AnEmptyRangeHasNone) {
  const Interval empty = range("2024-01-01", "2024-01-01");
  for (const Grain grain : {Grain::kMinute, Grain::kDay, Grain::kMonth}) {
    EXPECT_EQ(slices(empty, grain).size(), 0);
    EXPECT_EQ(count_slices(empty, grain), 0);
  }
}

TEST(Slices, CountingGivesAsManyAsMaking) {
  const char* times[] = {"1969-12-31T23:59:59.5", "2023-12-31", "2024-01-01T00:00:01",
                         "2024-02-29T12:30", "2024-03-04"};
  for (const char* start : times) {
    for (const char* end : {"2024-03-04", "2024-03-04T00:00:00.000001", "2024-12-31T23:59"}) {
      for (const Grain grain :
           {Grain::kHour, Grain::kDay, Grain::kWeek, Grain::kMonth, Grain::kYear}) {
        const Interval whole = range(start, end);
        EXPECT_EQ(count_slices(whole, grain), static_cast<int64_t>(slices(whole, grain).size()))
            << whole.text() << " by " << grain_name(grain);
      }
    }
  }
}

}  // namespace
}  // namespace tidemill
