#include "sql/statement.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace tidemill::sql {
namespace {

Statement read(const std::string& sql) {
  duckdb::Database database({.threads = 1});
  return analyze(*database.connect(), sql);
}

/// Returns the tables that a statement reads, in the order of first use.
std::string tables(const std::string& sql) {
  std::vector<std::string> names;
  for (const TableReference& table : read(sql).tables) names.push_back(table.name);
  return join(names, " ");
}

std::string joined(const std::set<std::string>& names) {
  return join(std::vector<std::string>(names.begin(), names.end()), " ");
}

TEST(StatementTables, FromAndJoinAndSubqueriesAreRead) {
  EXPECT_EQ(tables("SELECT 1"), "");
  EXPECT_EQ(tables("SELECT * FROM raw.a"), "raw.a");
  EXPECT_EQ(tables("SELECT * FROM raw.a JOIN raw.b USING (x), raw.c"), "raw.a raw.b raw.c");
  EXPECT_EQ(tables("SELECT (SELECT max(x) FROM raw.a) FROM raw.b WHERE x IN (SELECT x FROM raw.c)"),
            "raw.b raw.a raw.c");
  EXPECT_EQ(tables("SELECT x FROM raw.a UNION ALL SELECT x FROM raw.b"), "raw.a raw.b");
  EXPECT_EQ(tables("FROM raw.a"), "raw.a");
}

TEST(StatementTables, ATableReadTwiceIsNamedOnceAndInLowerCase) {
  EXPECT_EQ(tables("SELECT * FROM RAW.A AS x JOIN raw.a AS y ON x.n = y.n"), "raw.a");
  EXPECT_EQ(tables("SELECT * FROM \"raw\".\"a\""), "raw.a");
}

TEST(StatementTables, AParameterDoesNotHideThem) {
  EXPECT_EQ(tables("SELECT $start FROM raw.a WHERE t < $end"), "raw.a");
}

TEST(StatementTables, ACommonTableExpressionIsNone) {
  EXPECT_EQ(tables("WITH x AS (SELECT * FROM raw.a) SELECT * FROM x"), "raw.a");
  EXPECT_EQ(tables("WITH x AS (SELECT * FROM raw.a), y AS (SELECT * FROM X) SELECT * FROM y"),
            "raw.a");
}

TEST(StatementTables, ANameWithASchemaIsATableEvenBesideAnExpressionOfThatName) {
  EXPECT_EQ(tables("WITH a AS (SELECT 1) SELECT * FROM raw.a, a"), "raw.a");
}

TEST(StatementTables, AnExpressionIsSeenOnlyWhereItIsInScope) {
  EXPECT_EQ(tables("SELECT * FROM (WITH x AS (SELECT 1) SELECT * FROM x) AS s, x"), "x");
  EXPECT_EQ(
      tables("WITH x AS (SELECT * FROM (WITH y AS (SELECT 1) SELECT * FROM y)) SELECT * FROM x, y"),
      "y");
  EXPECT_EQ(tables("WITH x AS (SELECT 1) SELECT * FROM (SELECT * FROM x WHERE EXISTS (FROM x))"),
            "");
}

TEST(StatementTables, AnExpressionDoesNotSeeItselfUnlessItIsRecursive) {
  EXPECT_EQ(tables("WITH x AS (SELECT * FROM x) SELECT * FROM x"), "x");
  EXPECT_EQ(tables("WITH RECURSIVE x AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM x WHERE n < 9) "
                   "SELECT * FROM x"),
            "");
  EXPECT_EQ(tables("WITH RECURSIVE x AS (SELECT n FROM raw.a UNION SELECT b.n FROM x JOIN raw.b AS "
                   "b ON b.up = x.n) FROM x"),
            "raw.a raw.b");
}

TEST(StatementTables, EachKnowsWhereItStands) {
  const Statement statement = read("SELECT *\nFROM raw.a\nJOIN raw.b USING (x)");
  ASSERT_EQ(statement.tables.size(), 2);
  EXPECT_EQ(statement.tables[0].offset, 14);
  EXPECT_EQ(statement.tables[1].offset, 25);
}

TEST(StatementFunctions, TableFunctionsAreListedWithTheirPlace) {
  const Statement statement = read("SELECT * FROM raw.a, read_csv('x.csv'), range(3), range(4)");
  ASSERT_EQ(statement.functions.size(), 3);
  EXPECT_EQ(statement.functions[0].name, "read_csv");
  EXPECT_EQ(statement.functions[0].offset, 21);
  EXPECT_EQ(statement.functions[1].name, "range");
  EXPECT_EQ(tables("SELECT * FROM read_parquet(['a', 'b'])"), "");
}

TEST(StatementFunctions, WhatDiffersEachTimeIsTold) {
  EXPECT_EQ(joined(read("SELECT NOW(), random(), lower('x') FROM raw.a").volatile_calls),
            "now random");
  EXPECT_EQ(joined(read("SELECT date_trunc('day', seen) FROM raw.a").volatile_calls), "");
}

TEST(StatementParameters, NamesAreFoundWhereverTheyStand) {
  EXPECT_EQ(joined(read("SELECT 1").parameters), "");
  EXPECT_EQ(joined(read("SELECT $run_time FROM raw.a WHERE t >= $start AND t < $end AND t > $start")
                       .parameters),
            "end run_time start");
  EXPECT_EQ(joined(read("WITH x AS (SELECT $start) SELECT (SELECT $end) FROM x").parameters),
            "end start");
  EXPECT_EQ(joined(read("SELECT '$start', 1 -- $end\n").parameters), "");
}

TEST(StatementParameters, VariablesAreTheFieldsOfVars) {
  const Statement statement =
      read("SELECT $vars.least + $vars.most FROM raw.a WHERE x > $vars.least");
  EXPECT_EQ(joined(statement.parameters), "vars");
  EXPECT_EQ(joined(statement.variables), "least most");
  EXPECT_EQ(joined(read("SELECT a.vars FROM raw.a").variables), "");
}

TEST(StatementUntyped, ABareNullHasNoType) {
  EXPECT_EQ(read("SELECT NULL AS nothing, NULL, NULL::BIGINT AS typed, 1 AS one").untyped,
            (std::vector<std::string>{"nothing", "NULL"}));
}

void expect_same(const std::string& one, const std::string& other) {
  EXPECT_EQ(read(one).canonical, read(other).canonical) << one << "\n" << other;
}

void expect_other(const std::string& one, const std::string& other) {
  EXPECT_NE(read(one).canonical, read(other).canonical) << one << "\n" << other;
}

TEST(StatementCanonical, CommentsFormattingAndCaseAreNoMeaning) {
  const std::string plain = "SELECT type, count(*) AS n FROM raw.a WHERE seen >= $start GROUP BY 1";
  expect_same(plain,
              "select type,\n  COUNT( * ) as n\nfrom RAW.A -- all of it\nwhere Seen >= $start /* "
              "from here */ group by 1");
  expect_same(plain, plain + " ");
  expect_same("SELECT a.x FROM raw.t AS a", "SELECT A.X FROM raw.t AS a");
  expect_same("SELECT CAST(x AS BIGINT) FROM raw.a", "SELECT x::BIGINT FROM raw.a");
}

TEST(StatementCanonical, WhatChangesTheResultIsMeaning) {
  const std::string plain = "SELECT type, count(*) AS n FROM raw.a WHERE x > 1";
  expect_other(plain, "SELECT type, count(x) AS n FROM raw.a WHERE x > 1");
  expect_other(plain, "SELECT type, count(*) AS m FROM raw.a WHERE x > 1");
  expect_other(plain, "SELECT type, count(*) AS n FROM raw.b WHERE x > 1");
  expect_other(plain, "SELECT type, count(*) AS n FROM raw.a WHERE x > 2");
  expect_other(plain, "SELECT type, count(*) AS n FROM raw.a WHERE x >= 1");
  expect_other("SELECT 'A' AS x", "SELECT 'a' AS x");
  expect_other("SELECT x AS n", "SELECT x AS N");
  expect_other("SELECT x FROM raw.a WHERE t > $start", "SELECT x FROM raw.a WHERE t > $end");
  expect_other("SELECT $vars.a", "SELECT $vars.b");
}

void expect_refused(const std::string& sql, const std::string& message_part, int line, int column) {
  try {
    read(sql);
    ADD_FAILURE() << "taken: " << sql;
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::kUser);
    EXPECT_NE(error.message().find(message_part), std::string::npos) << error.message();
    EXPECT_EQ(error.place(), (Place{"", line, column})) << sql;
  }
}

TEST(StatementMistakes, BytesThatAreNoUtf8AreRefused) {
  for (const char* text : {"SELECT \xff", "SELECT 1 AS \"\xc3\"", "SELECT 1 -- \xff"})
    EXPECT_THROW(read(text), Error);
}

TEST(StatementMistakes, HavePlaces) {
  expect_refused("SELECT *\nFRM raw.a", "syntax error", 2, 5);
  expect_refused("SELECT 1; SELECT 2", "one SELECT is wanted, not 2 statements", 1, 1);
  expect_refused("", "one SELECT is wanted, not 0 statements", 1, 1);
  expect_refused("CREATE TABLE x (n INTEGER)", "not a plain SELECT", 1, 1);
  expect_refused("INSERT INTO x VALUES (1)", "not a plain SELECT", 1, 1);
}

TEST(StatementMistakes, APivotWantsItsValues) {
  try {
    read("PIVOT raw.a ON kind USING sum(n)");
    ADD_FAILURE() << "taken";
  } catch (const Error& error) {
    EXPECT_NE(error.hint().find("PIVOT … ON x IN ('a', 'b')"), std::string::npos) << error.hint();
  }
  EXPECT_EQ(tables("PIVOT raw.a ON kind IN ('x', 'y') USING sum(n)"), "raw.a");
}

/// Returns `table:column` of each table that is read within its bounds. raw.a has n, seen and day;
/// raw.b has n and day.
std::string bounds(const std::string& sql) {
  static const std::map<std::string, std::set<std::string>> columns = {
      {"raw.a", {"n", "seen", "day"}}, {"raw.b", {"n", "day"}}};
  const auto has_column = [](const std::string& table, const std::string& column) {
    const auto found = columns.find(table);
    return found != columns.end() && found->second.contains(column);
  };
  std::vector<std::string> texts;
  for (const auto& [table, column] : time_bounds(read(sql), has_column))
    texts.push_back(table + ":" + column);
  return join(texts, " ");
}

TEST(TimeBounds, BothSidesUnderAndAreProven) {
  EXPECT_EQ(bounds("SELECT * FROM raw.a WHERE seen >= $start AND seen < $end"), "raw.a:seen");
  EXPECT_EQ(
      bounds("SELECT * FROM raw.a WHERE n > 3 AND (SEEN >= $start AND seen < $end) AND n < 9"),
      "raw.a:seen");
  EXPECT_EQ(bounds("SELECT * FROM raw.a WHERE $start <= seen AND $end > seen"), "raw.a:seen")
      << "turned round";
}

TEST(TimeBounds, AliasAndTableNameSayWhoseColumnItIs) {
  EXPECT_EQ(bounds("SELECT * FROM raw.a AS x WHERE x.seen >= $start AND x.seen < $end"),
            "raw.a:seen");
  EXPECT_EQ(bounds("SELECT * FROM raw.a WHERE a.seen >= $start AND a.seen < $end"), "raw.a:seen");
  EXPECT_EQ(bounds("SELECT * FROM raw.a WHERE raw.a.seen >= $start AND raw.a.seen < $end"),
            "raw.a:seen");
}

TEST(TimeBounds, InAJoinTheColumnMustBeOfOneTableOnly) {
  EXPECT_EQ(bounds("SELECT * FROM raw.a JOIN raw.b USING (n) WHERE seen >= $start AND seen < $end"),
            "raw.a:seen");
  EXPECT_EQ(bounds("SELECT * FROM raw.a AS a JOIN raw.b AS b USING (n) WHERE b.day >= $start AND "
                   "b.day < $end"),
            "raw.b:day");
  EXPECT_EQ(bounds("SELECT * FROM raw.a JOIN raw.b USING (n) WHERE day >= $start AND day < $end"),
            "");
}

TEST(TimeBounds, HalfOrLooseBoundsProveNothing) {
  for (const char* condition :
       {"seen >= $start", "seen < $end", "seen > $start AND seen < $end",
        "seen >= $start AND seen <= $end", "seen >= $start OR seen < $end",
        "NOT (seen >= $start AND seen < $end)", "seen BETWEEN $start AND $end",
        "seen >= $start AND day < $end", "seen >= $start - INTERVAL 1 DAY AND seen < $end",
        "date_trunc('day', seen) >= $start AND date_trunc('day', seen) < $end",
        "seen >= $end AND seen < $start", "other >= $start AND other < $end",
        "(seen >= $start AND seen < $end) OR n = 1"}) {
    EXPECT_EQ(bounds(std::string("SELECT * FROM raw.a WHERE ") + condition), "") << condition;
  }
  EXPECT_EQ(bounds("SELECT * FROM raw.a"), "");
  EXPECT_EQ(bounds("SELECT n, max(seen) AS seen FROM raw.a GROUP BY n HAVING max(seen) >= $start "
                   "AND max(seen) < $end"),
            "");
}

TEST(TimeBounds, TheSelectThatNamesTheTableMustBoundIt) {
  EXPECT_EQ(bounds("SELECT * FROM (SELECT * FROM raw.a WHERE seen >= $start AND seen < $end)"),
            "raw.a:seen");
  EXPECT_EQ(bounds("SELECT * FROM (SELECT * FROM raw.a) WHERE seen >= $start AND seen < $end"), "");
  EXPECT_EQ(
      bounds(
          "WITH x AS (SELECT * FROM raw.a WHERE seen >= $start AND seen < $end) SELECT * FROM x"),
      "raw.a:seen");
  EXPECT_EQ(
      bounds(
          "WITH x AS (SELECT * FROM raw.a) SELECT * FROM x WHERE seen >= $start AND seen < $end"),
      "");
}

TEST(TimeBounds, OneUnboundedUseSpoilsAll) {
  const std::string bounded = "SELECT n FROM raw.a WHERE seen >= $start AND seen < $end";
  EXPECT_EQ(bounds(bounded + " UNION ALL " + bounded), "raw.a:seen");
  EXPECT_EQ(bounds(bounded + " UNION ALL SELECT n FROM raw.a"), "");
  EXPECT_EQ(bounds(bounded + " AND n IN (SELECT n FROM raw.a)"), "");
  EXPECT_EQ(bounds(bounded + " UNION ALL SELECT n FROM raw.a WHERE day >= $start AND day < $end"),
            "")
      << "two columns";
}

TEST(TimeBounds, OfASelfJoinOnlyTheBoundedSideIsBounded) {
  EXPECT_EQ(bounds("SELECT * FROM raw.a AS x JOIN raw.a AS y USING (n) WHERE x.seen >= $start AND "
                   "x.seen < $end"),
            "");
  EXPECT_EQ(
      bounds("SELECT * FROM raw.a AS x JOIN raw.a AS y USING (n) "
             "WHERE x.seen >= $start AND x.seen < $end AND y.seen >= $start AND y.seen < $end"),
      "raw.a:seen");
}

TEST(TimeBounds, OuterRowsOfAnOuterJoinAreFilteredToo) {
  EXPECT_EQ(bounds("SELECT * FROM raw.b AS b LEFT JOIN raw.a AS a USING (n) WHERE b.day >= $start "
                   "AND b.day < $end"),
            "raw.b:day");
}

TEST(TimeBounds, ATableWhoseAbsentRowsMakeRowsIsNotBounded) {
  // Which rows of raw.a fail to match decides what `a.seen IS NULL` would see, but the WHERE wants
  // a time: still proven.
  EXPECT_EQ(bounds("SELECT * FROM raw.b AS b LEFT JOIN raw.a AS a USING (n) WHERE a.seen >= $start "
                   "AND a.seen < $end"),
            "raw.a:seen");
  EXPECT_EQ(
      bounds("SELECT * FROM raw.b AS b LEFT JOIN raw.a AS a ON a.seen >= $start AND a.seen < $end"),
      "");
}

TEST(TimeBounds, ATableByItsFullNameIsNotItsOtherUseUnderAnAlias) {
  EXPECT_EQ(
      bounds("SELECT p.n FROM raw.a JOIN raw.a AS p ON p.n = raw.a.n WHERE raw.a.seen >= $start "
             "AND raw.a.seen < $end"),
      "");
}

TEST(TimeBounds, AUseThatNoWhereReachesCounts) {
  EXPECT_EQ(bounds("WITH x AS (SELECT * FROM raw.a WHERE seen >= $start AND seen < $end) "
                   "SELECT * FROM x, (PIVOT raw.a ON n IN (1) USING count(*)) AS p"),
            "");
}

TEST(TimeBounds, RowsThatAnAsofJoinLooksAtAreNotBounded) {
  // A later row of raw.a that the WHERE drops keeps an earlier one from meeting the row of raw.b.
  EXPECT_EQ(
      bounds("SELECT * FROM raw.b AS b ASOF JOIN raw.a AS a ON b.n >= a.n WHERE a.seen >= $start "
             "AND a.seen < $end"),
      "");
}

TEST(WithoutSemicolon, OnlyTheOneAtTheEndGoes) {
  EXPECT_EQ(without_semicolon("SELECT 1"), "SELECT 1");
  EXPECT_EQ(without_semicolon("SELECT 1;"), "SELECT 1 ");
  EXPECT_EQ(without_semicolon("SELECT 1; -- done\n /* really; */ "),
            "SELECT 1  -- done\n /* really; */ ");
  EXPECT_EQ(without_semicolon("SELECT ';'"), "SELECT ';'");
  EXPECT_EQ(without_semicolon("SELECT \";\" -- ;"), "SELECT \";\" -- ;");
  EXPECT_EQ(without_semicolon("SELECT 1; SELECT 2"), "SELECT 1; SELECT 2");
  EXPECT_EQ(without_semicolon("SELECT 'it''s'; "), "SELECT 'it''s'  ");
  EXPECT_EQ(without_semicolon(""), "");
}

/// Returns all rows of a common table expression of `sql`.
std::string rows_of(const std::string& sql, const std::string& expression) {
  duckdb::Database database({.threads = 1});
  const auto connection = database.connect();
  connection->query("CREATE SCHEMA raw");
  connection->query("CREATE TABLE raw.a AS SELECT unnest([3, 1, 2]) AS x, 'it''s' AS word");
  std::vector<std::string> rows;
  const std::string select = select_expression(*connection, sql, expression);
  for (const duckdb::Row& row :
       connection
           ->query("SELECT * FROM (" + select + ") ORDER BY ALL", {{"vars.least", int64_t{2}}})
           .rows) {
    std::vector<std::string> cells;
    for (const duckdb::Value& value : row) cells.push_back(duckdb::text_of(value));
    rows.push_back(join(cells, "|"));
  }
  return join(rows, " ");
}

TEST(SelectExpression, GivesTheRowsOfOneExpressionWithThoseItReads) {
  const std::string sql =
      "WITH big AS (SELECT x FROM raw.a WHERE x >= $vars.least), "
      "Twice(y, n) AS (SELECT x * 2, row_number() OVER (ORDER BY x) FROM big) "
      "SELECT count(*) FROM twice UNION ALL SELECT 1";
  EXPECT_EQ(rows_of(sql, "big"), "2 3");
  EXPECT_EQ(rows_of(sql, "twice"), "4|1 6|2") << "names are compared without regard to case";
}

TEST(SelectExpression, KeepsWhatDuckdbHasBesidesPlainSql) {
  EXPECT_EQ(rows_of("WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 3) "
                    "SELECT * FROM n",
                    "n"),
            "1 2 3");
  EXPECT_EQ(rows_of("WITH l AS (SELECT list_transform([x, 9], lambda v: v + 1) AS l, "
                    "{a: word, b: [1]} AS s FROM raw.a QUALIFY row_number() OVER (ORDER BY x) = 1) "
                    "FROM l",
                    "l"),
            R"([2,10]|{"a":"it's","b":[1]})");
}

TEST(SelectExpression, OfANameThatIsNoneIsAMistake) {
  EXPECT_THROW(rows_of("WITH a AS (SELECT 1 AS x) SELECT * FROM a", "b"), Error);
  EXPECT_THROW(rows_of("SELECT * FROM (WITH a AS (SELECT 1) SELECT * FROM a)", "a"), Error)
      << "it stands in a subquery";
}

std::string made_of_run_time(const std::string& sql, const std::set<std::string>& marked = {}) {
  return joined(columns_made_of(read(sql), "run_time", marked));
}

TEST(ColumnsMadeOf, AreFollowedThroughExpressionsAndSubqueries) {
  EXPECT_EQ(made_of_run_time("SELECT x, $run_time AS at FROM raw.a"), "at");
  EXPECT_EQ(made_of_run_time("WITH t AS (SELECT $run_time AS r), u(a, b) AS (SELECT x, r FROM t) "
                             "SELECT a, date_trunc('day', b) AS day FROM u"),
            "b day r");
  EXPECT_EQ(
      made_of_run_time("SELECT x, s.at - y AS age FROM (SELECT *, $run_time AS at FROM raw.a) s"),
      "age at");
}

TEST(ColumnsMadeOf, AFilterByTheTimeMakesNoColumn) {
  EXPECT_EQ(made_of_run_time("SELECT x FROM raw.a WHERE x < $run_time"), "");
  EXPECT_EQ(made_of_run_time("SELECT $start AS x"), "");
}

TEST(ColumnsMadeOf, ColumnsOfAnInputCountToo) {
  EXPECT_EQ(made_of_run_time("SELECT x, LoadedAt + INTERVAL 1 DAY AS due FROM raw.a", {"loadedat"}),
            "due loadedat");
}

TEST(PlaceAt, CountsLinesAndColumnsFromOne) {
  EXPECT_EQ(place_at("abc\ndef", 0, "f", 1), (Place{"f", 1, 1}));
  EXPECT_EQ(place_at("abc\ndef", 5, "f", 10), (Place{"f", 11, 2}));
  EXPECT_EQ(place_at("abc", 99, "f", 1), (Place{"f", 1, 4})) << "beyond the end is the end";
}

}  // namespace
}  // namespace tidemill::sql
