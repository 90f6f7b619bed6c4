// Every check of the build on rows that keep it and rows that do not.
#include "publish/audit.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/text.h"
#include "publish/check.h"

namespace tidemill {
namespace {

class AuditTest : public testing::Test {
 protected:
  AuditTest() : database_({.threads = 1}), connection_(database_.connect()) {
    connection_->query("CREATE SCHEMA mart");
    connection_->query("CREATE TABLE mart.m (n BIGINT, name VARCHAR, seen TIMESTAMPTZ)");
  }

  void insert(const std::string& values) {
    connection_->query("INSERT INTO mart.m VALUES " + values);
  }

  /// Returns one use of a check: `options` is its map in YAML.
  static CheckUse use(const std::string& kind, const std::string& column,
                      const std::string& options = "{}") {
    for (const Check* check : checks::all()) {
      if (check->name != kind) continue;
      Mistakes mistakes;
      CheckUse use{.kind = kind,
                   .column = column,
                   .name = trim(column + " " + kind),
                   .place = {"m.sql", 3, 5}};
      use.options = read_options(parse_yaml(options, "m.sql"), check->form, mistakes);
      for (const Error& mistake : mistakes.sorted()) ADD_FAILURE() << mistake.text();
      EXPECT_EQ(check->of_column, !column.empty());
      return use;
    }
    ADD_FAILURE() << "no such check: " << kind;
    return {};
  }

  std::vector<Finding> findings(const std::vector<CheckUse>& uses,
                                const std::string& table = "mart.m") {
    Asset asset{.kind = Asset::Kind::kModel, .name = "mart.m"};
    asset.checks = uses;
    return audit(*connection_, asset, {"mart.m", table}, {});
  }

  /// Returns how many rows offend a single check.
  int64_t offenders(const CheckUse& use, const std::string& table = "mart.m") {
    const std::vector<Finding> found = findings({use}, table);
    return found.empty() ? 0 : found.at(0).offenders;
  }

  duckdb::Database database_;
  std::unique_ptr<duckdb::Connection> connection_;
};

TEST_F(AuditTest, NoRowsOffendNoCheckOfAColumn) {
  EXPECT_TRUE(findings({use("not_null", "n"), use("unique", "n"), use("min", "n", "{value: 1}"),
                        use("max", "n", "{value: 1}"), use("accepted_values", "n", "{values: [1]}"),
                        use("sql", "", "{query: SELECT * FROM mart.m}")})
                  .empty());
}

TEST_F(AuditTest, NotNullFindsNullsAndNotEmptyTexts) {
  insert("(1, '', NULL), (2, NULL, NULL), (3, 'a', NULL)");
  EXPECT_EQ(offenders(use("not_null", "name")), 1);
  EXPECT_EQ(offenders(use("not_null", "n")), 0);
}

TEST_F(AuditTest, UniqueCountsValuesThatStandTwiceAndNoNulls) {
  insert(
      "(1, 'a', NULL), (1, 'b', NULL), (1, 'c', NULL), (2, 'a', NULL), (NULL, NULL, NULL), (NULL, "
      "NULL, NULL)");
  EXPECT_EQ(offenders(use("unique", "n")), 1);
  EXPECT_EQ(findings({use("unique", "n")}).at(0).text(),
            "n unique: 1 row offends\n    n=1, copies=3");
  EXPECT_EQ(offenders(use("unique", "name")), 1);
}

TEST_F(AuditTest, UniqueOfATableLooksBeyondTheRowsBeingPublished) {
  insert("(1, 'a', NULL)");
  const std::string whole = "(SELECT * FROM mart.m UNION ALL SELECT 1, 'kept', NULL)";
  EXPECT_EQ(offenders(use("unique", "n"), whole), 0);
  const CheckUse of_table = use("unique", "n", "{scope: table}");
  EXPECT_EQ(offenders(of_table, whole), 1);
  Asset asset;
  EXPECT_FALSE(audits_table(asset));
  asset.checks = {use("unique", "n"), of_table};
  EXPECT_TRUE(audits_table(asset));
}

TEST_F(AuditTest, MinAndMaxTakeTheirBoundAndLetNullsPass) {
  insert("(1, 'a', NULL), (5, 'b', NULL), (9, 'c', NULL), (NULL, 'd', NULL)");
  EXPECT_EQ(offenders(use("min", "n", "{value: 5}")), 1);
  EXPECT_EQ(offenders(use("max", "n", "{value: 5}")), 1);
  EXPECT_EQ(offenders(use("min", "n", "{value: -1.5}")), 0);
}

TEST_F(AuditTest, BoundsOfTimesAndTextsAreText) {
  insert("(1, 'b', '2024-03-01 00:00:00+00'), (2, 'c', '2024-03-02 00:00:00+00')");
  EXPECT_EQ(offenders(use("min", "seen", "{value: 2024-03-02}")), 1);
  EXPECT_EQ(offenders(use("max", "name", "{value: \"b'; DROP TABLE mart.m; --\"}")), 1)
      << "a value is never SQL";
}

TEST_F(AuditTest, AcceptedValuesAreTheOnlyOnesButNullsPass) {
  insert("(1, 'a', NULL), (1, 'it''s', NULL), (1, 'x', NULL), (1, 'x', NULL), (1, NULL, NULL)");
  EXPECT_EQ(offenders(use("accepted_values", "name", "{values: [a, \"it's\"]}")), 1)
      << "one value, however often";
  EXPECT_EQ(offenders(use("accepted_values", "name", "{values: [a, \"it's\", x]}")), 0);
  EXPECT_EQ(offenders(use("accepted_values", "name", "{values: []}")), 3);
  EXPECT_EQ(offenders(use("accepted_values", "n", "{values: [1]}")), 0);
}

TEST_F(AuditTest, RowCountHoldsBothBounds) {
  EXPECT_EQ(offenders(use("row_count", "", "{min: 1}")), 1) << "no rows are too few";
  insert("(1, 'a', NULL), (2, 'b', NULL)");
  EXPECT_EQ(offenders(use("row_count", "", "{min: 2, max: 2}")), 0);
  EXPECT_EQ(offenders(use("row_count", "", "{max: 1}")), 1);
  EXPECT_EQ(findings({use("row_count", "", "{min: 3}")}).at(0).text(),
            "row_count: 1 row offends\n    row_count=2");
}

TEST_F(AuditTest, SqlMustReturnNoRows) {
  insert("(1, 'a', NULL), (2, 'b', NULL)");
  EXPECT_EQ(offenders(use("sql", "", "{query: SELECT * FROM mart.m WHERE n > 1}")), 1);
  EXPECT_EQ(offenders(use("sql", "", "{query: SELECT * FROM mart.m WHERE n > 2 -- none}")), 0);
}

TEST_F(AuditTest, SqlThatFailsIsAnErrorAtTheCheck) {
  try {
    findings({use("sql", "", "{query: SELECT 1 // 0 FROM mart.none}")});
    ADD_FAILURE() << "passed";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::kUser);
    EXPECT_EQ(error.place(), (Place{"m.sql", 3, 5}));
  }
}

TEST_F(AuditTest, AFindingShowsFiveRowsAndCountsAll) {
  insert("(1, NULL, NULL), (2, NULL, NULL), (3, NULL, NULL), (4, NULL, NULL), (5, NULL, NULL)");
  const Finding five = findings({use("not_null", "name")}).at(0);
  EXPECT_EQ(five.offenders, 5);
  EXPECT_EQ(five.text().find("…"), std::string::npos);
  insert("(6, NULL, NULL), (7, NULL, NULL)");
  const Finding seven = findings({use("not_null", "name")}).at(0);
  EXPECT_EQ(seven.offenders, 7);
  EXPECT_EQ(seven.sample.rows.size(), 5);
  EXPECT_TRUE(
      seven.text().starts_with("name not_null: 7 rows offend\n    n=1, name=NULL, seen=NULL\n"))
      << seven.text();
  EXPECT_TRUE(seven.text().ends_with("\n    …")) << seven.text();
}

TEST_F(AuditTest, LongValuesAndLineBreaksAreCutAndEscaped) {
  insert("(-1, '" + std::string(79, 'x') + "ü" + "', NULL)");
  const std::string text = findings({use("min", "n", "{value: 0}")}).at(0).text();
  EXPECT_TRUE(is_utf8(text)) << text;
  EXPECT_NE(text.find("x…"), std::string::npos);
}

TEST_F(AuditTest, OnlyErrorsRefuseAndAllOfThemAreNamed) {
  insert("(NULL, NULL, NULL)");
  const Asset asset{.name = "mart.m"};
  CheckUse warning = use("not_null", "n");
  warning.severity = CheckUse::Severity::kWarn;
  refuse(asset, {});
  refuse(asset, findings({warning}));
  try {
    refuse(asset, findings({warning, use("not_null", "name"), use("not_null", "seen")}));
    ADD_FAILURE() << "published";
  } catch (const Error& error) {
    EXPECT_TRUE(error.message().starts_with(
        "2 checks of mart.m failed, nothing was committed:\n  name not_null: 1 row offends\n"))
        << error.message();
    EXPECT_EQ(error.place(), (Place{"m.sql", 3, 5}));
  }
}

class CheckIntervalTest : public AuditTest {
 protected:
  CheckIntervalTest() { asset_.model.time_column = "seen"; }

  void check() {
    check_interval(*connection_, asset_, parse_interval("2024-03-01/2024-03-02").value(), "mart.m");
  }

  Asset asset_{.kind = Asset::Kind::kModel, .name = "mart.m", .place = {"models/m.sql", 2, 1}};
};

TEST_F(CheckIntervalTest, RowsWithinItPassAndSoDoNone) {
  check();
  insert("(1, '', '2024-03-01 00:00:00+00'), (2, '', '2024-03-01 23:59:59.999999+00')");
  check();
}

TEST_F(CheckIntervalTest, TheEndAndRowsWithoutATimeAreOutside) {
  insert(
      "(1, '', '2024-03-02 00:00:00+00'), (2, '', '2024-02-29 23:59:59.999999+00'), (3, '', NULL)");
  try {
    check();
    ADD_FAILURE() << "passed";
  } catch (const Error& error) {
    EXPECT_TRUE(error.message().starts_with(
        "3 rows of mart.m outside the interval 2024-03-01, nothing was committed:"))
        << error.message();
    EXPECT_EQ(error.place().file, "models/m.sql");
    EXPECT_EQ(error.hint(), "filter so that seen >= $start and < $end");
  }
}

}  // namespace
}  // namespace tidemill
