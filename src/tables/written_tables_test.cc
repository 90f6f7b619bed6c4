// Tables with DuckDB's files on the local disk. Their folder stays when TIDEMILL_TABLES_FOLDER
// names one, with the rows each version must have beside it (`<table>.expected/<version>.parquet`):
// tests/tables_test.py reads them with others.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/text.h"
#include "duckdb/session.h"
#include "io/file_system.h"
#include "tables/statistics.h"
#include "tables/table.h"

namespace tidemill::tables {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEveryType = R"(
SELECT * FROM (VALUES
  (true, 1::TINYINT, 2::SMALLINT, 3, 4::BIGINT, 1.5::FLOAT, 2.5::DOUBLE, 1.25::DECIMAL(10, 2),
   -12345678901234567890123456789012345.678::DECIMAL(38, 3), 'aé€ "quoted" \ 😀', 'x'::BLOB, '{"a": 1}',
   DATE '1969-12-31', TIMESTAMPTZ '1969-07-20 20:17:40.123456+00', [1, NULL, 3], {'b': {'c': 5}, 'd e': 'q'},
   MAP {'k': 1}),
  (false, -128, -32768, -2147483648, -9223372036854775808, -0.1, -1e300, -1.25,
   99999999999999999999999999999999999.999, repeat('ж', 50), 'yy', '[]', DATE '0001-01-01',
   TIMESTAMPTZ '9999-12-31 23:59:59.999999+00', [], {'b': {'c': -5}, 'd e': NULL}, MAP {'z': NULL}),
  (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL))
t(flag, tiny, small, number, big, single, double_, price, wide, text, bytes, document, day, "when", list, nested, pairs))";

constexpr std::string_view kPartitions = R"(
SELECT * FROM (VALUES
  (1, 'a b%=/é?#&+', DATE '1969-12-31', TIMESTAMPTZ '1969-12-31 23:59:59.5+00', true, -7, 1.50::DECIMAL(5, 2)),
  (2, 'a b%=/é?#&+', DATE '1969-12-31', TIMESTAMPTZ '1969-12-31 23:59:59.5+00', true, -7, 1.50),
  (3, 'Ünï/=', DATE '2024-02-29', TIMESTAMPTZ '2024-02-29 00:00:00+00', false, 8, 0.25),
  (4, '__HIVE_DEFAULT_PARTITION__', DATE '2024-02-29', TIMESTAMPTZ '2024-02-29 00:00:00+00', false, 8, 3),
  (5, NULL, NULL, NULL, NULL, NULL, NULL))
t(id, place, day, moment, flag, number, price))";

class WrittenTables : public testing::Test {
 protected:
  WrittenTables()
      : files_(local_file_system()), database_({.threads = 2}), connection_(database_.connect()) {
    const char* folder = std::getenv("TIDEMILL_TABLES_FOLDER");
    keeps_ = folder != nullptr;
    folder_ = keeps_ ? folder : testing::TempDir() + "tidemill tables " + random_id();
    fs::create_directories(folder_);
  }
  ~WrittenTables() override {
    std::error_code ignored;
    if (!keeps_) fs::remove_all(folder_, ignored);
  }

  Table table(const std::string& name) { return {*files_, folder_ + "/" + name, *connection_}; }

  Shape shape_of(const std::string& sql, std::vector<std::string> partition_by = {}) {
    Shape shape{.partition_by = std::move(partition_by)};
    for (const auto& column : connection_->describe(sql, {}))
      shape.schema.push_back({column.name, column.type.value()});
    return shape;
  }

  std::vector<DataFile> write(const std::string& name, const std::string& attempt,
                              const std::string& sql, const Shape& shape) {
    const std::string folder = folder_ + "/" + name;
    fs::create_directories(folder + "/" + attempt);
    std::vector<std::string> columns;
    for (const auto& column : shape.partition_by)
      columns.push_back(duckdb::quote_identifier(column));
    const std::string partitions =
        columns.empty() ? ""
                        : ", PARTITION_BY (" + join(columns, ", ") +
                              "), WRITE_PARTITION_COLUMNS true, OVERWRITE_OR_IGNORE true";
    const std::string target = folder + "/" + attempt + (columns.empty() ? "/part.parquet" : "");
    const auto returned =
        connection_->query(fmt::format("COPY ({}) TO {} (FORMAT parquet, RETURN_STATS{})", sql,
                                       duckdb::quote_literal(target), partitions));
    return written_files(returned, folder, shape);
  }

  Change change(Change::Kind kind, const Shape& shape, std::vector<DataFile> adds) {
    now_ += std::chrono::hours(1);
    return {.kind = kind,
            .adds = std::move(adds),
            .shape = shape,
            .provenance = {.run = "r1",
                           .attempt = "a1",
                           .asset = "raw.events",
                           .inputs = R"({"raw.x": 3})",
                           .rows = 3},
            .now = now_};
  }

  /// Leaves what version `version` of the table must hold, and compares it to what our reader finds
  /// there.
  void expect_rows(const std::string& name, int64_t version, const std::string& sql) {
    const std::string folder = folder_ + "/" + name + ".expected";
    fs::create_directories(folder);
    const std::string file = fmt::format("{}/{}.parquet", folder, version);
    connection_->query("COPY (" + sql + ") TO " + duckdb::quote_literal(file) +
                       " (FORMAT parquet)");
    const std::string read = read_sql(table(name).snapshot_at(version));
    const std::string expected = "SELECT * FROM read_parquet(" + duckdb::quote_literal(file) + ")";
    EXPECT_TRUE(
        connection_->query(fmt::format("({}) EXCEPT ALL ({})", read, expected)).rows.empty())
        << name << version;
    EXPECT_TRUE(
        connection_->query(fmt::format("({}) EXCEPT ALL ({})", expected, read)).rows.empty())
        << name << version;
  }

  std::unique_ptr<FileSystem> files_;
  duckdb::Database database_;
  std::unique_ptr<duckdb::Connection> connection_;
  std::string folder_;
  bool keeps_ = false;
  Instant now_ = parse_time("2026-01-01").value();
};

TEST_F(WrittenTables, EveryTypeIsReadBack) {
  const std::string sql(kEveryType);
  Shape shape = shape_of(sql);
  shape.schema.at(11).type = {.id = Type::Id::kJson};
  shape.comments["price"] = "in euros";
  Change made = change(Change::Kind::kCreate, shape, {});
  table("types").commit(made);
  expect_rows("types", 0, "SELECT * FROM (" + sql + ") WHERE false");
  made = change(Change::Kind::kAppend, shape, write("types", "a1", sql, shape));
  table("types").commit(made);
  expect_rows("types", 1, sql);

  const Snapshot snapshot = table("types").snapshot().value();
  EXPECT_EQ(snapshot.shape.schema, shape.schema);
  EXPECT_EQ(snapshot.shape.comments, shape.comments);
  EXPECT_EQ(snapshot.files.at(0).records, 3);
}

TEST_F(WrittenTables, PartitionValuesSurviveOddCharactersAndNulls) {
  const std::string sql(kPartitions);
  const Shape shape = shape_of(sql, {"place", "day", "moment", "flag", "number", "price"});
  const auto adds = write("partitions", "attempt 1%=é[a]*", sql, shape);
  EXPECT_EQ(adds.size(), 4);
  table("partitions").commit(change(Change::Kind::kAppend, shape, adds));
  expect_rows("partitions", 0, sql);
}

TEST_F(WrittenTables, FilesOfTheSameColumnsAreReadAlike) {
  const auto append = [&](const std::string& attempt, const std::string& sql) {
    const Shape shape = shape_of(sql);
    table("columns").commit(
        change(Change::Kind::kAppend, shape, write("columns", attempt, sql, shape)));
  };
  const auto count = [&](const std::string& text) {
    const std::string sql = read_sql(table("columns").snapshot().value());
    int found = 0;
    for (size_t at = sql.find(text); at != std::string::npos; at = sql.find(text, at + 1)) ++found;
    return found;
  };
  append("a1", "SELECT 1 AS id");
  append("a2", "SELECT 2 AS id");
  EXPECT_EQ(count("union_by_name = false"), 1);
  append("a3", "SELECT 'x' AS name, 3 AS id");
  append("a4", "SELECT 4 AS id");
  EXPECT_EQ(count("union_by_name = false"), 2);
  EXPECT_EQ(count("union_by_name = true"), 0);
  expect_rows("columns", 3,
              "SELECT * FROM (VALUES (1, NULL), (2, NULL), (3, 'x'), (4, NULL)) AS t(id, name)");

  // Of files without such a tag nothing is known.
  Snapshot foreign = table("columns").snapshot().value();
  for (DataFile& file : foreign.files) file.columns.clear();
  EXPECT_NE(read_sql(foreign).find("union_by_name = true"), std::string::npos);
  EXPECT_EQ(connection_->query(read_sql(foreign)).rows.size(), 4);
}

TEST_F(WrittenTables, AnEmptyTextIsNoPartitionValue) {
  const std::string sql = "SELECT 1 AS id, '' AS place";
  const Shape shape = shape_of(sql, {"place"});
  EXPECT_THROW(write("empty_text", "a1", sql, shape), Error);
}

TEST_F(WrittenTables, EachVersionIsReadBackAlsoFromACheckpoint) {
  const auto hour = [](int64_t n) {
    const Instant start = parse_time("2024-03-01").value() + std::chrono::hours(n);
    return Interval{start, start + std::chrono::hours(1)};
  };
  const auto rows = [&](int64_t n, const std::string& extra) {
    return fmt::format("SELECT TIMESTAMPTZ '{}' AS hour, {}::BIGINT + range AS id{} FROM range(3)",
                       format_time(hour(n).start), 10 * n, extra);
  };
  std::string all;
  std::vector<std::string> by_hour;
  for (int64_t version = 0; version < 25; ++version) {
    const int64_t n = version % 8;  // Later versions replace the hours of the first ones.
    const bool is_wide = version >= 5;
    const std::string extra = is_wide ? fmt::format(", 'v{}' AS note", version) : "";
    const Shape shape = shape_of(rows(n, extra));
    Change made = change(Change::Kind::kReplaceInterval, shape,
                         write("versions", fmt::format("a{}", version), rows(n, extra), shape));
    made.interval = hour(n);
    made.transaction = Transaction{.id = "versions " + made.interval->text(), .seen = version / 8};
    const CommitResult result = table("versions").commit(made);
    ASSERT_EQ(result.version, version);
    EXPECT_EQ(result.files_removed, version < 8 ? 0 : 1);
    EXPECT_FALSE(result.checkpoint_failure) << result.checkpoint_failure->text();
    if (by_hour.size() <= static_cast<size_t>(n)) by_hour.emplace_back();
    by_hour[static_cast<size_t>(n)] = rows(n, extra);
    all = join(by_hour, " UNION ALL BY NAME ");
    expect_rows("versions", version, all);
  }
  EXPECT_TRUE(
      files_->stat(folder_ + "/versions/_delta_log/00000000000000000020.checkpoint.parquet"));

  // With the log before the checkpoint gone, what the checkpoint covers is all there still.
  const Snapshot whole = table("versions").snapshot().value();
  fs::copy(folder_ + "/versions", folder_ + "/cleaned", fs::copy_options::recursive);
  fs::copy(folder_ + "/versions.expected", folder_ + "/cleaned.expected",
           fs::copy_options::recursive);
  fs::remove(folder_ + "/cleaned/_delta_log/00000000000000000010.checkpoint.parquet");
  for (int64_t version = 0; version <= 20; ++version) {
    fs::remove(fmt::format("{}/cleaned/_delta_log/{:020}.json", folder_, version));
  }
  const Snapshot cleaned = table("cleaned").snapshot().value();
  EXPECT_EQ(cleaned.version, 24);
  EXPECT_EQ(cleaned.shape.schema, whole.shape.schema);
  EXPECT_EQ(cleaned.transactions, whole.transactions);
  ASSERT_EQ(cleaned.files.size(), whole.files.size());
  for (size_t i = 0; i < cleaned.files.size(); ++i) {
    EXPECT_EQ(cleaned.files[i].path, whole.files[i].path);
    EXPECT_EQ(cleaned.files[i].interval, whole.files[i].interval);
    EXPECT_EQ(cleaned.files[i].stats, whole.files[i].stats);
    EXPECT_EQ(cleaned.files[i].tags, whole.files[i].tags);
  }
  EXPECT_TRUE(table("cleaned").orphans({}).empty());
  EXPECT_EQ(table("cleaned").snapshot_at(20).files.size(), 8);
  EXPECT_THROW(table("cleaned").snapshot_at(19), Error);
}

TEST_F(WrittenTables, ACheckpointInPartsIsReadOnlyIfAllAreThere) {
  const Shape shape{.schema = {{"id", {.id = Type::Id::kBigint}}}};
  for (int64_t version = 0; version <= 10; ++version) {
    const auto adds = write("parts", fmt::format("a{}", version),
                            fmt::format("SELECT {}::BIGINT AS id", version), shape);
    table("parts").commit(change(Change::Kind::kAppend, shape, adds));
  }
  const std::string log = folder_ + "/parts/_delta_log/";
  const std::string whole = log + "00000000000000000010.checkpoint.parquet";
  for (const auto& [part, condition] :
       {std::pair("1", "add IS NULL"), std::pair("2", "add IS NOT NULL")}) {
    connection_->query(fmt::format(
        "COPY (SELECT * FROM read_parquet({}) WHERE {}) TO {} (FORMAT parquet)",
        duckdb::quote_literal(whole), condition,
        duckdb::quote_literal(fmt::format(
            "{}00000000000000000010.checkpoint.000000000{}.0000000002.parquet", log, part))));
  }
  fs::remove(whole);
  fs::remove(log + "_last_checkpoint");  // It says that there is one part.
  fs::remove(log + "00000000000000000000.json");
  EXPECT_EQ(table("parts").snapshot()->files.size(), 11);
  expect_rows("parts", 10, "SELECT range AS id FROM range(11)");
  fs::copy(folder_ + "/parts", folder_ + "/torn", fs::copy_options::recursive);
  fs::remove(folder_ +
             "/torn/_delta_log/00000000000000000010.checkpoint.0000000002.0000000002.parquet");
  EXPECT_THROW(table("torn").snapshot(), Error);
}

TEST_F(WrittenTables, FilesOfAnotherWriterGetTheirPartitionColumnsFromTheLog) {
  const Shape shape = shape_of("SELECT 1 AS id, 'x' AS place", {"place"});
  auto adds = write("foreign", "a1", "SELECT 1 AS id, 'x' AS place", shape);
  table("foreign").commit(change(Change::Kind::kAppend, shape, adds));
  const std::string folder = folder_ + "/foreign";
  connection_->query("COPY (SELECT 2 AS id) TO " + duckdb::quote_literal(folder + "/b.parquet") +
                     " (FORMAT parquet)");
  files_->put_if_absent(
      folder + "/_delta_log/00000000000000000001.json",
      fmt::format(
          R"({{"add":{{"path":"b.parquet","partitionValues":{{"place":null}},"size":{},"modificationTime":0,)"
          R"("dataChange":true}}}})",
          files_->stat(folder + "/b.parquet")->size));
  expect_rows("foreign", 1, "SELECT 1 AS id, 'x' AS place UNION ALL SELECT 2, NULL");
}

TEST_F(WrittenTables, ACheckpointThatCannotBeWrittenDoesNotFailTheCommit) {
  // A table in memory: DuckDB cannot reach it, so no checkpoint can be written.
  MemoryFileSystem memory;
  Table table(memory, "/no/such/folder", *connection_);
  const Shape shape{.schema = {{"id", {.id = Type::Id::kBigint}}}};
  for (int64_t version = 0; version < 10; ++version) {
    EXPECT_FALSE(table.commit(change(Change::Kind::kAppend, shape, {})).checkpoint_failure);
  }
  const CommitResult tenth = table.commit(change(Change::Kind::kAppend, shape, {}));
  EXPECT_EQ(tenth.version, 10);
  EXPECT_TRUE(tenth.checkpoint_failure);
  EXPECT_EQ(table.snapshot()->version, 10);
}

/// The other way round: tests/tables_test.py has another writer make tables, and the rows of their
/// versions.
TEST(TablesOfOthers, AreRead) {
  const char* folder = std::getenv("TIDEMILL_FOREIGN_TABLES");
  if (folder == nullptr)
    GTEST_SKIP() << "tests/tables_test.py runs this with tables that delta-rs wrote";
  const auto files = local_file_system();
  duckdb::Database database({.threads = 2});
  const auto connection = database.connect();
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".expected") continue;
    Table table(*files, entry.path().parent_path() / entry.path().stem(), *connection);
    EXPECT_TRUE(table.snapshot()) << table.folder();
    for (const fs::directory_entry& rows : fs::directory_iterator(entry)) {
      const std::string read = read_sql(table.snapshot_at(std::stoll(rows.path().stem())));
      const std::string expected =
          "SELECT * FROM read_parquet(" + duckdb::quote_literal(rows.path().string()) + ")";
      EXPECT_TRUE(
          connection->query(fmt::format("({}) EXCEPT ALL ({})", read, expected)).rows.empty())
          << rows.path();
      EXPECT_TRUE(
          connection->query(fmt::format("({}) EXCEPT ALL ({})", expected, read)).rows.empty())
          << rows.path();
    }
  }
}

}  // namespace
}  // namespace tidemill::tables
