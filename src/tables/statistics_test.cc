#include "tables/statistics.h"

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"
#include "base/text.h"

namespace tidemill::tables {
namespace {

/// Returns the row that COPY returns for a file with one column.
duckdb::Table returned(const std::string& statistics, const duckdb::Value& partition_keys = {}) {
  return {.rows = {{std::string("/lake/t/a1/x.parquet"), std::string("3"), std::string("100"),
                    std::string("50"), statistics, partition_keys}}};
}

std::string bounds_json(const std::string& column, const std::string& least,
                        const std::string& greatest, const std::string& more = "") {
  return R"([{"key":")" + column + R"(","value":[{"key":"min","value":")" + least +
         R"("},{"key":"max","value":")" + greatest + R"("},{"key":"null_count","value":"1"})" +
         more + "]}]";
}

std::string stats_of(const std::string& statistics, const Type& type) {
  const Shape shape{.schema = {{"c", type}}};
  return written_files(returned(statistics), "/lake/t", shape).at(0).stats;
}

const std::string kColumn = R"(\"c\")";

TEST(Statistics, NumbersAreJsonNumbersAsExactAsTheyCame) {
  EXPECT_EQ(
      stats_of(bounds_json(kColumn, "-0.50", "99999999999999999999.001"),
               {.id = Type::Id::kDecimal, .precision = 38, .scale = 3}),
      R"({"numRecords":3,"minValues":{"c":-0.50},"maxValues":{"c":99999999999999999999.001},"nullCount":{"c":1}})");
}

TEST(Statistics, WhatIsNotFiniteIsLeftOut) {
  const Type number{.id = Type::Id::kDouble};
  EXPECT_EQ(stats_of(bounds_json(kColumn, "1.5", "inf"), number),
            R"({"numRecords":3,"minValues":{"c":1.5},"maxValues":{},"nullCount":{"c":1}})");
  EXPECT_EQ(
      stats_of(bounds_json(kColumn, "1.5", "2.5", R"(,{"key":"has_nan","value":"true"})"), number),
      R"({"numRecords":3,"minValues":{},"maxValues":{},"nullCount":{"c":1}})");
  EXPECT_EQ(stats_of(bounds_json(kColumn, "0.0", "-0.0"), number),
            R"({"numRecords":3,"minValues":{"c":-0.0},"maxValues":{"c":0.0},"nullCount":{"c":1}})");
  EXPECT_EQ(
      stats_of(bounds_json(kColumn, "-infinity", "2024-01-01"), {.id = Type::Id::kDate}),
      R"({"numRecords":3,"minValues":{},"maxValues":{"c":"2024-01-01"},"nullCount":{"c":1}})");
}

TEST(Statistics, TimesKeepTheirMicroseconds) {
  EXPECT_EQ(
      stats_of(bounds_json(kColumn, "1969-07-20 20:17:40.123456+00", "2024-01-01 00:00:00+00"),
               {.id = Type::Id::kTimestamp}),
      R"({"numRecords":3,"minValues":{"c":"1969-07-20T20:17:40.123456Z"},)"
      R"("maxValues":{"c":"2024-01-01T00:00:00Z"},"nullCount":{"c":1}})");
}

TEST(Statistics, LongTextsAreCutSoThatTheyStillBound) {
  const std::string text(40, 'a');
  const std::string cut(32, 'a');
  EXPECT_EQ(stats_of(bounds_json(kColumn, text, text), {.id = Type::Id::kVarchar}),
            R"({"numRecords":3,"minValues":{"c":")" + cut + R"("},"maxValues":{"c":")" + cut +
                "\xF4\x8F\xBF\xBF" + R"("},"nullCount":{"c":1}})");
}

TEST(Statistics, NestedFieldsAreNestedAndListsAreLeftOut) {
  const Type type{
      .id = Type::Id::kStruct,
      .children = {
          {"a\"b", {.id = Type::Id::kBigint}},
          {"list", {.id = Type::Id::kList, .children = {{"element", {.id = Type::Id::kBigint}}}}}}};
  EXPECT_EQ(
      stats_of(bounds_json(R"(\"c\".\"a\"\"b\")", "1", "2"), type),
      R"({"numRecords":3,"minValues":{"c":{"a\"b":1}},"maxValues":{"c":{"a\"b":2}},"nullCount":{"c":{"a\"b":1}}})");
  EXPECT_EQ(stats_of(bounds_json(R"(\"c\".\"list\".\"element\")", "1", "2"), type),
            R"({"numRecords":3,"minValues":{},"maxValues":{},"nullCount":{}})");
}

TEST(Statistics, PartitionColumnsHaveValuesInPlaceOfBounds) {
  const Shape shape{
      .schema = {{"c", {.id = Type::Id::kTimestamp}}, {"d", {.id = Type::Id::kBigint}}},
      .partition_by = {"c"}};
  const std::string keys = R"([{"key":"c","value":"1969-12-31 23:59:59.5+00"}])";
  const auto files = written_files(
      returned(bounds_json(kColumn, "1969-12-31 23:59:59.5+00", "1969-12-31 23:59:59.5+00"), keys),
      "/lake/t", shape);
  EXPECT_EQ(files.at(0).path, "a1/x.parquet");
  EXPECT_EQ(files[0].partition_values, (PartitionValues{{"c", "1969-12-31T23:59:59.5Z"}}));
  EXPECT_EQ(files[0].stats, R"({"numRecords":3,"minValues":{},"maxValues":{},"nullCount":{}})");
  const std::string empty = R"([{"key":"c","value":""}])";
  EXPECT_THROW(written_files(returned("[]", empty), "/lake/t", shape), Error);
}

TEST(Statistics, ATimeRangeIsWhatBothBoundsSay) {
  DataFile file{
      .stats =
          R"({"minValues":{"c":"2024-01-01T00:00:00Z"},"maxValues":{"c":"2024-01-01T01:00:00.123Z"}})"};
  const auto range = time_range(file, "c").value();
  EXPECT_EQ(format_time(range.start), "2024-01-01T00:00:00Z");
  EXPECT_EQ(format_time(range.end), "2024-01-01T01:00:00.123001Z");
  file.holds_partition_columns = false;  // Another writer's: its milliseconds may be cut.
  EXPECT_TRUE(time_range(file, "c")->contains(parse_time("2024-01-01T01:00:00.123999").value()));
  EXPECT_FALSE(time_range(file, "d"));
  file.stats = R"({"minValues":{"c":"2024-01-01T00:00:00Z"}})";
  EXPECT_FALSE(time_range(file, "c"));
  file.stats = "";
  EXPECT_FALSE(time_range(file, "c"));
  file.partition_values = {{"day", "2024-01-01"}};
  EXPECT_TRUE(time_range(file, "day")->contains(parse_time("2024-01-01").value()));
}

}  // namespace
}  // namespace tidemill::tables
