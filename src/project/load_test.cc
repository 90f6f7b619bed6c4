// What is read from a project's files, and that every mistake in them is found at once, where it
// stands.
#include "project/load.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"
#include "project/project_for_test.h"

namespace tidemill {
namespace {

using Lines = std::vector<std::string>;

constexpr const char* kVisits = R"(name: raw.visits
connector: files
path: "data/{start:%Y-%m-%d}.ndjson"
format: ndjson
interval: day
start: 2024-03-01
contract:
  columns:
    - {name: id, type: bigint, required: true}
    - {name: user, path: actor.id, type: bigint}
    - {name: seen, type: timestamp}
)";

std::string model(const std::string& header, const std::string& sql) {
  return "/* tidemill\n" + header + "*/\n" + sql + "\n";
}

ProjectFiles visits_and(const std::string& path, const std::string& text) {
  return {{"sources/visits.yml", kVisits}, {path, text}};
}

/// Returns the texts of all mistakes of a project.
Lines mistakes_in(const ProjectFiles& files, const LoadRequest& request = {}) {
  Lines lines;
  for (const Error& mistake : load_for_test(files, request).mistakes)
    lines.push_back(mistake.text());
  return lines;
}

/// Returns the mistakes of a model beside raw.visits, with lines counted from the top of its file.
Lines mistakes_of_model(const std::string& header, const std::string& sql) {
  return mistakes_in(visits_and("models/m.sql", model(header, sql)));
}

const Asset& asset_of(const LoadedProject& loaded, const std::string& name) {
  for (const Error& mistake : loaded.mistakes) ADD_FAILURE() << mistake.text();
  return loaded.project.assets.at(loaded.project.find(name).value());
}

TEST(Load, AFolderWithoutSettingsIsNoProject) {
  MemoryFileSystem files;
  duckdb::Database database({.threads = 1});
  try {
    load_project(files, *database.connect(), kinds_for_test(), {.folder = "nowhere"});
    ADD_FAILURE() << "loaded";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "no tidemill.yml in: 'nowhere'");
  }
}

TEST(Load, AProjectMayBeEmpty) {
  const LoadedProject loaded = load_for_test({});
  EXPECT_TRUE(loaded.mistakes.empty());
  EXPECT_EQ(loaded.project.name, "test");
  EXPECT_EQ(loaded.project.assets.size(), 0);
  EXPECT_EQ(loaded.project.retries, 3);
}

TEST(Load, ASourceIsReadWithItsContract) {
  const LoadedProject loaded = load_for_test({{"sources/visits.yml", kVisits}});
  const Asset& visits = asset_of(loaded, "raw.visits");
  EXPECT_EQ(visits.source.interval, Grain::kDay);
  EXPECT_EQ(visits.source.start, parse_time("2024-03-01"));
  EXPECT_EQ(visits.source.end, std::nullopt);
  EXPECT_EQ(visits.source.missing, Source::Missing::kFail);
  EXPECT_EQ(visits.source.connector_options.text("path"), "data/{start:%Y-%m-%d}.ndjson");
  ASSERT_EQ(visits.source.contract.columns.size(), 3);
  EXPECT_TRUE(visits.source.contract.columns[0].required);
  EXPECT_EQ(path_text(visits.source.contract.columns[1].paths.at(0)), "actor.id");
  EXPECT_EQ(visits.schema.size(), 3);
}

TEST(Load, AModelIsReadWithWhatItReadsAndMakes) {
  const LoadedProject loaded = load_for_test(visits_and(
      "models/m.sql",
      model("name: mart.m\nstrategy: interval\ninterval: day\ntime_column: day\ntags: daily\n",
            "SELECT date_trunc('day', seen) AS day, sum(id) AS ids, count(*) AS n FROM RAW.Visits\n"
            "WHERE seen >= $start AND seen < $end GROUP BY 1;")));
  const Asset& asset = asset_of(loaded, "mart.m");
  EXPECT_EQ(asset.inputs, std::vector<size_t>{loaded.project.find("raw.visits").value()});
  EXPECT_EQ(asset.model.time_bounds, (std::map<std::string, std::string>{{"raw.visits", "seen"}}));
  EXPECT_EQ(asset.tags, Lines{"daily"});
  ASSERT_EQ(asset.schema.size(), 3);
  EXPECT_EQ(asset.schema[0], (Column{"day", {.id = Type::Id::kTimestamp}}));
  EXPECT_EQ(asset.schema[1], (Column{"ids", {.id = Type::Id::kBigint}}))
      << "a sum of bigint is bigint";
}

TEST(Load, InputsComeBeforeWhatReadsThemWhateverTheirNames) {
  const LoadedProject loaded =
      load_for_test({{"sources/visits.yml", kVisits},
                     {"models/1.sql", model("name: a.last\n", "SELECT * FROM z.first")},
                     {"models/2.sql", model("name: z.first\n", "SELECT id FROM raw.visits")}});
  EXPECT_TRUE(loaded.mistakes.empty());
  EXPECT_EQ(loaded.project.asset_names(), (Lines{"raw.visits", "z.first", "a.last"}));
}

TEST(Load, UnknownKeysAreReportedWithTheNearestKnownOne) {
  EXPECT_EQ(
      mistakes_in({{"tidemill.yml", "name: test\nretrys: 3\n"}}),
      Lines{"tidemill.yml:2:1: unknown key in project: 'retrys'\n  hint: did you mean 'retries'?"});
  EXPECT_EQ(
      mistakes_in({{"sources/visits.yml", replace_all(kVisits, "interval:", "intervall:")}}).at(0),
      "sources/visits.yml:5:1: unknown key in source: 'intervall'\n  hint: did you mean "
      "'interval'?");
  EXPECT_EQ(
      mistakes_of_model("name: mart.m\nstrateg: table\n", "SELECT 1 AS n"),
      Lines{"models/m.sql:3:1: unknown key in model: 'strateg'\n  hint: did you mean 'strategy'?"});
}

TEST(Load, EveryMistakeOfEveryFileIsReportedInOrder) {
  const Lines found = mistakes_in(
      {{"tidemill.yml", "name: test\nretries: many\n"},
       {"sources/visits.yml", replace_all(kVisits, "bigint, required", "bigit, required")},
       {"models/a.sql", model("name: mart.a\nstrategy: tabel\n", "SELECT 1 AS n")},
       {"models/b.sql", model("name: mart.b\n", "SELECT *\nFROM raw.visit")}});
  EXPECT_EQ(
      found,
      (Lines{"models/a.sql:3:11: unknown strategy: 'tabel'\n  hint: one of: table, view, interval",
             "models/b.sql:5:6: no source or model makes the table: 'raw.visit'\n  hint: did you "
             "mean 'raw.visits'?",
             "sources/visits.yml:9:24: unknown type: 'bigit'\n  hint: did you mean 'bigint'?",
             "tidemill.yml:2:10: retries must be a whole number, not 'many'"}));
}

TEST(Load, TwoAssetsWithOneNameAreNamedBoth) {
  EXPECT_EQ(mistakes_in({{"models/a.sql", model("name: mart.m\n", "SELECT 1 AS n")},
                         {"models/b.sql", model("name: mart.m\n", "SELECT 2 AS n")}}),
            Lines{"models/b.sql:2:1: two assets with one name: 'mart.m'\n  hint: the other one is "
                  "at models/a.sql:2:1"});
}

TEST(Load, ACycleIsNamedFromEndToEnd) {
  EXPECT_EQ(mistakes_in({{"models/a.sql", model("name: mart.a\n", "SELECT n FROM mart.b")},
                         {"models/b.sql", model("name: mart.b\n", "SELECT n FROM mart.c")},
                         {"models/c.sql", model("name: mart.c\n", "SELECT n FROM mart.a")}}),
            Lines{"models/a.sql:2:1: models read each other in a circle: mart.a → mart.b → mart.c "
                  "→ mart.a"});
  EXPECT_EQ(mistakes_of_model("name: mart.m\n", "SELECT n FROM mart.m"),
            Lines{"models/m.sql:2:1: models read each other in a circle: mart.m → mart.m"});
}

TEST(Load, ATableThatNobodyMakesIsNamedWhereItStands) {
  EXPECT_EQ(mistakes_of_model("name: mart.m\n",
                              "SELECT *\nFROM raw.visits\nJOIN\n  raw.users USING (id)"),
            Lines{"models/m.sql:7:3: no source or model makes the table: 'raw.users'\n  hint: one "
                  "of: mart.m, raw.visits"});
  EXPECT_EQ(mistakes_of_model("name: mart.m\n", "SELECT * FROM visits"),
            Lines{"models/m.sql:4:15: no source or model makes the table: 'visits'\n  hint: did "
                  "you mean 'raw.visits'?"});
}

TEST(Load, OneMistakeIsNotReportedAgainByWhatReadsIt) {
  EXPECT_EQ(mistakes_in({{"sources/visits.yml", kVisits},
                         {"models/a.sql", model("name: mart.a\n", "SELECT * FROM raw.none")},
                         {"models/b.sql", model("name: mart.b\n", "SELECT x FROM mart.a")}})
                .size(),
            1);
}

TEST(Load, UnknownColumnsInHeadersAndChecksAreReported) {
  EXPECT_EQ(
      mistakes_of_model("name: mart.m\ncolumns:\n  - {name: idd, checks: [not_null]}\n",
                        "SELECT id FROM raw.visits"),
      Lines{
          "models/m.sql:4:12: the table mart.m has no column: 'idd'\n  hint: did you mean 'id'?"});
  EXPECT_EQ(
      mistakes_of_model("name: mart.m\ncluster_by: [ids]\n", "SELECT id FROM raw.visits").size(),
      1);
  EXPECT_EQ(mistakes_of_model("name: mart.m\npartition_by: id_date\n", "SELECT id FROM raw.visits")
                .size(),
            1)
      << "only a timestamp has a day";
  EXPECT_EQ(
      mistakes_of_model("name: mart.m\npartition_by: seen_date\n", "SELECT seen FROM raw.visits"),
      Lines{});
}

TEST(Load, UnknownColumnsInSqlHaveTheirPlaceInTheFile) {
  const Lines found = mistakes_of_model("name: mart.m\n", "SELECT id,\n  usr\nFROM raw.visits");
  ASSERT_EQ(found.size(), 1);
  EXPECT_TRUE(found[0].starts_with("models/m.sql:5:3: ")) << found[0];
  EXPECT_NE(found[0].find("\"usr\""), std::string::npos) << found[0];
}

TEST(Load, ASyntaxErrorHasItsPlaceInTheFile) {
  const Lines found = mistakes_of_model("name: mart.m\n", "SELECT id\nFRM raw.visits");
  ASSERT_EQ(found.size(), 1);
  EXPECT_TRUE(found[0].starts_with("models/m.sql:5:5: syntax error")) << found[0];
}

TEST(Load, AHeaderIsWantedAndClosed) {
  EXPECT_EQ(mistakes_in({{"models/m.sql", "SELECT 1"}}),
            Lines{"models/m.sql:1:1: a model starts with a header\n  hint: /* tidemill\n    name: "
                  "mart.daily\n    */"});
  EXPECT_EQ(mistakes_in({{"models/m.sql", ""}}).size(), 1);
  EXPECT_EQ(mistakes_in({{"models/m.sql", "/* tidemill\nname: mart.m\nSELECT 1"}}),
            Lines{"models/m.sql:1:1: the header is not closed by */"});
}

TEST(Load, AScheduleThatEndsTheHeaderIsExplained) {
  const Lines found =
      mistakes_of_model("name: mart.m\nschedule: '*/15 * * * *'\n", "SELECT 1 AS n");
  ASSERT_EQ(found.size(), 1);
  EXPECT_TRUE(found[0].starts_with("models/m.sql:3:12: `*/` inside the header")) << found[0];
  EXPECT_NE(found[0].find("every: 15m"), std::string::npos) << found[0];
}

TEST(Load, EachStrategyHasItsOwnKeysAndParameters) {
  EXPECT_EQ(mistakes_of_model("name: mart.m\nstrategy: interval\n",
                              "SELECT id FROM raw.visits WHERE seen >= $start AND seen < $end")
                .size(),
            2)
      << "interval and time_column are missing";
  EXPECT_EQ(mistakes_of_model("name: mart.m\ninterval: day\n", "SELECT 1 AS n"),
            Lines{"models/m.sql:3:11: only strategy interval has: 'interval'"});
  EXPECT_EQ(mistakes_of_model("name: mart.m\n", "SELECT id FROM raw.visits WHERE seen >= $start"),
            Lines{"models/m.sql:4:41: only strategy interval has: '$start'"});
  EXPECT_EQ(mistakes_of_model("name: mart.m\nstrategy: view\ncluster_by: id\n",
                              "SELECT id FROM raw.visits"),
            Lines{"models/m.sql:4:13: a view has no files, so it has no: 'cluster_by'"});
  EXPECT_EQ(mistakes_of_model("name: mart.m\nstrategy: view\n", "SELECT $run_time AS t"),
            Lines{"models/m.sql:5:8: a view takes no parameters: '$run_time'"});
}

TEST(Load, AnIntervalModelMustAskForItsInterval) {
  const Lines found =
      mistakes_of_model("name: mart.m\nstrategy: interval\ninterval: day\ntime_column: seen\n",
                        "SELECT seen FROM raw.visits");
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found[0],
            "models/m.sql:7:1: an interval model must use $start and $end\n  hint: WHERE seen >= "
            "$start AND seen < $end");
}

TEST(Load, ATimeColumnMustBeATime) {
  const std::string header = "name: mart.m\nstrategy: interval\ninterval: day\ntime_column: id\n";
  EXPECT_EQ(
      mistakes_of_model(header, "SELECT id FROM raw.visits WHERE seen >= $start AND seen < $end"),
      Lines{"models/m.sql:2:1: time_column must be a timestamp or a date, not bigint: 'id'"});
}

TEST(Load, UnknownParametersAndVariablesHaveHints) {
  EXPECT_EQ(mistakes_of_model("name: mart.m\n", "SELECT id FROM raw.visits WHERE id > $least"),
            Lines{"models/m.sql:4:38: unknown parameter: '$least'\n  hint: one of: start, end, "
                  "run_time, vars"});
  ProjectFiles files = visits_and(
      "models/m.sql", model("name: mart.m\n", "SELECT id FROM raw.visits WHERE id > $least"));
  files["tidemill.yml"] = "name: test\nvars: {least: 3}\n";
  EXPECT_EQ(
      mistakes_in(files),
      Lines{"models/m.sql:4:38: unknown parameter: '$least'\n  hint: a variable is $vars.least"});
  files["models/m.sql"] =
      model("name: mart.m\n", "SELECT id FROM raw.visits WHERE id > $vars.lest");
  EXPECT_EQ(
      mistakes_in(files),
      Lines{"models/m.sql:4:38: unknown variable: '$vars.lest'\n  hint: did you mean 'least'?"});
  files["models/m.sql"] =
      model("name: mart.m\n", "SELECT id FROM raw.visits WHERE id > $vars.least");
  EXPECT_EQ(mistakes_in(files), Lines{});
}

TEST(Load, OutputColumnsMustHaveOneNameAndATypeThatATableHolds) {
  const auto first = [](const std::string& sql) {
    return mistakes_of_model("name: mart.m\n", sql).at(0);
  };
  EXPECT_EQ(
      first("SELECT id, user AS ID FROM raw.visits"),
      "models/m.sql:4:1: two output columns of one name: 'ID'\n  hint: name one of them with AS");
  EXPECT_TRUE(first("SELECT NULL AS nothing").find("nothing") != std::string::npos);
  EXPECT_EQ(first("SELECT TIME '10:00' AS t"),
            "models/m.sql:4:1: the column t has a type that no table holds: 'TIME'\n  hint: CAST(t "
            "AS VARCHAR), or another type");
}

TEST(Load, FilesAreNotReadPastTheLake) {
  EXPECT_EQ(mistakes_of_model("name: mart.m\n", "SELECT * FROM read_csv('/etc/passwd')"),
            Lines{"models/m.sql:4:15: only tables can be read, not this function: 'read_csv'\n"
                  "  hint: files come in through a source: sources/*.yml"});
  EXPECT_EQ(mistakes_of_model("name: mart.m\n", "SELECT * FROM range(3)"), Lines{});
}

TEST(Load, ChecksAreReadInAllTheirSpellings) {
  const LoadedProject loaded = load_for_test(visits_and(
      "models/m.sql",
      model("name: mart.m\ncolumns:\n  - {name: id, checks: [not_null, {min: 1, severity: warn}]}\n"
            "checks:\n  - row_count: {min: 1}\n  - sql: SELECT * FROM mart.m WHERE id = 0\n    "
            "name: no zero\n",
            "SELECT id FROM raw.visits")));
  const std::vector<CheckUse>& checks = asset_of(loaded, "mart.m").checks;
  Lines names;
  for (const CheckUse& use : checks) names.push_back(use.name);
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, (Lines{"id min 1", "id not_null", "no zero", "row_count"}));
  EXPECT_EQ(
      std::count_if(checks.begin(), checks.end(),
                    [](const CheckUse& use) { return use.severity == CheckUse::Severity::kWarn; }),
      1);
}

TEST(Load, MistakesInChecksAreReportedWhereTheyStand) {
  const auto column_check = [](const std::string& check) {
    const Lines found = mistakes_of_model(
        "name: mart.m\ncolumns:\n  - name: id\n    checks:\n      - " + check + "\n",
        "SELECT id FROM raw.visits");
    return found.size() == 1 ? found[0] : std::to_string(found.size()) + " mistakes";
  };
  EXPECT_EQ(column_check("not_nul"),
            "models/m.sql:6:9: unknown check: 'not_nul'\n  hint: did you mean 'not_null'?");
  EXPECT_EQ(column_check("{min: 1, severity: worn}"),
            "models/m.sql:6:28: unknown severity: 'worn'\n  hint: one of: error, warn");
  EXPECT_EQ(column_check("min"), "models/m.sql:6:9: missing key in min: 'value'");
  EXPECT_EQ(column_check("{not_null: 3}"),
            "models/m.sql:6:20: the check not_null takes no value: '3'");
  EXPECT_TRUE(column_check("{min: 1, not_null: true}")
                  .starts_with("models/m.sql:6:18: a second check in one map: 'not_null'"));
  EXPECT_TRUE(column_check("{row_count: {min: 1}}")
                  .starts_with("models/m.sql:6:9: this check is of the whole table: 'row_count'"));
  EXPECT_EQ(column_check("{severity: warn}").substr(0, 39),
            "models/m.sql:6:9: a check without a kin");
}

TEST(Load, TheSqlOfAChecksIsReadToo) {
  EXPECT_EQ(mistakes_of_model("name: mart.m\nchecks:\n  - sql: SELECT * FROM raw.vists\n",
                              "SELECT id FROM raw.visits"),
            Lines{"models/m.sql:4:10: check 'sql SELECT * FROM raw.vists': no source or model "
                  "makes the table: 'raw.vists'\n"
                  "  hint: did you mean 'raw.visits'?"});
}

TEST(Load, ASourceThatIsNoMapIsAMistake) {
  EXPECT_EQ(mistakes_in({{"sources/empty.yml", ""}}),
            Lines{"sources/empty.yml:1:1: a source must be a map, not nothing"});
  EXPECT_EQ(mistakes_in({{"sources/list.yml", "- a\n"}}),
            Lines{"sources/list.yml:1:1: a source must be a map, not a list"});
}

TEST(Load, AnAddressThatIsTheSameForEveryIntervalIsAMistake) {
  EXPECT_EQ(mistakes_in({{"sources/visits.yml",
                          replace_all(kVisits, "data/{start:%Y-%m-%d}.ndjson", "data/x.ndjson")}}),
            Lines{"sources/visits.yml:3:7: every interval would load the same files: "
                  "'data/x.ndjson'\n  hint: say where its time stands, such as "
                  "data/{start:%Y-%m-%d}.csv; or leave out interval"});
  for (const auto& [grain, address] :
       {std::pair("day", "{start:%Y-%m}"), std::pair("hour", "{start:%Y-%m-%d}"),
        std::pair("hour", "{start:%M}"), std::pair("minute", "{end:%Y-%m-%dT%H}"),
        std::pair("week", "{start:%Y}-{end:%m}"), std::pair("month", "{start:%Y}")}) {
    const std::string text = replace_all(kVisits, "{start:%Y-%m-%d}", address);
    const Lines found =
        mistakes_in({{"sources/visits.yml",
                      replace_all(text, "interval: day", std::string("interval: ") + grain)}});
    ASSERT_EQ(found.size(), 1) << grain << " " << address;
    EXPECT_TRUE(
        found[0].starts_with("sources/visits.yml:3:7: one interval after another would "
                             "load the same files: "))
        << found[0];
  }
}

TEST(Load, ASourceWithAnIntervalNeedsAStartAndOneWithoutHasNone) {
  EXPECT_EQ(mistakes_in({{"sources/visits.yml", replace_all(kVisits, "start: 2024-03-01\n", "")}}),
            Lines{"sources/visits.yml:1:1: a source with an interval needs a start\n  hint: start: "
                  "2015-01-01T00:00:00Z"});
  EXPECT_EQ(mistakes_in(
                {{"sources/visits.yml", replace_all(kVisits, "interval: day\n", "recheck: 1d\n")}}),
            (Lines{"sources/visits.yml:5:10: only a source with an interval has: 'recheck'",
                   "sources/visits.yml:6:8: only a source with an interval has: 'start'"}));
  EXPECT_EQ(
      mistakes_in({{"sources/visits.yml", replace_all(kVisits, "start: 2024-03-01\n",
                                                      "start: 2024-03-01\nend: 2024-03-01\n")}}),
      Lines{"sources/visits.yml:7:6: end is not after start: '2024-03-01'"});
  EXPECT_EQ(mistakes_in({{"sources/visits.yml",
                          replace_all(kVisits, "start: 2024-03-01\n", "start: soon\n")}}),
            Lines{"sources/visits.yml:6:8: start is not a time: 'soon'\n  hint: for example: "
                  "2015-01-01T00:00:00Z"});
}

TEST(Load, UnknownKindsAreReportedWithoutBlamingTheirKeys) {
  EXPECT_EQ(
      mistakes_in(
          {{"sources/visits.yml", replace_all(kVisits, "connector: files", "connector: file")}}),
      Lines{"sources/visits.yml:2:12: unknown connector: 'file'\n  hint: did you mean 'files'?"});
}

TEST(Load, ColumnsOfAContractHaveNamesOfTheirOwn) {
  EXPECT_EQ(mistakes_in({{"sources/visits.yml", replace_all(kVisits, "name: user,", "name: ID,")}}),
            Lines{"sources/visits.yml:10:7: two columns of one name: 'ID'"});
  EXPECT_EQ(
      mistakes_in({{"sources/visits.yml", replace_all(kVisits, "actor.id", "actor..id")}}),
      Lines{"sources/visits.yml:10:26: not a path such as actor.id or authors[].key: 'actor..id'"});
}

TEST(Load, NamesHaveASchemaAndAreLowerCase) {
  for (const char* name : {"m", "Mart.m", "mart.m.x", "mart.1m", "mart.", "mart.m-x"}) {
    const Lines found = mistakes_of_model(std::string("name: ") + name + "\n", "SELECT 1 AS n");
    ASSERT_FALSE(found.empty()) << name;
    EXPECT_TRUE(found[0].starts_with(
        "models/m.sql:2:7: not a name of the form schema.table, in lower case: "))
        << found[0];
  }
  EXPECT_EQ(mistakes_of_model("name: mart.x__rejects\n", "SELECT 1 AS n"),
            Lines{"models/m.sql:2:7: names ending in __rejects are kept for rejected rows: "
                  "'mart.x__rejects'"});
}

TEST(Load, VariablesComeFromTheProjectTheTargetAndTheCommand) {
  const ProjectFiles files = {
      {"tidemill.yml",
       "name: test\nvars: {folder: data, least: 3}\ntargets:\n  other: {vars: {folder: "
       "elsewhere}}\n"},
      {"sources/visits.yml", replace_all(kVisits, "data/{start", "${folder}/{start")}};
  const auto path = [&](const LoadRequest& request) {
    return asset_of(load_for_test(files, request), "raw.visits")
        .source.connector_options.text("path");
  };
  EXPECT_EQ(path({}), "data/{start:%Y-%m-%d}.ndjson");
  EXPECT_EQ(path({.target = "other"}), "elsewhere/{start:%Y-%m-%d}.ndjson");
  EXPECT_EQ(path({.variables = {{"folder", "here"}}, .target = "other"}),
            "here/{start:%Y-%m-%d}.ndjson");
  EXPECT_EQ(mistakes_in(files, {.target = "othr"}).at(0).substr(0, 22), "tidemill.yml:1:1: unkn");
  EXPECT_EQ(mistakes_in(files, {.variables = {{"foldr", "x"}}}),
            Lines{"the project has no variable: 'foldr'\n  hint: did you mean 'folder'?"});
  EXPECT_EQ(mistakes_in(files, {.variables = {{"least", "many"}}}),
            Lines{"the variable least is not of the type it has in tidemill.yml: 'many'"});
}

TEST(Load, AVariableThatNobodyKnowsIsReportedWhereItIsUsed) {
  EXPECT_EQ(
      mistakes_in({{"tidemill.yml", "name: test\nvars: {folder: data}\n"},
                   {"sources/visits.yml", replace_all(kVisits, "data/{start", "${foldr}/{start")}}),
      Lines{"sources/visits.yml:3:7: no variable, and none in the environment: '${foldr}'\n  hint: "
            "did you mean 'folder'?"});
}

TEST(Load, BytesThatAreNoTextAreOneMistake) {
  EXPECT_EQ(mistakes_in({{"sources/visits.yml", "name: \xff\n"}}),
            Lines{"sources/visits.yml: the file is not UTF-8"});
}

TEST(Load, RandomAndNowDrawAWarningAndNoMistake) {
  const LoadedProject loaded =
      load_for_test({{"models/m.sql", model("name: mart.m\n", "SELECT\n  random() AS r")}});
  EXPECT_TRUE(loaded.mistakes.empty());
  ASSERT_EQ(loaded.warnings.size(), 1);
  EXPECT_EQ(loaded.warnings[0].text(),
            "models/m.sql:5:3: the result differs each time it is built: 'random'\n  hint: "
            "$run_time is the start of the run");
}

TEST(Load, ATileIsHeldToItsSql) {
  const auto tile = [](const std::string& sql, const std::string& chart) {
    return mistakes_in(visits_and(
        "dashboards/d.yml",
        "title: D\npages:\n  - title: P\n    tiles:\n      - title: T\n        sql: " + sql +
            "\n        chart: " + chart + "\n"));
  };
  EXPECT_EQ(tile("SELECT id, seen FROM raw.visits", "{type: line, x: seen, y: id}"), Lines{});
  EXPECT_EQ(tile("SELECT id FROM raw.visits__rejects", "{type: table}").size(), 1)
      << "rejects have no id";
  EXPECT_EQ(tile("SELECT reason FROM raw.visits__rejects", "{type: table}"), Lines{});
  EXPECT_EQ(tile("SELECT id, seen FROM raw.visits", "{type: line, x: sen, y: id}"),
            Lines{"dashboards/d.yml:7:32: the tile's SQL has no column: 'sen'\n  hint: did you "
                  "mean 'seen'?"});
  EXPECT_EQ(tile("SELECT id FROM raw.visits", "{type: bar, x: id}"),
            Lines{"dashboards/d.yml:7:16: a bar chart needs: 'y'"});
  EXPECT_EQ(tile("SELECT id FROM raw.vists", "{type: table}"),
            Lines{"dashboards/d.yml:6:14: tile 'T': no source or model makes the table: "
                  "'raw.vists'\n  hint: did you mean 'raw.visits'?"});
}

/// Returns the mistakes of a page with these filters, as lines of YAML, and one tile of this SQL.
Lines mistakes_of_filters(const std::string& filters, const std::string& tile_sql) {
  return mistakes_in(visits_and("dashboards/d.yml",
                                "title: D\npages:\n  - title: P\n    tiles:\n      - title: T\n"
                                "        sql: " +
                                    tile_sql + "\n        chart: {type: table}\n    filters:\n" +
                                    filters));
}

TEST(Load, FiltersAndTheTilesThatTakeThem) {
  const std::string user = "      - {name: user, values: SELECT user FROM raw.visits}\n";
  const std::string week = "      - {name: week, times: SELECT seen FROM raw.visits, by: week}\n";
  EXPECT_EQ(mistakes_of_filters(
                user + week, "SELECT id FROM raw.visits WHERE user = $user AND seen < $week_end"),
            Lines{});
  EXPECT_EQ(
      mistakes_of_filters(user, "SELECT id FROM raw.visits WHERE user = $usr"),
      Lines{"dashboards/d.yml:6:14: tile 'T': no filter of the page gives the parameter: '$usr'\n  "
            "hint: did you mean 'user'?"});
  EXPECT_EQ(mistakes_of_filters(user, "SELECT id FROM raw.visits"),
            Lines{"dashboards/d.yml:9:16: no tile of the page uses the filter: 'user'\n  hint: "
                  "WHERE $user IS NULL OR user = $user"});
  EXPECT_EQ(mistakes_of_filters(week, "SELECT id FROM raw.visits WHERE seen >= $start"),
            Lines{"dashboards/d.yml:6:14: tile 'T': no filter of the page gives the parameter: "
                  "'$start'\n  hint: one of: run_time, week_end, week_start, vars"});
}

TEST(Load, AFilterIsHeldToItsForm) {
  const auto filter = [](const std::string& text) {
    return mistakes_of_filters("      - " + text + "\n",
                               "SELECT id FROM raw.visits WHERE $f IS NULL");
  };
  EXPECT_EQ(filter("{name: f}"),
            Lines{"dashboards/d.yml:9:16: a filter needs either values or times: 'f'\n  hint: "
                  "values: SELECT DISTINCT country FROM mart.sales ORDER BY 1"});
  EXPECT_EQ(filter("{name: f, values: SELECT 1, by: day}"),
            Lines{"dashboards/d.yml:9:41: only a filter of times has: 'by'"});
  EXPECT_EQ(filter("{name: f, values: 'SELECT 1, 2'}"),
            Lines{"dashboards/d.yml:9:27: filter 'f': one column is wanted, not 2"});
  EXPECT_EQ(filter("{name: f, values: SELECT id FROM raw.vists}"),
            Lines{"dashboards/d.yml:9:27: filter 'f': no source or model makes the table: "
                  "'raw.vists'\n  hint: did you mean 'raw.visits'?"});
  EXPECT_EQ(filter("{name: F, values: SELECT 1}").at(0),
            "dashboards/d.yml:6:14: tile 'T': no filter of the page gives the parameter: '$f'\n  "
            "hint: did you mean 'F'?");
  EXPECT_EQ(filter("{name: f, values: SELECT 1}\n      - {name: f, values: SELECT 2}"),
            Lines{"dashboards/d.yml:10:16: the name of the filter is taken: '$f'"});
}

TEST(Load, AFilterOfTimesIsHeldToItsRanges) {
  const auto filter = [](const std::string& text) {
    return mistakes_of_filters("      - {name: f, times: " + text + "}\n",
                               "SELECT id FROM raw.visits WHERE seen < $f_end");
  };
  EXPECT_EQ(filter("SELECT seen FROM raw.visits, last: [7d, 2w], by: month"), Lines{});
  EXPECT_EQ(filter("SELECT seen FROM raw.visits"),
            Lines{"dashboards/d.yml:9:16: the filter does not say which ranges: 'f'\n  hint: by: "
                  "month, or last: [7d, 30d], or both"});
  EXPECT_EQ(filter("SELECT id FROM raw.visits, by: day"),
            Lines{"dashboards/d.yml:9:26: filter 'f': dates or timestamps are wanted, not BIGINT"});
  EXPECT_EQ(filter("SELECT seen FROM raw.visits, last: week"),
            Lines{"dashboards/d.yml:9:61: last is no duration: 'week'\n  hint: for example: 24h, "
                  "7d, 4w"});
}

/// Returns mart.m's fingerprint in a project with these settings and this SQL.
std::string fingerprint(const std::string& settings, const std::string& sql) {
  ProjectFiles files = visits_and("models/m.sql", model("name: mart.m\n", sql));
  files["tidemill.yml"] = settings;
  return asset_of(load_for_test(files), "mart.m").fingerprint;
}

TEST(Fingerprints, CoverTheVariablesThatAreUsedAndNoOthers) {
  const std::string sql = "SELECT id FROM raw.visits WHERE id > $vars.least";
  const std::string before = fingerprint("name: test\nvars: {least: 1, other: 1}\n", sql);
  EXPECT_EQ(before, fingerprint("name: test\nvars: {least: 1, other: 2}\n", sql));
  EXPECT_NE(before, fingerprint("name: test\nvars: {least: 2, other: 1}\n", sql));
  EXPECT_EQ(before,
            fingerprint("name: other\nvars: {least: 1, other: 1}\n", sql + " -- a comment"));
}

TEST(Fingerprints, CoverAContractButNotItsDescriptionsAndChecks) {
  const auto of = [](const std::string& text) {
    return asset_of(load_for_test({{"sources/visits.yml", text}}), "raw.visits").fingerprint;
  };
  const std::string before = of(kVisits);
  EXPECT_EQ(before, of(replace_all(kVisits, "type: timestamp}",
                                   "type: timestamp, description: when, checks: [not_null]}")));
  EXPECT_EQ(before, of(replace_all(kVisits, "data/", "elsewhere/"))) << "files may move";
  EXPECT_NE(before, of(replace_all(kVisits, "actor.id", "actor.name")));
  EXPECT_NE(before, of(replace_all(kVisits, ", required: true", "")));
  EXPECT_NE(before, of(replace_all(kVisits, "contract:\n", "contract:\n  bad_rows: fail\n")));
}

}  // namespace
}  // namespace tidemill
