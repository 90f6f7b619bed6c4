#include "duckdb/session.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/error.h"
#include "base/text.h"

namespace tidemill::duckdb {
namespace {

TEST(Session, ValuesComeBackAsPlainValues) {
  Database database({.threads = 2});
  const auto connection = database.connect();
  const Table table = connection->query(
      "SELECT 1::BIGINT AS n, 'x' AS t, NULL AS nothing, TIMESTAMPTZ '2015-01-01 00:00:00+00' AS "
      "at, [1, 2] AS list, "
      "{'a': 'b'} AS s, sum(1::BIGINT) AS total, 1.50::DECIMAL(5,2) AS d");
  ASSERT_EQ(table.rows.size(), 1);
  const Row& row = table.rows[0];
  EXPECT_EQ(text_of(row[0]), "1");
  EXPECT_EQ(text_of(row[1]), "x");
  EXPECT_EQ(text_of(row[2]), "");
  EXPECT_EQ(text_of(row[3]), "2015-01-01T00:00:00Z");
  EXPECT_EQ(text_of(row[4]), "[1,2]");
  EXPECT_EQ(text_of(row[5]), R"({"a":"b"})");
  EXPECT_EQ(table.columns[6].type_name, "HUGEINT");
  EXPECT_EQ(table.columns[6].type->name(), "bigint");
  EXPECT_EQ(text_of(row[7]), "1.50");
  EXPECT_FALSE(connection->describe("SELECT NULL AS n", {})[0].type_name.empty());
}

TEST(Session, DescribesTheColumnsThatTheStatementGivesWithItsParameters) {
  Database database({.threads = 1});
  const auto connection = database.connect();
  connection->query("CREATE TABLE t (day DATE, moment TIMESTAMPTZ, n INTEGER)", {});
  const Parameters parameters = {
      {"start", Instant{}}, {"nothing", Value()}, {"vars.top", int64_t{3}}};
  for (const std::string sql :
       {"SELECT n, n AS n FROM t", "SELECT $start AS s, $vars.top AS top, $nothing AS nothing",
        "SELECT moment FROM t WHERE moment >= $start", "SELECT day FROM t WHERE day >= $start",
        "SELECT coalesce(day, $start) AS c FROM t",
        "SELECT coalesce(day, $start) AS c FROM t WHERE moment >= $start",
        "SELECT coalesce(day, $start) AS c, n FROM t WHERE n = $vars.top",
        "SELECT coalesce($start, moment) AS c FROM t WHERE n = $nothing"}) {
    const std::vector<ResultColumn> expected = connection->query(sql, parameters).columns;
    const std::vector<ResultColumn> described = connection->describe(sql, parameters);
    ASSERT_EQ(described.size(), expected.size()) << sql;
    for (size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(described[i].name, expected[i].name) << sql;
      EXPECT_EQ(described[i].type_name, expected[i].type_name) << sql;
    }
  }
}

TEST(Session, OnlyParametersThatOccurAreBound) {
  Database database({.threads = 1});
  const auto connection = database.connect();
  const Parameters parameters = {{"start", Instant{}}, {"top", int64_t{3}}};
  EXPECT_EQ(text_of(connection->query("SELECT date_trunc('hour', $start)", parameters).rows[0][0]),
            "1970-01-01T00:00:00Z");
  EXPECT_EQ(text_of(connection->query("SELECT 1", parameters).rows[0][0]), "1");
  try {
    connection->query("SELECT $stat", parameters);
    FAIL() << "an unknown parameter was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "unknown parameter: '$stat'");
    EXPECT_EQ(error.hint(), "did you mean 'start'?");
  }
}

TEST(Session, AViewOfOneConnectionIsNotSeenByAnother) {
  Database database({.threads = 1});
  const auto one = database.connect();
  const auto other = database.connect();
  one->query("CREATE SCHEMA mart");
  one->query("CREATE VIEW mart.v AS SELECT 1 AS n");
  EXPECT_EQ(one->query("SELECT * FROM mart.v").rows.size(), 1);
  EXPECT_THROW(other->query("SELECT * FROM mart.v"), Error);
}

TEST(Session, CopyTakesParameters) {
  Database database({.threads = 1});
  const auto connection = database.connect();
  const std::string name = "tidemill_session_" + random_id() + ".parquet";
  const std::filesystem::path file = std::filesystem::path(testing::TempDir()) / name;
  const Table written =
      connection->query("COPY (SELECT $top AS n, $start AS t) TO " + quote_literal(file.string()) +
                            " (FORMAT parquet, RETURN_STATS)",
                        {{"top", int64_t{3}}, {"start", Instant{}}});
  ASSERT_EQ(written.rows.size(), 1);
  EXPECT_EQ(written.columns.at(0).name, "filename");
  EXPECT_EQ(text_of(written.rows[0][0]), file.string());
  EXPECT_EQ(written.columns.at(1).name, "count");
  EXPECT_EQ(text_of(written.rows[0][1]), "1");
  const Table read =
      connection->query("SELECT n, t FROM read_parquet(" + quote_literal(file.string()) + ")");
  std::filesystem::remove(file);
  ASSERT_EQ(read.rows.size(), 1);
  EXPECT_EQ(text_of(read.rows[0][0]), "3");
  EXPECT_EQ(text_of(read.rows[0][1]), "1970-01-01T00:00:00Z");
  EXPECT_EQ(read.columns.at(1).type_name, "TIMESTAMP WITH TIME ZONE");
}

}  // namespace
}  // namespace tidemill::duckdb
