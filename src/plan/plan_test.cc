// What incremental builds promise: for a project and what is known of its lake, which tasks are due
// and why.
#include "plan/plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "project/project_for_test.h"

namespace tidemill {
namespace {

using std::chrono::hours;
using Lines = std::vector<std::string>;

Instant at(const std::string& text) { return parse_time(text).value(); }

Interval hour(const std::string& start) { return {at(start), at(start) + hours(1)}; }

Interval range(const std::string& start, const std::string& end) { return {at(start), at(end)}; }

constexpr const char* kVisits = R"(name: raw.visits
connector: files
path: "data/{start:%Y-%m-%d-%H}.ndjson"
format: ndjson
interval: hour
start: 2024-03-01
ready_after: 10m
give_up_after: 2d
recheck: 3d
contract:
  columns:
    - {name: seen, type: timestamp}
    - {name: page, type: varchar}
)";

constexpr const char* kPages = R"(name: raw.pages
connector: files
path: pages.ndjson
format: ndjson
contract:
  columns:
    - {name: page, type: varchar}
    - {name: since, type: timestamp}
)";

constexpr const char* kDaily = R"(/* tidemill
name: mart.daily
strategy: interval
interval: day
time_column: day
*/
SELECT date_trunc('day', seen) AS day, page, count(*) AS visits
FROM raw.visits
WHERE seen >= $start AND seen < $end
GROUP BY 1, 2
)";

constexpr const char* kTop = R"(/* tidemill
name: mart.top
*/
SELECT page, sum(visits) AS visits FROM mart.daily GROUP BY 1
)";

const ProjectFiles& three_assets() {
  static const ProjectFiles files = {
      {"sources/visits.yml", kVisits}, {"models/daily.sql", kDaily}, {"models/top.sql", kTop}};
  return files;
}

ProjectFiles with(ProjectFiles files, const std::string& path, const std::string& text) {
  files[path] = text;
  return files;
}

/// A project, what is known of its lake and sources, and a runner that only takes notes.
class World {
 public:
  explicit World(const ProjectFiles& files) {
    edit(files);
    request.now = at("2024-03-10");
  }

  /// Reads the project anew: someone edited it.
  void edit(const ProjectFiles& files) {
    LoadedProject loaded = load_for_test(files);
    for (const Error& mistake : loaded.mistakes) ADD_FAILURE() << mistake.text();
    project = std::move(loaded.project);
    request.selected.assign(project.assets.size(), true);
    for (const Asset& asset : project.assets) progress.assets[asset.name];
  }

  size_t index(const std::string& asset) const { return project.find(asset).value(); }

  /// Lets a source's connector say what an interval holds; an empty `content`: nothing.
  void list(const std::string& source, const std::optional<Interval>& interval,
            const std::string& content) {
    std::vector<Listing>& listings = progress.listings[source];
    std::erase_if(listings, [&](const Listing& listing) { return listing.interval == interval; });
    Listing listing{.interval = interval};
    if (!content.empty())
      listing = {interval, {{"a file", content}}, static_cast<int64_t>(content.size())};
    listings.push_back(std::move(listing));
    std::sort(listings.begin(), listings.end(),
              [](const Listing& a, const Listing& b) { return a.interval < b.interval; });
  }
  void list_visits(const std::string& start, const std::string& content) {
    list("raw.visits", hour(start), content);
  }

  Plan plan() const { return make_plan(project, progress, request); }

  /// Returns the plan's tasks: `asset interval: reason (detail), after the indices of what it
  /// needs`.
  Lines tasks() const {
    Lines lines;
    for (const Task& task : plan().tasks) {
      std::string line = label(task.asset, task.interval) + ": " + reason_text(task.reason);
      if (!task.detail.empty()) line += " (" + task.detail + ")";
      for (const size_t need : task.needs)
        line += (need == task.needs.front() ? ", after " : " ") + std::to_string(need);
      lines.push_back(line);
    }
    return lines;
  }

  /// Returns what the plan waits for: `asset interval: state until time`.
  Lines waiting() const {
    const std::map<Waiting::State, std::string> states = {{Waiting::State::kNotReady, "not ready"},
                                                          {Waiting::State::kAbsent, "absent"},
                                                          {Waiting::State::kMissing, "missing"},
                                                          {Waiting::State::kSkipped, "skipped"}};
    Lines lines;
    for (const Waiting& one : plan().waiting) {
      lines.push_back(label(one.asset, one.interval) + ": " + states.at(one.state) + " until " +
                      format_time(one.until));
    }
    return lines;
  }

  /// Does the plan's tasks as a runner does, and those of the plans that follow until nothing is
  /// due.
  void run() {
    for (int round = 0; round < 5; ++round) {
      const Plan due = plan();
      if (due.tasks.empty()) return;
      for (const Task& task : due.tasks) build(task);
    }
    ADD_FAILURE() << "building does not come to an end: " << join(tasks(), "; ");
  }

  /// Does the first task of the plan alone, as a process that is killed after it.
  void run_one() { build(plan().tasks.at(0)); }

  Project project;
  Progress progress;
  PlanRequest request;
  /// The time column's range of the rows that an interval's next build will write, where it is not
  /// the interval.
  std::map<std::pair<std::string, std::optional<Interval>>, Interval> rows_in;

 private:
  std::string label(size_t asset, const std::optional<Interval>& interval) const {
    return project.assets[asset].name + (interval ? " " + interval->label() : "");
  }

  void build(const Task& task) {
    const Asset& asset = project.assets[task.asset];
    if (!asset.is_source() && !request.full_refresh &&
        !staleness(project, task.asset, task.interval, progress))
      return;
    AssetProgress& own = progress.assets[asset.name];
    Built built{.interval = task.interval, .fingerprint = asset.fingerprint};
    built.inputs = asset.is_source()
                       ? contents(asset.name, task.interval)
                       : input_versions(project, task.asset, task.interval, progress, false);
    if (!asset.is_view()) {
      built.version = static_cast<int64_t>(own.touches.size());
      own.touches.push_back({.version = built.version, .ranges = ranges(asset, task.interval)});
    }
    own.built[task.interval] = std::move(built);
  }

  InputVersions contents(const std::string& source, const std::optional<Interval>& interval) {
    for (const Listing& listing : progress.listings[source]) {
      if (listing.interval == interval) return listing.contents;
    }
    return {};
  }

  std::map<std::string, Interval> ranges(const Asset& asset,
                                         const std::optional<Interval>& interval) const {
    const auto own = rows_in.find({asset.name, interval});
    const std::optional<Interval> rows = own != rows_in.end() ? own->second : interval;
    std::map<std::string, Interval> ranges;
    for (const Column& column : asset.schema) {
      if (rows && column.type.id == Type::Id::kTimestamp) ranges.emplace(lower(column.name), *rows);
    }
    return ranges;
  }
};

TEST(Plan, NothingIsThereYet) {
  const World world(three_assets());
  EXPECT_EQ(world.tasks(), Lines{});
  EXPECT_EQ(world.plan().fresh, std::vector<size_t>{});
  EXPECT_EQ(world.plan().without_input,
            (std::vector<size_t>{world.index("mart.daily"), world.index("mart.top")}));
}

TEST(Plan, WhatWasNeverBuiltIsBuiltWithAllThatReadsIt) {
  World world(three_assets());
  world.list_visits("2024-03-01T10", "a");
  world.list_visits("2024-03-01T11", "b");
  EXPECT_EQ(
      world.tasks(),
      (Lines{"raw.visits 2024-03-01T10: never built", "raw.visits 2024-03-01T11: never built",
             "mart.daily 2024-03-01: never built, after 0 1", "mart.top: never built, after 2"}));
}

TEST(Plan, AfterARunThereIsNothingToDo) {
  World world(three_assets());
  world.list_visits("2024-03-01T10", "a");
  world.run();
  EXPECT_EQ(world.tasks(), Lines{});
  EXPECT_EQ(world.plan().fresh, (std::vector<size_t>{0, 1, 2}));
  EXPECT_EQ(world.plan().without_input, std::vector<size_t>{});
}

TEST(Plan, AChangedFileRebuildsOnlyItsDay) {
  World world(three_assets());
  for (const char* start : {"2024-03-01T10", "2024-03-02T10", "2024-03-03T10"})
    world.list_visits(start, "a");
  world.run();
  world.list_visits("2024-03-02T10", "changed");
  EXPECT_EQ(world.tasks(), (Lines{"raw.visits 2024-03-02T10: new input",
                                  "mart.daily 2024-03-02: upstream changed (raw.visits), after 0",
                                  "mart.top: upstream changed (mart.daily), after 1"}));
  world.run();
  EXPECT_EQ(world.tasks(), Lines{});
}

TEST(Plan, ANewHourOfABuiltDayRebuildsTheDay) {
  World world(three_assets());
  world.list_visits("2024-03-01T10", "a");
  world.run();
  world.list_visits("2024-03-01T11", "b");
  EXPECT_EQ(world.tasks(), (Lines{"raw.visits 2024-03-01T11: never built",
                                  "mart.daily 2024-03-01: upstream changed (raw.visits), after 0",
                                  "mart.top: upstream changed (mart.daily), after 1"}));
}

TEST(Plan, ARunKilledBetweenTwoTasksGoesOnWhereItWas) {
  World world(three_assets());
  world.list_visits("2024-03-01T10", "a");
  world.run();
  world.list_visits("2024-03-01T10", "changed");
  world.run_one();
  EXPECT_EQ(world.tasks(),
            (Lines{"mart.daily 2024-03-01: upstream changed (raw.visits is at version 1)",
                   "mart.top: upstream changed (mart.daily), after 0"}));
}

TEST(Plan, RowsOutsideTheirFilesHourDecideWhichDaysAreBuilt) {
  World world(three_assets());
  world.list_visits("2024-03-01T23", "with a row of the next day");
  world.rows_in[{"raw.visits", hour("2024-03-01T23")}] =
      range("2024-03-01T23:10", "2024-03-02T00:20");
  world.run_one();
  EXPECT_EQ(world.tasks(),
            (Lines{"mart.daily 2024-03-01: never built", "mart.daily 2024-03-02: never built",
                   "mart.top: never built, after 0 1"}));
}

TEST(Plan, AFileWithoutRowsOfItsOwnDayDoesNotMakeThatDayStale) {
  World world(three_assets());
  world.list_visits("2024-03-01T10", "a");
  world.list_visits("2024-03-02T10", "b");
  world.run();
  world.list_visits("2024-03-01T11", "rows of the second only");
  world.rows_in[{"raw.visits", hour("2024-03-01T11")}] = hour("2024-03-02T11");
  world.run_one();
  EXPECT_EQ(world.tasks(),
            (Lines{"mart.daily 2024-03-02: upstream changed (raw.visits is at version 2)",
                   "mart.top: upstream changed (mart.daily), after 0"}));
}

TEST(Plan, ACommitWithUnknownTimesMakesEveryDayStale) {
  World world(three_assets());
  world.list_visits("2024-03-01T10", "a");
  world.list_visits("2024-03-02T10", "b");
  world.run();
  world.progress.assets["raw.visits"].touches.push_back({.version = 9});
  EXPECT_EQ(world.tasks(),
            (Lines{"mart.daily 2024-03-01: upstream changed (raw.visits is at version 9)",
                   "mart.daily 2024-03-02: upstream changed (raw.visits is at version 9)",
                   "mart.top: upstream changed (mart.daily), after 0 1"}));
}

TEST(Plan, AModelThatReadsBeyondItsIntervalBecomesStaleByAnyChange) {
  World world(with(three_assets(), "models/daily.sql", R"(/* tidemill
name: mart.daily
strategy: interval
interval: day
time_column: day
*/
SELECT date_trunc('day', $start) AS day, page, count(*) AS visits
FROM raw.visits
WHERE seen >= $start - INTERVAL 6 DAY AND seen < $end
GROUP BY 1, 2
)"));
  world.list_visits("2024-03-01T10", "a");
  world.list_visits("2024-03-02T10", "b");
  EXPECT_EQ(
      world.tasks(),
      (Lines{"raw.visits 2024-03-01T10: never built", "raw.visits 2024-03-02T10: never built",
             "mart.daily 2024-03-01: never built, after 0 1",
             "mart.daily 2024-03-02: never built, after 0 1", "mart.top: never built, after 2 3"}));
  world.run();
  world.list_visits("2024-03-02T10", "changed");
  EXPECT_EQ(world.tasks(), (Lines{"raw.visits 2024-03-02T10: new input",
                                  "mart.daily 2024-03-01: upstream changed (raw.visits), after 0",
                                  "mart.daily 2024-03-02: upstream changed (raw.visits), after 0",
                                  "mart.top: upstream changed (mart.daily), after 1 2"}));
}

TEST(Plan, AnInputThatDoesNotRebuildIsReadButMakesNothingStale) {
  const std::string daily = R"(/* tidemill
name: mart.daily
strategy: interval
interval: day
time_column: day
inputs: {raw.pages: {rebuild: false}}
*/
SELECT date_trunc('day', v.seen) AS day, v.page, count(*) AS visits
FROM raw.visits AS v JOIN raw.pages AS p ON v.page = p.page
WHERE v.seen >= $start AND v.seen < $end
GROUP BY 1, 2
)";
  World world(with(with(three_assets(), "sources/pages.yml", kPages), "models/daily.sql", daily));
  world.list("raw.pages", std::nullopt, "p");
  world.list_visits("2024-03-01T10", "a");
  EXPECT_EQ(world.tasks(), (Lines{"raw.pages: never built", "raw.visits 2024-03-01T10: never built",
                                  "mart.daily 2024-03-01: never built, after 1 0",
                                  "mart.top: never built, after 2"}));
  world.run();
  const InputVersions& read = world.progress.assets["mart.daily"].built.begin()->second.inputs;
  EXPECT_EQ(read, (InputVersions{{"raw.pages", "0@0"}, {"raw.visits", "0@0"}}));
  world.list("raw.pages", std::nullopt, "changed");
  EXPECT_EQ(world.tasks(), Lines{"raw.pages: new input"});
  world.run();
  EXPECT_EQ(world.tasks(), Lines{});
}

TEST(Plan, AModelWhoseOnlyInputDoesNotRebuildIsBuiltOnce) {
  World world(ProjectFiles{{"sources/pages.yml", kPages}, {"models/names.sql", R"(/* tidemill
name: mart.names
inputs: {raw.pages: {rebuild: false}}
*/
SELECT page FROM raw.pages
)"}});
  EXPECT_EQ(world.tasks(), Lines{});
  world.list("raw.pages", std::nullopt, "p");
  EXPECT_EQ(world.tasks(), (Lines{"raw.pages: never built", "mart.names: never built, after 0"}));
  world.run();
  world.list("raw.pages", std::nullopt, "changed");
  EXPECT_EQ(world.tasks(), Lines{"raw.pages: new input"});
}

TEST(Plan, ChangedMeaningRebuildsAModelAndWhatReadsIt) {
  World world(three_assets());
  world.list_visits("2024-03-01T10", "a");
  world.list_visits("2024-03-02T10", "b");
  world.run();
  world.edit(with(three_assets(), "models/daily.sql",
                  replace_all(kDaily, "count(*)", "count(DISTINCT seen)")));
  EXPECT_EQ(world.tasks(),
            (Lines{"mart.daily 2024-03-01: code changed", "mart.daily 2024-03-02: code changed",
                   "mart.top: upstream changed (mart.daily), after 0 1"}));
}

TEST(Plan, ChangedCommentsAndFormattingRebuildNothing) {
  World world(three_assets());
  world.list_visits("2024-03-01T10", "a");
  world.run();
  std::string daily =
      replace_all(kDaily, "FROM raw.visits", "-- those who came\n  from RAW.Visits");
  daily = replace_all(daily, "time_column: day", "time_column: day\ndescription: visits of a day");
  world.edit(with(three_assets(), "models/daily.sql", daily));
  EXPECT_EQ(world.tasks(), Lines{});
}

TEST(Plan, AChangedContractReadsTheFilesAgain) {
  World world(three_assets());
  world.list_visits("2024-03-01T10", "a");
  world.run();
  world.edit(with(three_assets(), "sources/visits.yml",
                  std::string(kVisits) + "    - {name: user, type: bigint}\n"));
  EXPECT_EQ(world.tasks(), (Lines{"raw.visits 2024-03-01T10: code changed",
                                  "mart.daily 2024-03-01: upstream changed (raw.visits), after 0",
                                  "mart.top: upstream changed (mart.daily), after 1"}));
}

TEST(Plan, FullRefreshBuildsAllThatIsSelectedAgain) {
  World world(three_assets());
  world.list_visits("2024-03-01T10", "a");
  world.run();
  world.request.full_refresh = true;
  EXPECT_EQ(world.tasks(), (Lines{"raw.visits 2024-03-01T10: full refresh",
                                  "mart.daily 2024-03-01: upstream changed (raw.visits), after 0",
                                  "mart.top: upstream changed (mart.daily), after 1"}));
  world.request.selected = {false, true, false};
  EXPECT_EQ(world.tasks(), Lines{"mart.daily 2024-03-01: full refresh"});
}

TEST(Plan, OnlyWhatIsSelectedIsPlanned) {
  World world(three_assets());
  world.list_visits("2024-03-01T10", "a");
  world.run();
  world.list_visits("2024-03-01T10", "changed");
  world.request.selected = {true, false, true};
  EXPECT_EQ(world.tasks(), Lines{"raw.visits 2024-03-01T10: new input"});
  EXPECT_EQ(world.plan().fresh, std::vector<size_t>{world.index("mart.top")});
}

TEST(Plan, ARangeIsAboutTheDaysThatItOverlaps) {
  World world(three_assets());
  for (const char* start : {"2024-03-01T10", "2024-03-02T10", "2024-03-03T10"})
    world.list_visits(start, "a");
  world.run();
  for (const char* start : {"2024-03-01T10", "2024-03-02T10", "2024-03-03T10"})
    world.list_visits(start, "changed");
  while (world.tasks().front().starts_with("raw.visits")) world.run_one();
  world.request.range = range("2024-03-02T05", "2024-03-02T06");
  EXPECT_EQ(world.tasks(),
            (Lines{"mart.daily 2024-03-02: upstream changed (raw.visits is at version 4)",
                   "mart.top: upstream changed (mart.daily), after 0"}));
  world.request.range = range("2024-03-02", "2024-03-03");
  EXPECT_EQ(world.tasks().size(), 2) << "the end is not part of a range";
}

TEST(Plan, AWeekIsBuiltFromMondayToMonday) {
  World world(with(three_assets(), "models/daily.sql",
                   replace_all(kDaily, "interval: day", "interval: week")));
  world.list_visits("2024-03-03T23", "Sunday");
  world.list_visits("2024-03-04T00", "Monday");
  EXPECT_EQ(world.tasks(),
            (Lines{"raw.visits 2024-03-03T23: never built", "raw.visits 2024-03-04T00: never built",
                   "mart.daily 2024-02-26T00:00:00Z to 2024-03-04T00:00:00Z: never built, after 0",
                   "mart.daily 2024-03-04T00:00:00Z to 2024-03-11T00:00:00Z: never built, after 1",
                   "mart.top: never built, after 2 3"}));
}

TEST(Plan, AMonthHasItsOwnLength) {
  World world(with(three_assets(), "models/daily.sql",
                   replace_all(kDaily, "interval: day", "interval: month")));
  world.list_visits("2024-03-31T23", "a");
  world.list_visits("2024-04-01T00", "b");
  world.run();
  world.list_visits("2024-03-31T23", "changed");
  world.request.range = range("2024-03-31", "2024-04-01");
  EXPECT_EQ(world.tasks(), (Lines{"raw.visits 2024-03-31T23: new input",
                                  "mart.daily 2024-03: upstream changed (raw.visits), after 0",
                                  "mart.top: upstream changed (mart.daily), after 1"}));
}

TEST(Plan, AnotherWidthOfIntervalsBuildsTheNewOnesOnly) {
  World world(three_assets());
  world.list_visits("2024-03-01T10", "a");
  world.list_visits("2024-03-02T10", "b");
  world.run();
  world.edit(with(three_assets(), "models/daily.sql",
                  replace_all(kDaily, "interval: day", "interval: month")));
  EXPECT_EQ(world.tasks(), (Lines{"mart.daily 2024-03: never built",
                                  "mart.top: upstream changed (mart.daily), after 0"}));
}

TEST(Plan, ATableThatIsNowBuiltByIntervalsIsNotBuiltWhole) {
  const std::string table = R"(/* tidemill
name: mart.daily
*/
SELECT date_trunc('day', seen) AS day, page, count(*) AS visits FROM raw.visits GROUP BY 1, 2
)";
  World world(with(three_assets(), "models/daily.sql", table));
  world.list_visits("2024-03-01T10", "a");
  world.run();
  world.edit(three_assets());
  EXPECT_EQ(world.tasks(), (Lines{"mart.daily 2024-03-01: never built",
                                  "mart.top: upstream changed (mart.daily), after 0"}));
}

TEST(Plan, AViewIsPassedThrough) {
  const std::string view =
      "/* tidemill\nname: mart.seen\nstrategy: view\n*/\nSELECT page FROM raw.visits WHERE page <> "
      "''\n";
  const std::string top =
      "/* tidemill\nname: mart.top\n*/\nSELECT page, count(*) AS visits FROM mart.seen GROUP BY "
      "1\n";
  const ProjectFiles files = {
      {"sources/visits.yml", kVisits}, {"models/seen.sql", view}, {"models/top.sql", top}};
  World world(files);
  world.list_visits("2024-03-01T10", "a");
  EXPECT_EQ(world.tasks(),
            (Lines{"raw.visits 2024-03-01T10: never built", "mart.top: never built, after 0"}));
  world.run();
  EXPECT_EQ(world.tasks(), Lines{});
  world.list_visits("2024-03-01T10", "changed");
  EXPECT_EQ(world.tasks(), (Lines{"raw.visits 2024-03-01T10: new input",
                                  "mart.top: upstream changed (raw.visits), after 0"}));
  world.run();
  world.edit(with(files, "models/seen.sql", replace_all(view, "<> ''", "<> '/'")));
  EXPECT_EQ(world.tasks(), Lines{"mart.top: code changed"});
}

TEST(Plan, AnIntervalModelOverAViewIsBuiltForTheIntervalsOfWhatTheViewReads) {
  const std::string view =
      "/* tidemill\nname: mart.seen\nstrategy: view\n*/\nSELECT * FROM raw.visits WHERE page <> "
      "''\n";
  World world(with(with(three_assets(), "models/seen.sql", view), "models/daily.sql",
                   replace_all(kDaily, "raw.visits", "mart.seen")));
  world.list_visits("2024-03-01T10", "a");
  EXPECT_EQ(world.tasks(), (Lines{"raw.visits 2024-03-01T10: never built",
                                  "mart.daily 2024-03-01: never built, after 0",
                                  "mart.top: never built, after 1"}));
  world.run();
  EXPECT_EQ(world.tasks(), Lines{});
}

TEST(Plan, AViewWithChecksIsATaskOfItsOwn) {
  const std::string view =
      "/* tidemill\nname: mart.seen\nstrategy: view\ncolumns: [{name: page, checks: "
      "[not_null]}]\n*/\nSELECT page FROM raw.visits\n";
  World world(ProjectFiles{{"sources/visits.yml", kVisits}, {"models/seen.sql", view}});
  world.list_visits("2024-03-01T10", "a");
  EXPECT_EQ(world.tasks(),
            (Lines{"raw.visits 2024-03-01T10: never built", "mart.seen: never built, after 0"}));
  world.run();
  EXPECT_EQ(world.tasks(), Lines{});
}

TEST(Plan, ATableReadTwiceIsBoundedOnlyWhereBothUsesAre) {
  const std::string view =
      "/* tidemill\nname: mart.seen\nstrategy: view\n*/\nSELECT DISTINCT page FROM raw.visits\n";
  const std::string daily = replace_all(kDaily, "WHERE", "SEMI JOIN mart.seen USING (page)\nWHERE");
  World world(with(with(three_assets(), "models/seen.sql", view), "models/daily.sql", daily));
  const std::vector<TableInput> inputs = table_inputs(world.project, world.index("mart.daily"));
  ASSERT_EQ(inputs.size(), 1);
  EXPECT_EQ(inputs[0].asset, world.index("raw.visits"));
  EXPECT_EQ(inputs[0].bound, "");
}

TEST(Plan, AnIntervalModelOverATableIsBuiltWhereTheTablesRowsLie) {
  const std::string starts = R"(/* tidemill
name: mart.starts
strategy: interval
interval: day
time_column: day
*/
SELECT date_trunc('day', since) AS day, count(*) AS pages
FROM raw.pages
WHERE since >= $start AND since < $end
GROUP BY 1
)";
  World world(ProjectFiles{{"sources/pages.yml", kPages}, {"models/starts.sql", starts}});
  world.list("raw.pages", std::nullopt, "p");
  world.rows_in[{"raw.pages", std::nullopt}] = range("2024-03-01T10", "2024-03-02T10");
  EXPECT_EQ(world.tasks(), Lines{"raw.pages: never built"})
      << "which days there will be is not known yet";
  world.run_one();
  EXPECT_EQ(world.tasks(),
            (Lines{"mart.starts 2024-03-01: never built", "mart.starts 2024-03-02: never built"}));
  world.run();
  world.list("raw.pages", std::nullopt, "changed");
  EXPECT_EQ(world.tasks(),
            (Lines{"raw.pages: new input",
                   "mart.starts 2024-03-01: upstream changed (raw.pages), after 0",
                   "mart.starts 2024-03-02: upstream changed (raw.pages), after 0"}));
}

TEST(Plan, AModelThatReadsNoTableIsBuiltOnce) {
  World world(
      ProjectFiles{{"models/one.sql", "/* tidemill\nname: mart.one\n*/\nSELECT 1 AS one\n"}});
  EXPECT_EQ(world.tasks(), Lines{"mart.one: never built"});
  world.run();
  EXPECT_EQ(world.tasks(), Lines{});
}

TEST(Plan, ASourceWithoutIntervalsIsReadWhole) {
  World world(ProjectFiles{{"sources/pages.yml", kPages}});
  world.list("raw.pages", std::nullopt, "p");
  EXPECT_EQ(world.tasks(), Lines{"raw.pages: never built"});
  world.run();
  EXPECT_EQ(world.tasks(), Lines{});
  world.list("raw.pages", std::nullopt, "");
  EXPECT_EQ(world.tasks(), Lines{}) << "what was loaded stays when its file is gone";
  EXPECT_EQ(world.waiting(), Lines{});
}

TEST(Plan, WhatABuildReadsIsToldWhereItIsKnown) {
  World world(three_assets());
  world.list_visits("2024-03-01T10", "12345");
  world.list_visits("2024-03-02T10", "1");
  const Task before = world.plan().tasks.at(0);
  EXPECT_EQ(before.files, 1);
  EXPECT_EQ(before.bytes, 5);
  EXPECT_EQ(world.plan().tasks.at(2).files, -1) << "its input is built first";
  while (world.tasks().front().starts_with("raw.visits")) world.run_one();
  std::vector<FileFacts>& files = world.progress.assets["raw.visits"].files;
  files.push_back({.bytes = 100, .rows = 10, .ranges = {{"seen", hour("2024-03-01T10")}}});
  files.push_back({.bytes = 7, .rows = 3, .ranges = {{"seen", hour("2024-03-02T10")}}});
  const Task first = world.plan().tasks.at(0);
  EXPECT_EQ(std::tuple(first.files, first.rows, first.bytes), std::tuple(1, 10, 100));
  files.push_back({.bytes = 50, .rows = -1});
  const Task unsure = world.plan().tasks.at(0);
  EXPECT_EQ(std::tuple(unsure.files, unsure.rows, unsure.bytes), std::tuple(2, -1, 150));
}

TEST(Waiting, AnIntervalOfARangeThatIsTooEarlyIsNotReady) {
  World world(three_assets());
  world.request.now = at("2024-03-01T10:05");
  world.request.range = range("2024-03-01T08", "2024-03-01T11");
  EXPECT_EQ(world.waiting(),
            (Lines{"raw.visits 2024-03-01T09: not ready until 2024-03-01T10:10:00Z",
                   "raw.visits 2024-03-01T10: not ready until 2024-03-01T11:10:00Z"}));
  world.request.range.reset();
  EXPECT_EQ(world.waiting(), Lines{}) << "nobody asked for it";
}

TEST(Waiting, AnAbsentFileMayComeUntilItIsGivenUp) {
  World world(three_assets());
  world.list_visits("2024-03-01T10", "");
  world.request.now = at("2024-03-03T10:59:59");
  EXPECT_EQ(world.waiting(), Lines{"raw.visits 2024-03-01T10: absent until 2024-03-03T11:00:00Z"});
  world.request.now = at("2024-03-03T11:00");
  EXPECT_EQ(world.waiting(), Lines{"raw.visits 2024-03-01T10: missing until 2024-03-03T11:00:00Z"});
  world.edit(with(three_assets(), "sources/visits.yml", std::string("missing: skip\n") + kVisits));
  EXPECT_EQ(world.waiting(), Lines{"raw.visits 2024-03-01T10: skipped until 2024-03-03T11:00:00Z"});
  EXPECT_EQ(world.tasks(), Lines{});
}

TEST(Waiting, AFileThatVanishedAfterItWasLoadedIsNotWaitedFor) {
  World world(three_assets());
  world.list_visits("2024-03-01T10", "a");
  world.run();
  world.list_visits("2024-03-01T10", "");
  EXPECT_EQ(world.waiting(), Lines{});
  EXPECT_EQ(world.tasks(), Lines{});
}

TEST(Waiting, OneAbsentHourHoldsUpOnlyAModelThatWaitsForCompleteDays) {
  World world(three_assets());
  world.request.now = at("2024-03-02T01");
  world.list_visits("2024-03-01T10", "a");
  world.list_visits("2024-03-01T11", "");
  world.list_visits("2024-03-02T00", "b");
  EXPECT_EQ(world.tasks().size(), 5) << "two hours, two days and the top";
  world.edit(with(three_assets(), "models/daily.sql",
                  replace_all(kDaily, "interval: day", "interval: day\nwait_for: complete")));
  const Lines without_the_first_day = {
      "raw.visits 2024-03-01T10: never built", "raw.visits 2024-03-02T00: never built",
      "mart.daily 2024-03-02: never built, after 1", "mart.top: never built, after 2"};
  EXPECT_EQ(world.tasks(), without_the_first_day);
  world.request.now = at("2024-03-05");
  EXPECT_EQ(world.tasks().size(), 5) << "what is given up is not waited for";
}

TEST(Waiting, AModelThatWaitsForAllInputsIsNotBuiltFromSomeThatWereNeverThere) {
  ProjectFiles files =
      with(three_assets(), "sources/pages.yml", std::string("missing: skip\n") + kPages);
  files["models/titles.sql"] = R"(/* tidemill
name: mart.titles
*/
SELECT daily.page FROM mart.daily AS daily JOIN raw.pages AS page ON page.page = daily.page)";
  World world(files);
  world.list_visits("2024-03-01T10", "a");
  world.list("raw.pages", std::nullopt, "");
  EXPECT_EQ(world.tasks().at(2), "mart.titles: never built, after 1");
  files["models/titles.sql"] = replace_all(files["models/titles.sql"], "name: mart.titles",
                                           "name: mart.titles\nwait_for: complete");
  world.edit(files);
  const Lines without_titles = {"raw.visits 2024-03-01T10: never built",
                                "mart.daily 2024-03-01: never built, after 0",
                                "mart.top: never built, after 1"};
  EXPECT_EQ(world.tasks(), without_titles);
  world.list("raw.pages", std::nullopt, "a");
  EXPECT_EQ(world.tasks().at(3), "mart.titles: never built, after 2 0");
}

std::string asked(const World& world, bool always = false) {
  const Asset& source = world.project.assets[world.index("raw.visits")];
  Lines labels;
  for (const Interval& interval :
       intervals_to_ask(source, world.progress.assets.at(source.name), world.request, always)) {
    labels.push_back(interval.label());
  }
  return join(labels, " ");
}

TEST(Asking, AnHourIsAskedForOnceItIsReady) {
  World world(three_assets());
  world.request.now = at("2024-03-01T02:09:59");
  EXPECT_EQ(asked(world), "2024-03-01T00");
  world.request.now = at("2024-03-01T02:10");
  EXPECT_EQ(asked(world), "2024-03-01T00 2024-03-01T01");
}

TEST(Asking, WhatWasLoadedIsAskedForAgainWithinRecheckOnly) {
  World world(three_assets());
  world.request.range = range("2024-03-01T10", "2024-03-01T12");
  world.list_visits("2024-03-01T10", "a");
  world.run();
  world.request.now = at("2024-03-04T10:59:59");
  EXPECT_EQ(asked(world), "2024-03-01T10 2024-03-01T11");
  world.request.now = at("2024-03-04T11:00");
  EXPECT_EQ(asked(world), "2024-03-01T11") << "the other one was never loaded";
  const bool always = true;
  EXPECT_EQ(asked(world, always), "2024-03-01T10 2024-03-01T11");
  world.request.full_refresh = true;
  EXPECT_EQ(asked(world), "2024-03-01T10 2024-03-01T11");
}

TEST(Asking, AChangedContractAsksForWhatWasLoadedLongAgo) {
  World world(three_assets());
  world.request.range = range("2024-03-01T10", "2024-03-01T11");
  world.list_visits("2024-03-01T10", "a");
  world.run();
  world.request.now = at("2025-01-01");
  EXPECT_EQ(asked(world), "");
  world.edit(with(three_assets(), "sources/visits.yml",
                  replace_all(kVisits, "page, type: varchar", "page, type: json")));
  EXPECT_EQ(asked(world), "2024-03-01T10");
}

TEST(Asking, IntervalsLieBetweenStartAndEndAndNow) {
  World world(
      with(three_assets(), "sources/visits.yml", std::string("end: 2024-03-01T03\n") + kVisits));
  const Source& source = world.project.assets[world.index("raw.visits")].source;
  const auto intervals = [&](const std::optional<Interval>& asked_range, const std::string& now) {
    const PlanRequest request{.range = asked_range, .now = at(now)};
    EXPECT_EQ(count_source_intervals(source, request), source_intervals(source, request).size());
    return count_source_intervals(source, request);
  };
  EXPECT_EQ(intervals(std::nullopt, "2024-03-10"), 3);
  EXPECT_EQ(intervals(range("2024-02-29T20", "2024-03-01T02"), "2024-03-10"), 2);
  EXPECT_EQ(intervals(range("2024-03-01T02:30", "2024-03-01T02:31"), "2024-03-10"), 1)
      << "an interval is asked for whole";
  EXPECT_EQ(intervals(range("2024-03-05", "2024-03-06"), "2024-03-10"), 0);
  EXPECT_EQ(intervals(range("2024-02-01", "2024-02-02"), "2024-03-10"), 0);
}

TEST(Asking, ASourceWithoutAnEndGoesUpToNow) {
  World world(three_assets());
  const Source& source = world.project.assets[world.index("raw.visits")].source;
  EXPECT_EQ(count_source_intervals(source, {.now = at("2024-03-01T02:59")}), 2);
  EXPECT_EQ(count_source_intervals(source, {.now = at("2024-02-01")}), 0)
      << "before its start there is nothing";
}

}  // namespace
}  // namespace tidemill
