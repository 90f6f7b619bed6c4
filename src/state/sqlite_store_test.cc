#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/text.h"
#include "state/sqlite_database.h"
#include "state/store.h"

namespace tidemill {
namespace {

Instant at(const std::string& text) { return parse_time(text).value(); }

Interval hour(const std::string& start) { return {at(start), at(start) + std::chrono::hours(1)}; }

class SqliteStoreTest : public testing::Test {
 protected:
  SqliteStoreTest() { std::filesystem::create_directories(folder_); }
  ~SqliteStoreTest() override {
    store_.reset();
    std::filesystem::remove_all(folder_);
  }

  StateStore& store() {
    if (store_ == nullptr) store_ = open_sqlite_store(path());
    return *store_;
  }
  /// Closes the store and opens it again, as the next process does.
  StateStore& reopened() {
    store_.reset();
    return store();
  }
  std::string path() const { return folder_ / "state.db"; }

 private:
  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) / ("tidemill_state_" + random_id());
  std::unique_ptr<StateStore> store_;
};

Built built_hour(const std::string& start, int64_t version) {
  return {.interval = hour(start),
          .version = version,
          .fingerprint = "1:abc",
          .inputs = {{"a 'file'.json", "tag ü"}, {"b.json", ""}},
          .run = "run",
          .time = at("2024-03-02T00:00:00.000001"),
          .rows = 7,
          .rejected = 2};
}

Reconciled commit_of(const Built& built) {
  Reconciled reconciled{.asset = "raw.a", .version = built.version};
  reconciled.built[built.interval] = built;
  reconciled.touches = {
      {.version = built.version, .ranges = {{"at", built.interval.value_or(hour("2000-01-01"))}}}};
  return reconciled;
}

TEST_F(SqliteStoreTest, NothingIsKnownAtFirst) {
  EXPECT_EQ(store().runs(10).size(), 0);
  EXPECT_EQ(store().attempts("none").size(), 0);
  EXPECT_EQ(store().running_attempts().size(), 0);
  EXPECT_EQ(store().reconciled_version("raw.a"), -1);
  const AssetProgress progress = store().progress("raw.a");
  EXPECT_TRUE(progress.built.empty() && progress.touches.empty() && !progress.last_duration);
}

TEST_F(SqliteStoreTest, RunsComeNewestFirst) {
  for (const char* day : {"01", "03", "02"}) {
    store().begin_run({.id = day,
                       .command = "run",
                       .started = at(std::string("2024-03-") + day),
                       .status = "running"});
  }
  store().end_run("03", "done", at("2024-03-04"));
  const auto runs = reopened().runs(2);
  ASSERT_EQ(runs.size(), 2);
  EXPECT_EQ(runs[0].id, "03");
  EXPECT_EQ(runs[0].status, "done");
  EXPECT_EQ(runs[0].ended, at("2024-03-04"));
  EXPECT_EQ(runs[1].id, "02");
  EXPECT_EQ(runs[1].ended, std::nullopt);
}

TEST_F(SqliteStoreTest, AnAttemptKeepsAllThatIsSaidOfIt) {
  AttemptRecord attempt{.id = "x",
                        .run = "r",
                        .asset = "raw.a",
                        .interval = hour("2024-03-01T10"),
                        .number = 2,
                        .started = at("2024-03-02"),
                        .status = "running",
                        .folder = "raw/a/x"};
  store().begin_attempt(attempt);
  EXPECT_EQ(store().running_attempts().size(), 1);
  attempt.ended = at("2024-03-02T00:00:05");
  attempt.status = "failed";
  attempt.rows = 1;
  attempt.rejected = 2;
  attempt.bytes = 3;
  attempt.error = "it's \"wrong\"\nü";
  store().end_attempt(attempt);
  const auto attempts = reopened().attempts("r");
  ASSERT_EQ(attempts.size(), 1);
  const AttemptRecord& read = attempts[0];
  EXPECT_EQ(read.interval, attempt.interval);
  EXPECT_EQ(read.number, 2);
  EXPECT_EQ(read.ended, attempt.ended);
  EXPECT_EQ(read.status, "failed");
  EXPECT_EQ(read.rows, 1);
  EXPECT_EQ(read.rejected, 2);
  EXPECT_EQ(read.bytes, 3);
  EXPECT_EQ(read.folder, "raw/a/x");
  EXPECT_EQ(read.error, attempt.error);
  EXPECT_EQ(store().running_attempts().size(), 0);
}

TEST_F(SqliteStoreTest, BuryingMarksWhatStillRanAndNothingElse) {
  store().begin_run({.id = "died", .started = at("2024-03-01"), .status = "running"});
  store().begin_run({.id = "done", .started = at("2024-03-02"), .status = "running"});
  store().end_run("done", "done", at("2024-03-02"));
  store().begin_attempt({.id = "x",
                         .run = "died",
                         .asset = "raw.a",
                         .started = at("2024-03-01"),
                         .status = "running"});
  store().bury(at("2024-03-03"));
  store().bury(at("2024-03-09"));
  EXPECT_EQ(store().running_attempts().size(), 0);
  EXPECT_EQ(store().attempts("died").at(0).status, "died");
  EXPECT_EQ(store().attempts("died").at(0).interval, std::nullopt);
  const auto runs = store().runs(10);
  EXPECT_EQ(runs[0].status, "done");
  EXPECT_EQ(runs[1].status, "died");
  EXPECT_EQ(runs[1].ended, at("2024-03-03")) << "the second time changes nothing";
}

TEST_F(SqliteStoreTest, WhatWasBuiltIsReadBack) {
  const Built built = built_hour("2024-03-01T10", 4);
  store().reconcile(commit_of(built));
  EXPECT_EQ(reopened().reconciled_version("raw.a"), 4);
  const AssetProgress progress = store().progress("raw.a");
  ASSERT_EQ(progress.built.size(), 1);
  const Built& read = progress.built.at(built.interval);
  EXPECT_EQ(read.interval, built.interval);
  EXPECT_EQ(read.version, 4);
  EXPECT_EQ(read.fingerprint, "1:abc");
  EXPECT_EQ(read.inputs, built.inputs);
  EXPECT_EQ(read.run, "run");
  EXPECT_EQ(read.time, built.time);
  EXPECT_EQ(read.rows, 7);
  EXPECT_EQ(read.rejected, 2);
  ASSERT_EQ(progress.touches.size(), 1);
  EXPECT_EQ(progress.touches[0].ranges.at("at"), hour("2024-03-01T10"));
  EXPECT_EQ(store().progress("raw.b").built.size(), 0) << "another asset";
}

TEST_F(SqliteStoreTest, TakingTheSameCommitInTwiceIsTakingItInOnce) {
  const Reconciled reconciled = commit_of(built_hour("2024-03-01T10", 4));
  store().reconcile(reconciled);
  store().reconcile(reconciled);
  EXPECT_EQ(store().progress("raw.a").built.size(), 1);
  EXPECT_EQ(store().progress("raw.a").touches.size(), 1);
}

TEST_F(SqliteStoreTest, ALaterBuildReplacesAnIntervalsEntryAndKeepsTheOldTouch) {
  store().reconcile(commit_of(built_hour("2024-03-01T10", 4)));
  store().reconcile(commit_of(built_hour("2024-03-01T11", 5)));
  store().reconcile(commit_of(built_hour("2024-03-01T10", 6)));
  const AssetProgress progress = store().progress("raw.a");
  EXPECT_EQ(progress.built.size(), 2);
  EXPECT_EQ(progress.built.at(hour("2024-03-01T10")).version, 6);
  EXPECT_EQ(progress.touches.size(), 3);
}

TEST_F(SqliteStoreTest, AnIntervalWhoseRowsWereRemovedIsForgotten) {
  store().reconcile(commit_of(built_hour("2024-03-01T10", 4)));
  Reconciled overwrite{.asset = "raw.a", .version = 5};
  overwrite.built[hour("2024-03-01T10")] = std::nullopt;
  overwrite.touches = {{.version = 5}};
  store().reconcile(overwrite);
  const AssetProgress progress = store().progress("raw.a");
  EXPECT_EQ(progress.built.size(), 0);
  ASSERT_EQ(progress.touches.size(), 2);
  EXPECT_TRUE(progress.touches[1].ranges.empty()) << "no one knows when its rows lie";
}

TEST_F(SqliteStoreTest, ATableThatWasMadeAnewStartsFromNothing) {
  store().reconcile(commit_of(built_hour("2024-03-01T10", 4)));
  Reconciled anew = commit_of(built_hour("2024-03-01T11", 0));
  anew.forget_first = true;
  store().reconcile(anew);
  const AssetProgress progress = store().progress("raw.a");
  EXPECT_EQ(store().reconciled_version("raw.a"), 0);
  EXPECT_EQ(progress.built.size(), 1);
  EXPECT_EQ(progress.touches.size(), 1);
  EXPECT_TRUE(progress.built.contains(hour("2024-03-01T11")));
}

TEST_F(SqliteStoreTest, AViewsBuildIsNotedWithoutACommit) {
  store().record_built("mart.view", {.fingerprint = "1:a"});
  store().record_built("mart.view", {.fingerprint = "1:b"});
  const AssetProgress progress = store().progress("mart.view");
  ASSERT_EQ(progress.built.size(), 1);
  EXPECT_EQ(progress.built.at(std::nullopt).fingerprint, "1:b");
  EXPECT_EQ(progress.built.at(std::nullopt).version, -1);
}

TEST_F(SqliteStoreTest, TheLastDurationIsOfTheNewestAttemptThatWasDone) {
  const auto attempt = [&](const std::string& id, const std::string& started, int64_t seconds,
                           const std::string& status) {
    AttemptRecord record{
        .id = id, .run = "r", .asset = "raw.a", .started = at(started), .status = "running"};
    store().begin_attempt(record);
    record.ended = at(started) + std::chrono::seconds(seconds);
    record.status = status;
    store().end_attempt(record);
  };
  attempt("b", "2024-03-02", 20, "done");
  attempt("a", "2024-03-01", 10, "done");
  attempt("c", "2024-03-03", 30, "failed");
  EXPECT_EQ(store().progress("raw.a").last_duration, std::chrono::seconds(20));
}

TEST_F(SqliteStoreTest, TwoStoresOnOneFileSeeEachOther) {
  const auto other = open_sqlite_store(path());
  store().begin_run({.id = "a", .started = at("2024-03-01"), .status = "running"});
  other->begin_run({.id = "b", .started = at("2024-03-02"), .status = "running"});
  EXPECT_EQ(store().runs(10).size(), 2);
  EXPECT_EQ(other->runs(10).size(), 2);
}

TEST_F(SqliteStoreTest, ADamagedFileIsAUsersErrorThatSaysWhatToDo) {
  std::ofstream(path()) << std::string(8192, 'x');
  try {
    store();
    ADD_FAILURE() << "opened";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::kUser);
    EXPECT_TRUE(error.message().ends_with(quote(path()))) << error.message();
    EXPECT_FALSE(error.hint().empty());
  }
}

TEST_F(SqliteStoreTest, ADamagedRowIsOneToo) {
  store().reconcile(commit_of(built_hour("2024-03-01T10", 4)));
  SqliteDatabase(path()).execute("UPDATE built SET inputs = '{' || inputs");
  try {
    reopened().progress("raw.a");
    ADD_FAILURE() << "read";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::kUser);
    EXPECT_TRUE(error.message().ends_with(quote(path()))) << error.message();
    EXPECT_FALSE(error.hint().empty());
  }
}

TEST_F(SqliteStoreTest, AFolderThatIsMissingIsAUsersError) {
  EXPECT_THROW(open_sqlite_store(path() + "/none/state.db"), Error);
}

}  // namespace
}  // namespace tidemill
