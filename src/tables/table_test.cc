#include "tables/table.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <thread>
#include <utility>

#include "base/error.h"
#include "duckdb/session.h"
#include "io/file_system.h"

namespace tidemill::tables {
namespace {

constexpr const char* kFolder = "lake/raw/events";

Instant at(const std::string& text) { return parse_time(text).value(); }

Interval hour(const std::string& start) { return {at(start), at(start) + std::chrono::hours(1)}; }

/// Lets someone else in just before a file is put in place.
class InterruptedFileSystem : public MemoryFileSystem {
 public:
  std::function<void()> before_put;
  bool put_if_absent(const std::string& path, const std::string& bytes) override {
    if (const auto interruption = std::exchange(before_put, nullptr)) interruption();
    return MemoryFileSystem::put_if_absent(path, bytes);
  }
};

/// Puts the file in place, then says that it failed: a store whose answer is lost.
class ForgetfulFileSystem : public MemoryFileSystem {
 public:
  bool put_if_absent(const std::string& path, const std::string& bytes) override {
    MemoryFileSystem::put_if_absent(path, bytes);
    throw transient_error("the store does not answer");
  }
};

class TableTest : public testing::Test {
 protected:
  TableTest() : database_({.threads = 1}), connection_(database_.connect()) {}

  Table table() { return {files_, kFolder, *connection_}; }

  static Shape shape() {
    return {.schema = {{"id", {.id = Type::Id::kBigint}}, {"hour", {.id = Type::Id::kTimestamp}}}};
  }

  DataFile file(const std::string& path) {
    files_.write(join_path(kFolder, path), "rows");
    return {.path = path, .size = 4, .records = 1, .stats = R"({"numRecords":1})"};
  }

  Change change(Change::Kind kind, std::vector<DataFile> adds) {
    return {.kind = kind, .adds = std::move(adds), .shape = shape(), .now = at("2026-01-01")};
  }
  Change append(const std::string& path) { return change(Change::Kind::kAppend, {file(path)}); }
  Change replace(const Interval& interval, const std::string& path) {
    Change made = change(Change::Kind::kReplaceInterval, {file(path)});
    made.interval = interval;
    return made;
  }

  std::vector<std::string> paths() {
    std::vector<std::string> found;
    const Snapshot snapshot = table().snapshot().value();
    for (const DataFile& file : snapshot.files) found.push_back(file.path);
    return found;
  }

  std::string message_of(const std::function<void()>& work, Error::Kind kind = Error::Kind::kUser) {
    try {
      work();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), kind) << error.text();
      return error.text();
    }
    return "no error";
  }

  using Paths = std::vector<std::string>;

  InterruptedFileSystem files_;
  duckdb::Database database_;
  std::unique_ptr<duckdb::Connection> connection_;
};

TEST_F(TableTest, NoTableIsNoSnapshot) {
  EXPECT_FALSE(table().snapshot());
  EXPECT_TRUE(table().commits_since(-1).empty());
  EXPECT_TRUE(table().orphans({}).empty());
  EXPECT_EQ(message_of([&] { table().snapshot_at(0); }),
            "there is no table: 'lake/raw/events/_delta_log'");
}

TEST_F(TableTest, TheFirstCommitMakesTheTable) {
  const CommitResult result = table().commit(append("a1/x.parquet"));
  EXPECT_EQ(result.version, 0);
  const Snapshot snapshot = table().snapshot().value();
  EXPECT_EQ(snapshot.shape.schema, shape().schema);
  EXPECT_EQ(snapshot.time, at("2026-01-01"));
  ASSERT_EQ(snapshot.files.size(), 1);
  EXPECT_EQ(snapshot.files[0].records, 1);
  EXPECT_EQ(message_of([&] { table().commit(change(Change::Kind::kCreate, {})); }),
            "the table exists already, in version: 0");
}

TEST_F(TableTest, FilesWithoutACommitAreNotReadAndAreFound) {
  table().commit(append("a1/x.parquet"));
  file("a2/killed.parquet");
  file("a3/at work.parquet");
  files_.write(join_path(kFolder, "_delta_log/.00000000000000000001.json.4f"), "half a com");
  EXPECT_EQ(paths(), Paths{"a1/x.parquet"});
  std::vector<std::string> found;
  const std::vector<std::string> live = {"a3"};
  for (const FileEntry& orphan : table().orphans(live)) found.push_back(orphan.path);
  EXPECT_EQ(found, (Paths{"lake/raw/events/_delta_log/.00000000000000000001.json.4f",
                          "lake/raw/events/a2/killed.parquet"}));
}

TEST_F(TableTest, AFileOfAnEarlierVersionIsNoOrphan) {
  table().commit(append("a1/x.parquet"));
  table().commit(change(Change::Kind::kOverwrite, {file("a2/y.parquet")}));
  EXPECT_EQ(paths(), Paths{"a2/y.parquet"});
  EXPECT_TRUE(table().orphans({}).empty());
  EXPECT_EQ(table().snapshot_at(0).files.at(0).path, "a1/x.parquet");
}

TEST_F(TableTest, AnIntervalIsReplacedWholeAndAlone) {
  table().commit(replace(hour("2026-01-01T00"), "a1/x.parquet"));
  table().commit(replace(hour("2026-01-01T01"), "a2/x.parquet"));
  const CommitResult result = table().commit(replace(hour("2026-01-01T00"), "a3/x.parquet"));
  EXPECT_EQ(result.files_removed, 1);
  EXPECT_EQ(paths(), (Paths{"a2/x.parquet", "a3/x.parquet"}));
  // A day takes both of its hours away.
  table().commit(replace({at("2026-01-01"), at("2026-01-02")}, "a4/x.parquet"));
  EXPECT_EQ(paths(), Paths{"a4/x.parquet"});
}

TEST_F(TableTest, AFileOnlyPartlyInTheIntervalStopsTheCommit) {
  table().commit(replace({at("2026-01-01"), at("2026-01-02")}, "a1/x.parquet"));
  EXPECT_EQ(message_of([&] { table().commit(replace(hour("2026-01-01T05"), "a2/x.parquet")); }),
            "a file of the table was built for '2026-01-01', only a part of which is in interval: "
            "'2026-01-01T05'\n"
            "  hint: rebuild the table: --full-refresh");
}

TEST_F(TableTest, AFileWithoutAnIntervalStaysOnlyIfItsTimesLieOutside) {
  DataFile foreign = file("b.parquet");
  foreign.stats = R"({"numRecords":1,"minValues":{"hour":"2026-01-01T00:00:00.000Z"},)"
                  R"("maxValues":{"hour":"2026-01-01T00:59:59.999Z"}})";
  table().commit(change(Change::Kind::kAppend, {foreign}));
  Change later = replace(hour("2026-01-01T01"), "a1/x.parquet");
  EXPECT_NE(message_of([&] { table().commit(later); }), "no error");
  later.time_column = "hour";
  table().commit(later);
  EXPECT_EQ(paths(), (Paths{"a1/x.parquet", "b.parquet"}));
  Change same = replace(hour("2026-01-01T00"), "a2/x.parquet");
  same.time_column = "hour";
  EXPECT_EQ(message_of([&] { table().commit(same); }),
            "another program wrote a file that may have rows of the interval: 'b.parquet'\n"
            "  hint: rebuild the table: --full-refresh");
}

TEST_F(TableTest, AnIntervalWithoutRowsCommitsItsTransactionAlone) {
  table().commit(replace(hour("2026-01-01T00"), "a1/x.parquet"));
  Change empty = change(Change::Kind::kReplaceInterval, {});
  empty.interval = hour("2026-01-01T01");
  empty.transaction = Transaction{.id = "events 01"};
  EXPECT_EQ(table().commit(empty).version, 1);
  const Commit commit = table().commits_since(0).at(0);
  EXPECT_TRUE(commit.adds.empty());
  EXPECT_FALSE(commit.changes_metadata);
  EXPECT_FALSE(commit.changes_data());
  EXPECT_EQ(commit.transactions, (std::map<std::string, int64_t>{{"events 01", 1}}));
  EXPECT_EQ(commit.provenance.value().interval, empty.interval);
  EXPECT_EQ(paths(), Paths{"a1/x.parquet"});
}

TEST_F(TableTest, ATransactionIsCommittedOnce) {
  Change first = append("a1/x.parquet");
  first.transaction = Transaction{.id = "events 00"};
  Change second = append("a2/x.parquet");
  second.transaction = first.transaction;
  EXPECT_EQ(table().commit(first).outcome, CommitResult::Outcome::kCommitted);
  EXPECT_EQ(table().commit(second).outcome, CommitResult::Outcome::kAlreadyCommitted);
  EXPECT_EQ(paths(), Paths{"a1/x.parquet"});
  second.transaction->seen = table().snapshot()->transactions.at("events 00");
  EXPECT_EQ(table().commit(second).outcome, CommitResult::Outcome::kCommitted);
  EXPECT_EQ(table().snapshot()->transactions.at("events 00"), 2);
}

TEST_F(TableTest, ALostAnswerIsNoSecondCommit) {
  ForgetfulFileSystem forgetful;
  Table there(forgetful, kFolder, *connection_);
  Change change = append("a1/x.parquet");
  change.transaction = Transaction{.id = "events 00"};
  EXPECT_NE(message_of([&] { there.commit(change); }, Error::Kind::kTransient), "no error");
  EXPECT_EQ(there.commit(change).outcome, CommitResult::Outcome::kAlreadyCommitted);
  EXPECT_EQ(there.snapshot()->version, 0);
}

TEST_F(TableTest, WhoLosesTheRaceToTheFirstVersionComesSecond) {
  files_.before_put = [&] { table().commit(append("a2/first.parquet")); };
  EXPECT_EQ(table().commit(append("a1/second.parquet")).version, 1);
  EXPECT_EQ(paths(), (Paths{"a1/second.parquet", "a2/first.parquet"}));
}

TEST_F(TableTest, ALoserWhoseTransactionTheWinnerCommittedAddsNothing) {
  Change change = append("a1/x.parquet");
  change.transaction = Transaction{.id = "events 00"};
  Change other = append("a2/x.parquet");
  other.transaction = change.transaction;
  files_.before_put = [&] { table().commit(other); };
  EXPECT_EQ(table().commit(change).outcome, CommitResult::Outcome::kAlreadyCommitted);
  EXPECT_EQ(paths(), Paths{"a2/x.parquet"});
}

TEST_F(TableTest, ReplacingAnIntervalConflictsWithItsOwnIntervalOnly) {
  table().commit(change(Change::Kind::kCreate, {}));
  Change mine = replace(hour("2026-01-01T00"), "a1/x.parquet");
  mine.read_version = 0;
  files_.before_put = [&] { table().commit(replace(hour("2026-01-01T01"), "a2/x.parquet")); };
  EXPECT_EQ(table().commit(mine).version, 2);

  Change late = replace(hour("2026-01-01T00"), "a3/x.parquet");
  late.read_version = 1;
  EXPECT_EQ(message_of([&] { table().commit(late); }, Error::Kind::kTransient),
            "another commit was first: the files were built against version 1 of the table, and it "
            "has since changed in "
            "version: 2");
  late.read_version = 2;
  EXPECT_EQ(table().commit(late).version, 3);
}

TEST_F(TableTest, ReplacingAnIntervalConflictsWithFilesOfNoKnownInterval) {
  table().commit(change(Change::Kind::kCreate, {}));
  Change mine = replace(hour("2026-01-01T00"), "a1/x.parquet");
  mine.read_version = 0;
  files_.before_put = [&] { table().commit(append("a2/x.parquet")); };
  EXPECT_NE(message_of([&] { table().commit(mine); }, Error::Kind::kTransient), "no error");
}

TEST_F(TableTest, OverwritingConflictsWithAnyDataOnlyIfItWasBuiltOnAVersion) {
  table().commit(append("a1/x.parquet"));
  Change built = change(Change::Kind::kOverwrite, {file("a3/x.parquet")});
  built.read_version = 0;
  files_.before_put = [&] { table().commit(append("a2/x.parquet")); };
  EXPECT_NE(message_of([&] { table().commit(built); }, Error::Kind::kTransient), "no error");
  built.read_version = std::nullopt;
  files_.before_put = [&] { table().commit(append("a4/x.parquet")); };
  EXPECT_EQ(table().commit(built).files_removed, 3);
  EXPECT_EQ(paths(), Paths{"a3/x.parquet"});
}

TEST_F(TableTest, OfManyWritersAtOnceEachCommitsOnce) {
  constexpr int kThreads = 4;
  constexpr int kCommits = 10;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([this, i] {
      const auto connection = database_.connect();
      for (int n = 0; n < kCommits; ++n) {
        Table(files_, kFolder, *connection).commit(append(fmt::format("a{}/{}.parquet", i, n)));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(table().snapshot()->version, kThreads * kCommits - 1);
  EXPECT_EQ(paths().size(), kThreads * kCommits);
  std::set<int64_t> versions;
  for (const Commit& commit : table().commits_since(-1)) {
    versions.insert(commit.version);
    EXPECT_EQ(commit.adds.size(), 1);
  }
  EXPECT_EQ(versions.size(), kThreads * kCommits);
}

TEST_F(TableTest, AVersionIsFoundByNumberAndTime) {
  for (const char* time :
       {"2026-01-01T00", "2026-01-01T02", "2026-01-01T01"}) {  // The clock is set back once.
    Change made = append(fmt::format("a/{}.parquet", time));
    made.now = at(time);
    table().commit(made);
  }
  EXPECT_EQ(table().snapshot_at(1).files.size(), 2);
  EXPECT_EQ(table().snapshot_at(at("2026-01-01T01:59:59")).version, 0);
  EXPECT_EQ(table().snapshot_at(at("2026-01-01T02")).version, 2);
  EXPECT_EQ(table().snapshot_at(at("2030-01-01")).version, 2);
  EXPECT_EQ(message_of([&] { table().snapshot_at(7); }),
            "the table has versions up to 2, and not: 7");
  EXPECT_EQ(message_of([&] { table().snapshot_at(at("2025-01-01")); }),
            "the table has no version at or before: '2025-01-01T00:00:00Z'\n"
            "  hint: its oldest version is of 2026-01-01T00:00:00Z");
}

/// Returns the paths of a version's files.
std::string paths_of(const Snapshot& snapshot) {
  std::string paths;
  for (const DataFile& file : snapshot.files) paths += file.path + " ";
  return paths;
}

TEST_F(TableTest, AnEarlierVersionIsRestoredInOneCommit) {
  Table t = table();
  t.commit(change(Change::Kind::kAppend, {file("a/kept"), file("a/lost")}));
  Change second = change(Change::Kind::kOverwrite, {file("b/new")});
  second.shape.schema.push_back({"more", {.id = Type::Id::kBigint}});
  t.commit(second);
  const CommitResult result =
      t.restore(t.snapshot_at(0), 0, {.run = "r", .asset = "raw.events"}, at("2026-01-02"));
  EXPECT_EQ(result.version, 2);
  EXPECT_EQ(result.files_added, 2);
  EXPECT_EQ(result.files_removed, 1);
  EXPECT_EQ(paths_of(*t.snapshot()), "a/kept a/lost ");
  EXPECT_EQ(t.snapshot()->shape.schema, shape().schema);
  const Commit commit = t.commits_since(1).at(0);
  EXPECT_EQ(commit.operation, "RESTORE");
  EXPECT_EQ(commit.restored_version, 0);
  EXPECT_EQ(commit.provenance->run, "r");
  EXPECT_EQ(paths_of(t.snapshot_at(1)), "b/new ") << "what was undone can still be read";
}

TEST_F(TableTest, FilesThatStayAreNotCommittedAgain) {
  Table t = table();
  t.commit(change(Change::Kind::kAppend, {file("a/1")}));
  t.commit(change(Change::Kind::kAppend, {file("a/2")}));
  t.restore(t.snapshot_at(0), 0, {}, at("2026-01-02"));
  const Commit commit = t.commits_since(1).at(0);
  EXPECT_TRUE(commit.adds.empty());
  ASSERT_EQ(commit.removes.size(), 1U);
  EXPECT_TRUE(commit.changes_data());
  t.restore(t.snapshot_at(2), 2, {}, at("2026-01-02"));
  EXPECT_FALSE(t.commits_since(2).at(0).changes_data()) << "nothing was to be done";
}

TEST_F(TableTest, ARestoredFileCountsAsChangedDataEvenWhereCompactionWroteIt) {
  Table t = table();
  Change compacted = change(Change::Kind::kAppend, {file("a/1")});
  compacted.adds[0].data_change = false;
  t.commit(compacted);
  t.commit(change(Change::Kind::kOverwrite, {}));
  t.restore(t.snapshot_at(0), 0, {}, at("2026-01-02"));
  EXPECT_TRUE(t.commits_since(1).at(0).adds.at(0).data_change);
}

TEST_F(TableTest, AVersionWhoseFilesAreGoneIsNotRestored) {
  Table t = table();
  t.commit(change(Change::Kind::kAppend, {file("a/1"), file("a/2")}));
  t.commit(change(Change::Kind::kOverwrite, {file("b/1")}));
  files_.remove(join_path(kFolder, "a/2"));
  EXPECT_THROW(t.restore(t.snapshot_at(0), 0, {}, at("2026-01-02")), Error);
  EXPECT_EQ(t.snapshot()->version, 1);
}

TEST_F(TableTest, WhatARestoreUndidMayBeCommittedAgain) {
  Table t = table();
  Change first = change(Change::Kind::kAppend, {file("a/1")});
  first.transaction = Transaction{"first", 0};
  t.commit(first);
  Change second = change(Change::Kind::kAppend, {file("a/2")});
  second.transaction = Transaction{"second", 0};
  t.commit(second);
  t.restore(t.snapshot_at(0), 0, {}, at("2026-01-02"));
  EXPECT_EQ(t.commit(first).outcome, CommitResult::Outcome::kAlreadyCommitted);
  second.adds = {file("b/2")};
  EXPECT_EQ(t.commit(second).outcome, CommitResult::Outcome::kCommitted);
  EXPECT_EQ(paths_of(*t.snapshot()), "a/1 b/2 ");
}

TEST_F(TableTest, OtherTypesTakeThePlaceOfAllFilesAndChangeNoRows) {
  Table t = table();
  t.commit(change(Change::Kind::kAppend, {file("a/1"), file("a/2")}));
  Change retyped = change(Change::Kind::kRetype, {file("b/1")});
  retyped.shape.schema.front().type = *parse_type("decimal(30,5)");
  retyped.adds.front().data_change = false;
  retyped.read_version = 0;
  t.commit(retyped);
  EXPECT_EQ(paths_of(*t.snapshot()), "b/1 ");
  EXPECT_EQ(t.snapshot()->shape.schema.front().type.name(), "decimal(30,5)");
  const Commit commit = t.commits_since(0).at(0);
  EXPECT_EQ(commit.operation, kRetype);
  EXPECT_FALSE(commit.changes_data());
  // What was committed since the rows were read is not lost.
  t.commit(change(Change::Kind::kOverwrite, {file("c/1")}));
  retyped.adds.front().path = "d/1";
  EXPECT_THROW(t.commit(retyped), Error);
}

TEST_F(TableTest, ARestoreGivesWayToACommitThatCameMeanwhile) {
  InterruptedFileSystem files;
  Table t(files, kFolder, *connection_);
  for (const char* path : {"a/1", "a/2", "a/3"}) files.write(join_path(kFolder, path), "rows");
  const auto append = [&](const std::string& path) {
    Change one = change(Change::Kind::kAppend, {});
    one.adds = {{.path = path, .size = 4}};
    Table(files, kFolder, *connection_).commit(one);
  };
  append("a/1");
  append("a/2");
  files.before_put = [&] { append("a/3"); };
  EXPECT_THROW(t.restore(t.snapshot_at(0), 0, {}, at("2026-01-02")), Error);
  EXPECT_EQ(paths_of(*t.snapshot()), "a/1 a/2 a/3 ");
}

TEST_F(TableTest, ANewColumnIsAddedAndALeftOutOneStays) {
  table().commit(append("a1/x.parquet"));
  Change wider = append("a2/x.parquet");
  wider.shape.schema = {{"note", {.id = Type::Id::kJson}}, {"hour", {.id = Type::Id::kTimestamp}}};
  table().commit(wider);
  const Schema schema = table().snapshot()->shape.schema;
  ASSERT_EQ(schema.size(), 3);
  EXPECT_EQ(schema[0].name, "id");
  EXPECT_EQ(schema[2], (Column{"note", {.id = Type::Id::kJson}}));
  EXPECT_TRUE(table().commits_since(0).at(0).changes_metadata);
  EXPECT_EQ(table().snapshot_at(0).shape.schema.size(), 2);
}

TEST_F(TableTest, AnotherTypeOrPartitioningNeedsAnOverwrite) {
  table().commit(append("a1/x.parquet"));
  Change other = append("a2/x.parquet");
  other.shape.schema[0].type = {.id = Type::Id::kVarchar};
  EXPECT_EQ(message_of([&] { table().commit(other); }),
            "the type of column 'id' is bigint in the table, and now: 'varchar'\n"
            "  hint: cast it to the table's type, or rebuild the table: --full-refresh");
  other.kind = Change::Kind::kOverwrite;
  table().commit(other);
  EXPECT_EQ(table().snapshot()->shape.schema[0].type.id, Type::Id::kVarchar);
  other.shape.partition_by = {"id"};
  other.kind = Change::Kind::kAppend;
  EXPECT_EQ(message_of([&] { table().commit(other); }),
            "the table is partitioned by '', and now by: 'id'\n  hint: rebuild the table: "
            "--full-refresh");
}

TEST_F(TableTest, AShapeThatNoTableCanHaveIsRefused) {
  Change twice = append("a1/x.parquet");
  twice.shape.schema.push_back({"ID", {.id = Type::Id::kBigint}});
  EXPECT_EQ(message_of([&] { table().commit(twice); }), "two columns have one name: 'ID'");
  Change blob = append("a1/x.parquet");
  blob.shape.schema.push_back({"bytes", {.id = Type::Id::kBlob}});
  blob.shape.partition_by = {"bytes"};
  EXPECT_EQ(message_of([&] { table().commit(blob); }),
            "a table cannot be partitioned by a column of type blob: 'bytes'");
}

TEST_F(TableTest, ProvenanceIsReadBack) {
  Change made = replace(hour("2026-01-01T00"), "a1/x.parquet");
  made.provenance = {.run = "r7",
                     .attempt = "a1",
                     .asset = "mart.daily",
                     .fingerprint = "1:abc",
                     .inputs = R"({"raw.events":12})",
                     .rows = 1,
                     .rejected = 2};
  table().commit(made);
  const Commit commit = table().commits_since(-1).at(0);
  const Provenance provenance = commit.provenance.value();
  EXPECT_EQ(provenance.run, "r7");
  EXPECT_EQ(provenance.attempt, "a1");
  EXPECT_EQ(provenance.asset, "mart.daily");
  EXPECT_EQ(provenance.interval, hour("2026-01-01T00"));
  EXPECT_EQ(provenance.fingerprint, "1:abc");
  EXPECT_EQ(provenance.inputs, R"({"raw.events":12})");
  EXPECT_EQ(provenance.rows, 1);
  EXPECT_EQ(provenance.rejected, 2);
  EXPECT_EQ(commit.operation, "WRITE");
  EXPECT_EQ(commit.adds.at(0).interval, hour("2026-01-01T00"));
}

TEST_F(TableTest, FilesOfAnIntervalAreFoundByTagOrByStatistics) {
  DataFile foreign = file("b.parquet");
  foreign.stats =
      R"({"minValues":{"hour":"2026-01-01T03:00:00Z"},"maxValues":{"hour":"2026-01-01T03:30:00Z"}})";
  table().commit(change(Change::Kind::kAppend, {foreign}));
  Change made = change(Change::Kind::kAppend, {file("a1/x.parquet")});
  made.interval = hour("2026-01-01T00");
  table().commit(made);
  const Snapshot snapshot = table().snapshot().value();
  EXPECT_EQ(snapshot.files_in(hour("2026-01-01T00"), "hour").size(), 1);
  EXPECT_EQ(snapshot.files_in(hour("2026-01-01T00"), "").size(), 2);
  EXPECT_EQ(snapshot.files_in(hour("2026-01-01T03"), "hour").at(0).path, "b.parquet");
  EXPECT_TRUE(snapshot.files_in(hour("2026-01-01T05"), "hour").empty());
}

class ForeignLog : public TableTest {
 protected:
  void put(int version, const std::string& line) {
    files_.write(fmt::format("{}/_delta_log/{:020}.json", kFolder, version), line);
  }
};

TEST_F(ForeignLog, FeaturesWeDoNotReadAreNamed) {
  table().commit(append("a1/x.parquet"));
  put(1,
      R"({"add":{"path":"a1/x.parquet","partitionValues":{},"size":4,"modificationTime":0,"dataChange":true,)"
      R"("deletionVector":{"storageType":"u","pathOrInlineDv":"x","sizeInBytes":1,"cardinality":1}}})");
  EXPECT_EQ(message_of([&] { table().snapshot(); }),
            "the table has a deletion vector, which Tidemill does not read: 'a1/x.parquet'\n"
            "  hint: remove them with the program that wrote them: REORG TABLE … APPLY (PURGE)");
  put(1,
      R"({"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["typeWidening"]}})");
  EXPECT_EQ(message_of([&] { table().snapshot(); }),
            "the table uses a feature that Tidemill does not read: 'typeWidening'");
  put(1, R"({"protocol":{"minReaderVersion":4,"minWriterVersion":7}})");
  EXPECT_EQ(message_of([&] { table().snapshot(); }),
            "the table needs a newer reader; its reader version is: 4");
  put(1,
      R"({"metaData":{"id":"x","format":{"provider":"parquet"},"partitionColumns":[],)"
      R"("schemaString":"{\"type\":\"struct\",\"fields\":[]}","configuration":{"delta.columnMapping.mode":"name"}}})");
  EXPECT_EQ(message_of([&] { table().snapshot(); }),
            "the table uses column mapping, which Tidemill does not read; its mode is: 'name'");
  put(1,
      R"({"metaData":{"id":"x","partitionColumns":[],"configuration":{},"schemaString":)"
      R"("{\"type\":\"struct\",\"fields\":[{\"name\":\"t\",\"type\":\"timestamp_ntz\",\"nullable\":true}]}"}})");
  EXPECT_EQ(message_of([&] { table().snapshot(); }),
            "the table has a type that Tidemill does not read: 'timestamp_ntz'");
}

TEST_F(ForeignLog, RulesWeDoNotCheckForbidWriting) {
  table().commit(append("a1/x.parquet"));
  put(1, R"({"protocol":{"minReaderVersion":1,"minWriterVersion":4}})");
  EXPECT_EQ(table().snapshot()->version, 1);
  EXPECT_EQ(message_of([&] { table().commit(append("a2/x.parquet")); }),
            "Tidemill cannot write to the table; its writer version is: 4");
  put(1,
      R"({"metaData":{"id":"x","partitionColumns":[],"configuration":{},"schemaString":)"
      R"("{\"type\":\"struct\",\"fields\":[{\"name\":\"id\",\"type\":\"long\",\"nullable\":false,\"metadata\":{}}]}"}})");
  EXPECT_EQ(message_of([&] { table().commit(append("a2/x.parquet")); }),
            "the table has a rule that Tidemill does not check: NOT NULL of column 'id'");
}

TEST_F(ForeignLog, UnknownActionsAndFieldsAreIgnoredAndDamageIsNot) {
  table().commit(append("a1/x.parquet"));
  put(1,
      "{\"domainMetadata\":{\"domain\":\"x\",\"configuration\":\"\",\"removed\":false}}\n\n"
      "{\"add\":{\"path\":\"b%20c.parquet\",\"size\":4,\"modificationTime\":0,\"dataChange\":true,"
      "\"tags\":{\"x\":\"y\"},"
      "\"partitionValues\":{},\"baseRowId\":4}}\n{\"commitInfo\":{\"operation\":7}}\n");
  EXPECT_EQ(paths(), (Paths{"a1/x.parquet", "b c.parquet"}));
  EXPECT_FALSE(table().snapshot()->files[1].records);
  put(2, "{\"add\":{\"size\":4}}\n");
  EXPECT_TRUE(message_of([&] { table().snapshot(); })
                  .starts_with("lake/raw/events/_delta_log/00000000000000000002.json:1: the "
                               "table's log is damaged: "));
}

TEST_F(ForeignLog, AnEmptyCommitIsDamage) {
  table().commit(append("a1/x.parquet"));
  put(1, "");
  for (const std::function<void()>& read : std::vector<std::function<void()>>{
           [&] { table().snapshot(); }, [&] { table().commits_since(1); },
           [&] { table().commit(append("a2/x.parquet")); }}) {
    EXPECT_TRUE(message_of(read).starts_with(
        "lake/raw/events/_delta_log/00000000000000000001.json: the table's log is damaged: a "
        "commit is empty"));
  }
}

TEST_F(ForeignLog, AGapInTheLogIsAnError) {
  table().commit(append("a1/x.parquet"));
  put(2, R"({"commitInfo":{}})");
  EXPECT_EQ(message_of([&] { table().snapshot(); }),
            "the table's log lacks what leads to version 2: 'lake/raw/events/_delta_log'");
}

TEST_F(ForeignLog, TheRemovalOfAFileSpellsItAsItsWriterDid) {
  table().commit(append("a1/x.parquet"));
  put(1,
      R"({"add":{"path":"b%3Dc.parquet","partitionValues":{},"size":4,"modificationTime":0,"dataChange":true,)"
      R"("tags":{"owner":"someone"}}})");
  table().commit(change(Change::Kind::kOverwrite, {}));
  EXPECT_TRUE(paths().empty());
  const Commit commit = table().commits_since(1).at(0);
  ASSERT_EQ(commit.removes.size(), 2);
  EXPECT_EQ(commit.removes[1].file.logged_path, "b%3Dc.parquet");
  EXPECT_EQ(commit.removes[1].file.tags.at("owner"), "someone");
}

TEST(DataFilePath, IsPercentEncodedAndBack) {
  for (const std::string path : {"a/b.parquet", "a b/c%20d/é=?#&+:[]*.parquet", "100%"}) {
    EXPECT_EQ(decode_path(encode_path(path)), path);
  }
  EXPECT_EQ(encode_path("a b/p=é%/x.parquet"), "a%20b/p=%C3%A9%25/x.parquet");
  EXPECT_EQ(decode_path("file:///data/x%20y.parquet"), "/data/x y.parquet");
  EXPECT_EQ(decode_path("100%"), "100%");
  EXPECT_THROW(decode_path("s3://bucket/x.parquet"), Error);
}

}  // namespace
}  // namespace tidemill::tables
