#include "duckdb/utc_calendar.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "duckdb/handles.h"
#include "duckdb/session.h"

namespace tidemill::duckdb {
namespace {

/// An instance as DuckDB makes it, with its own date_trunc.
class PlainInstance {
 public:
  PlainInstance() {
    duckdb_open(nullptr, &database_);
    duckdb_connect(database_, &connection_);
    run("SET TimeZone = 'UTC'");
  }
  ~PlainInstance() {
    duckdb_disconnect(&connection_);
    duckdb_close(&database_);
  }
  PlainInstance(const PlainInstance&) = delete;
  PlainInstance& operator=(const PlainInstance&) = delete;

  void run(const std::string& sql) { ASSERT_EQ(ask(sql).find("Error"), std::string::npos); }

  /// Returns the first value of the answer as text, or DuckDB's error.
  std::string ask(const std::string& sql) {
    OwnedResult result;
    if (duckdb_query(connection_, sql.c_str(), result.get()) != DuckDBSuccess)
      return duckdb_result_error(result.get());
    if (duckdb_row_count(result.get()) == 0) return "";
    char* value = duckdb_value_varchar(result.get(), 0, 0);
    std::string text = value == nullptr ? "NULL" : value;
    duckdb_free(value);
    return text;
  }

  duckdb_connection connection() { return connection_; }

 private:
  duckdb_database database_ = nullptr;
  duckdb_connection connection_ = nullptr;
};

constexpr const char* kParts[] = {"microseconds",
                                  "microsecond",
                                  "us",
                                  "usec",
                                  "usecs",
                                  "usecond",
                                  "useconds",
                                  "milliseconds",
                                  "millisecond",
                                  "ms",
                                  "msec",
                                  "msecs",
                                  "msecond",
                                  "mseconds",
                                  "second",
                                  "seconds",
                                  "sec",
                                  "secs",
                                  "s",
                                  "epoch",
                                  "minute",
                                  "minutes",
                                  "min",
                                  "mins",
                                  "m",
                                  "hour",
                                  "hours",
                                  "hr",
                                  "hrs",
                                  "h",
                                  "day",
                                  "days",
                                  "d",
                                  "dayofmonth",
                                  "dow",
                                  "dayofweek",
                                  "weekday",
                                  "isodow",
                                  "doy",
                                  "dayofyear",
                                  "julian",
                                  "jd",
                                  "week",
                                  "weeks",
                                  "w",
                                  "weekofyear",
                                  "yearweek",
                                  "month",
                                  "months",
                                  "mon",
                                  "mons",
                                  "quarter",
                                  "quarters",
                                  "year",
                                  "years",
                                  "yr",
                                  "yrs",
                                  "y",
                                  "isoyear",
                                  "decade",
                                  "decades",
                                  "dec",
                                  "decs",
                                  "century",
                                  "centuries",
                                  "cent",
                                  "c",
                                  "millennium",
                                  "millenium",
                                  "millenniums",
                                  "millennia",
                                  "mil",
                                  "mils",
                                  "era",
                                  "HOUR",
                                  "Week"};

// Instants of all kinds: around now, of every century since the year 1, long before and after, at
// the edges of days and years, none at all and without end.
constexpr const char* kInstants = R"(
  CREATE TABLE instants AS SELECT row_number() OVER () AS i, moment FROM (
    SELECT make_timestamptz(1420070400000000 + 86400000000 * n + e) AS moment
    FROM range(3000) AS t(n), (VALUES (-1), (0)) AS edge(e)
    UNION ALL SELECT make_timestamptz((hash(n) % 4000000000000000)::BIGINT - 2000000000000000)
    FROM range(2000) AS t(n)
    UNION ALL SELECT make_timestamptz((hash(n) % 120000000000000000)::BIGINT - 60000000000000000)
    FROM range(2000) AS t(n)
    UNION ALL SELECT make_timestamptz(946684800000000 + 31556952000000 * (n - 4000))
    FROM range(8000) AS t(n)
    UNION ALL VALUES (NULL), ('infinity'::TIMESTAMPTZ), ('-infinity'::TIMESTAMPTZ)))";

/// Returns a SELECT of i and the start of the part of each instant; `part` is an expression.
std::string starts(const std::string& function, const std::string& part) {
  return "SELECT i, moment, " + function + "(" + part + ", moment) AS start FROM instants";
}

TEST(UtcCalendar, TruncatesAsDuckdbDoes) {
  std::vector<std::pair<std::string, std::string>> calls = {
      {"datetrunc", "'day'"},
      {"date_trunc", "CASE i % 3 WHEN 0 THEN 'hour' WHEN 1 THEN 'quarter' END"}};
  for (const char* part : kParts) calls.emplace_back("date_trunc", quote_literal(part));
  PlainInstance instance;
  instance.run(kInstants);
  for (size_t i = 0; i < calls.size(); ++i) {
    instance.run("CREATE TABLE answer_" + std::to_string(i) + " AS " +
                 starts(calls[i].first, calls[i].second));
  }
  use_utc_calendar(instance.connection());
  for (size_t i = 0; i < calls.size(); ++i) {
    const auto& [function, part] = calls[i];
    EXPECT_EQ(instance.ask("SELECT (ours.moment, ours.start, answer.start)::VARCHAR FROM (" +
                           starts(function, part) + ") AS ours JOIN answer_" + std::to_string(i) +
                           " AS answer USING (i) WHERE ours.start IS DISTINCT FROM answer.start "
                           "ORDER BY i"),
              "")
        << function << " " << part;
  }
}

TEST(UtcCalendar, OtherTypesAreTruncatedByDuckdb) {
  Database database({.threads = 1});
  const auto connection = database.connect();
  const auto type = [&](const std::string& argument) {
    return connection->describe("SELECT date_trunc('day', " + argument + ") AS start", {})
        .at(0)
        .type_name;
  };
  EXPECT_EQ(type("TIMESTAMPTZ '2015-01-01 15:00:00+00'"), "TIMESTAMP WITH TIME ZONE");
  EXPECT_EQ(type("TIMESTAMP '2015-01-01 15:00:00'"), "TIMESTAMP");
  EXPECT_EQ(type("DATE '2015-01-01'"), "TIMESTAMP");
  EXPECT_EQ(type("INTERVAL 30 HOUR"), "INTERVAL");
}

TEST(UtcCalendar, AnUnknownPartIsAnError) {
  Database database({.threads = 1});
  const auto connection = database.connect();
  try {
    connection->query("SELECT date_trunc('fortnight', now())", {});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "extract specifier \"fortnight\" not recognized");
    EXPECT_EQ(error.kind(), Error::Kind::kUser);
  }
}

}  // namespace
}  // namespace tidemill::duckdb
