// What filters offer: values, and ranges of time.
#include "pages/choices.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace tidemill::pages {
namespace {

using Lines = std::vector<std::string>;

class ChoicesTest : public testing::Test {
 protected:
  ChoicesTest() : database_({.threads = 1}), connection_(database_.connect()) {}

  Choices of(const Filter& filter) { return choices_of(filter, *connection_, {}); }

  /// Returns each choice of a time range as `label: start to end`.
  Lines ranges(const Filter& filter) {
    Lines lines;
    for (const Choice& choice : of(filter).list) {
      lines.push_back(choice.label + ": " + duckdb::text_of(choice.parameters.at("period_start")) +
                      " to " + duckdb::text_of(choice.parameters.at("period_end")));
    }
    return lines;
  }

  static Filter values(const std::string& sql) { return {.name = "country", .sql = sql}; }

  static Filter times(const std::string& sql, std::optional<Grain> by,
                      std::vector<std::string> last = {}) {
    return {.kind = Filter::Kind::kTimeRange,
            .name = "period",
            .sql = sql,
            .by = by,
            .last = std::move(last)};
  }

  duckdb::Database database_;
  std::unique_ptr<duckdb::Connection> connection_;
};

const std::string kAll = "all: 0001-01-01T00:00:00Z to 9999-01-01T00:00:00Z";

TEST_F(ChoicesTest, ValuesComeInTheirOrderOnceAndWithoutNull) {
  const Choices choices = of(values("SELECT unnest(['np', NULL, 'ch', 'np', ''])"));
  Lines labels;
  for (const Choice& choice : choices.list) labels.push_back(choice.label);
  EXPECT_EQ(labels, (Lines{"all", "np", "ch", ""}));
  EXPECT_EQ(choices.left_out, 0);
  EXPECT_EQ(choices.list[0].parameters.at("country"), duckdb::Value());
  EXPECT_EQ(choices.list[2].parameters.at("country"), duckdb::Value("ch"));
}

TEST_F(ChoicesTest, ValuesKeepTheirTypes) {
  const Choices choices = of(values("SELECT unnest([2015, 2016])"));
  EXPECT_EQ(choices.list[1].parameters.at("country"), duckdb::Value(int64_t{2015}));
  EXPECT_EQ(choices.list[1].label, "2015");
}

TEST_F(ChoicesTest, ValuesBeyondTheMostAreCountedAndNotOffered) {
  const Choices choices = of(values("SELECT range % 280 FROM range(560)"));
  EXPECT_EQ(choices.list.size(), 1 + kMostChoices);
  EXPECT_EQ(choices.left_out, 30);
}

TEST_F(ChoicesTest, NoValuesLeaveAll) { EXPECT_EQ(of(values("SELECT 1 LIMIT 0")).list.size(), 1); }

TEST_F(ChoicesTest, EachMonthWithADateIsARangeTheNewestFirst) {
  EXPECT_EQ(ranges(times("SELECT unnest([DATE '2014-12-31', DATE '2015-02-01', NULL, DATE "
                         "'2015-02-28', DATE 'infinity'])",
                         Grain::kMonth)),
            (Lines{kAll, "2015-02: 2015-02-01T00:00:00Z to 2015-03-01T00:00:00Z",
                   "2014-12: 2014-12-01T00:00:00Z to 2015-01-01T00:00:00Z"}));
}

TEST_F(ChoicesTest, AWeekIsNamedByItsMonday) {
  EXPECT_EQ(
      ranges(times("SELECT TIMESTAMPTZ '2015-01-04 23:00:00+00' -- a Sunday", Grain::kWeek))[1],
      "week of 2014-12-29: 2014-12-29T00:00:00Z to 2015-01-05T00:00:00Z");
}

TEST_F(ChoicesTest, ADurationEndsWithTheNewestTimeAndIncludesIt) {
  EXPECT_EQ(
      ranges(
          times("SELECT TIMESTAMPTZ '2015-01-03 05:00:00+00'", std::nullopt, {"24h", "1w", "7d"})),
      (Lines{kAll, "last 24 hours: 2015-01-02T05:00:00.000001Z to 2015-01-03T05:00:00.000001Z",
             "last 1 week: 2014-12-27T05:00:00.000001Z to 2015-01-03T05:00:00.000001Z",
             "last 7 days: 2014-12-27T05:00:00.000001Z to 2015-01-03T05:00:00.000001Z"}));
}

TEST_F(ChoicesTest, NoTimesLeaveAll) {
  EXPECT_EQ(ranges(times("SELECT DATE '2015-01-01' WHERE false", Grain::kDay, {"7d"})),
            Lines{kAll});
}

TEST_F(ChoicesTest, ALabelIsFoundAndAnotherIsAll) {
  const Choices choices = of(values("SELECT unnest(['np', 'ch'])"));
  EXPECT_EQ(choices.find("ch"), 2);
  EXPECT_EQ(choices.find("de"), 0);
}

TEST_F(ChoicesTest, WhatTheSqlGetsWrongIsThrown) {
  EXPECT_THROW(of(values("SELECT x FROM nowhere")), Error);
}

}  // namespace
}  // namespace tidemill::pages
