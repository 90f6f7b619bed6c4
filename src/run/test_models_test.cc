#include "run/test_models.h"

#include <gtest/gtest.h>

#include <cmath>

namespace tidemill {
namespace {

using Rows = std::vector<duckdb::Row>;

duckdb::Row row(const std::string& item, int64_t count) { return {item, count}; }

TEST(CompareRows, RowsInAnotherOrderAreEqual) {
  EXPECT_TRUE(compare_rows({row("a", 1), row("b", 2)}, {row("b", 2), row("a", 1)}, true).empty());
}

TEST(CompareRows, TheOrderCountsWhenItIsGiven) {
  const auto differences =
      compare_rows({row("a", 1), row("b", 2)}, {row("b", 2), row("a", 1)}, false);
  ASSERT_EQ(differences.size(), 2U);
  EXPECT_EQ(differences[0].expected, row("a", 1));
  EXPECT_EQ(differences[0].actual, row("b", 2));
}

TEST(CompareRows, EachOfSeveralEqualRowsCounts) {
  const auto differences = compare_rows({row("a", 1)}, {row("a", 1), row("a", 1)}, true);
  ASSERT_EQ(differences.size(), 1U);
  EXPECT_FALSE(differences[0].expected);
  EXPECT_EQ(differences[0].actual, row("a", 1));
}

TEST(CompareRows, RowsThatAreMostAlikeArePutTogether) {
  const auto differences = compare_rows({{"a", int64_t{1}, true}},
                                        {{"b", int64_t{2}, true}, {"a", int64_t{2}, true}}, true);
  ASSERT_EQ(differences.size(), 2U);
  EXPECT_EQ(differences[0].actual, (duckdb::Row{"a", int64_t{2}, true}));
  EXPECT_FALSE(differences[1].expected);
}

TEST(CompareRows, RowsWithoutAnythingInCommonAreMissingAndUnexpected) {
  const auto differences = compare_rows({row("a", 1)}, {row("b", 2)}, true);
  ASSERT_EQ(differences.size(), 2U);
  EXPECT_FALSE(differences[0].actual);
  EXPECT_FALSE(differences[1].expected);
}

TEST(CompareRows, DoublesMayDifferByABillionth) {
  EXPECT_TRUE(compare_rows({{1.0 / 3}}, {{0.33333333333}}, true).empty());
  EXPECT_FALSE(compare_rows({{1.0 / 3}}, {{0.333333}}, true).empty());
  EXPECT_TRUE(compare_rows({{std::nan("")}}, {{std::nan("")}}, true).empty());
  EXPECT_TRUE(compare_rows({{0.0}}, {{-0.0}}, true).empty());
}

TEST(CompareRows, NullIsEqualToNullAlone) {
  EXPECT_TRUE(compare_rows({{std::monostate()}}, {{std::monostate()}}, true).empty());
  EXPECT_FALSE(compare_rows({{std::monostate()}}, {{std::string()}}, true).empty());
}

}  // namespace
}  // namespace tidemill
