// Layouts that DuckDB cannot write at once.
#include "publish/stage.h"

#include <gtest/gtest.h>

#include <set>

#include "base/text.h"
#include "publish/lake.h"

namespace tidemill {
namespace {

class StageTest : public testing::Test {
 protected:
  StageTest() {
    asset_.name = "mart.t";
    asset_.schema = {{"id", {.id = Type::Id::kBigint}},
                     {"seen", {.id = Type::Id::kTimestamp}},
                     {"kind", {.id = Type::Id::kVarchar}},
                     {"tags", parse_type("list(varchar)").value()},
                     {"text", {.id = Type::Id::kVarchar}}};
  }
  ~StageTest() override { files_->remove_all(folder_); }

  /// Returns the paths of what was staged.
  std::vector<std::string> write(const std::string& select) {
    const Staged staged =
        stage(*connection_, *files_, asset_, {select, {}, [&] { ++rewinds_; }}, folder_, "attempt");
    std::vector<std::string> paths;
    for (const tables::DataFile& file : staged.files) {
      paths.push_back(join_path(folder_, file.path));
      partitions_.insert(file.partition_values);
    }
    return paths;
  }

  /// Returns how many rows are in one of the two and not in the other.
  std::string difference(const std::string& select, const std::vector<std::string>& paths) {
    std::vector<std::string> columns;
    for (const Column& column : asset_.schema)
      columns.push_back(duckdb::quote_identifier(column.name));
    const std::string written = "SELECT " + join(columns, ", ") + " FROM read_parquet(" +
                                duckdb::quote_list(paths) + ", hive_partitioning = false)";
    const std::string hashed = "SELECT count(*), sum(hash(t)) FROM ";
    return text(hashed + "(" + select + ") t") == text(hashed + "(" + written + ") t")
               ? ""
               : text(hashed + "(" + select + ") t") + " and " +
                     text(hashed + "(" + written + ") t");
  }

  std::string text(const std::string& sql) {
    std::string line;
    const duckdb::Table table = connection_->query(sql);
    for (const duckdb::Value& value : table.rows.at(0)) line += duckdb::text_of(value) + " ";
    return line;
  }

  static std::string rows(const std::string& kind, const std::string& text, int count) {
    return "SELECT i AS id, TIMESTAMPTZ '2024-03-01 12:00:00Z' + to_days((i % 2)::INTEGER) AS "
           "seen, " +
           kind + " AS kind, CASE WHEN i % 3 = 0 THEN NULL ELSE ['a', 'b' || i] END AS tags, " +
           text + " AS text FROM range(" + std::to_string(count) + ") r(i)";
  }

  const std::string folder_ = testing::TempDir() + "/stage_" + random_id();
  duckdb::Database database_{
      {.threads = 2, .memory_limit = "300MB", .temporary_folder = folder_ + "_spill"}};
  std::unique_ptr<duckdb::Connection> connection_ = database_.connect();
  std::unique_ptr<FileSystem> files_ = local_file_system();
  Asset asset_;
  int rewinds_ = 0;
  std::set<tables::PartitionValues> partitions_;
};

TEST_F(StageTest, FewPartitionsAreWrittenAtOnce) {
  asset_.layout.partition_by = {"kind", "seen_date"};
  const std::string select = rows("'k' || i % 5", "'x'", 1000);
  EXPECT_EQ(difference(select, write(select)), "");
  EXPECT_EQ(partitions_.size(), 10);
  EXPECT_EQ(rewinds_, 0);
}

TEST_F(StageTest, ManyPartitionsAreWrittenAfterOneMoreReading) {
  asset_.layout.partition_by = {"kind", "seen_date"};
  const std::string select =
      rows("CASE i % 151 WHEN 0 THEN NULL WHEN 1 THEN 'a/b=c ü%2F[*]' ELSE 'k' || i % 151 END",
           "'x'", 3000);
  EXPECT_EQ(difference(select, write(select)), "");
  EXPECT_EQ(partitions_.size(), 302);
  EXPECT_EQ(rewinds_, 1);
}

TEST_F(StageTest, WideRowsAreSortedInPieces) {
  asset_.layout = {{"kind", "seen_date"}, {"id"}};
  // The first row is larger than a piece.
  const std::string select =
      rows("'k' || i % 2", "repeat('x', CASE i WHEN 0 THEN 40000000 ELSE 9000 END)", 40'000);
  const std::vector<std::string> paths = write(select);
  EXPECT_EQ(difference(select, paths), "");
  EXPECT_EQ(partitions_.size(), 2);
  EXPECT_GT(paths.size(), 5);
  EXPECT_EQ(rewinds_, 1);
  EXPECT_EQ(files_->list(folder_).size(), paths.size()) << "nothing else is left";
}

TEST_F(StageTest, OurOwnNamesAreNotMixedUpWithColumns) {
  asset_.schema[0].name = "File_Row_Number";
  asset_.layout.partition_by = {"kind"};
  try {
    write("SELECT * RENAME (id AS File_Row_Number) FROM (" + rows("'k' || i % 151", "'x'", 3000) +
          ")");
    FAIL() << "written";
  } catch (const Error& error) {
    EXPECT_TRUE(error.message().ends_with("a column named: 'File_Row_Number'")) << error.text();
  }
  EXPECT_EQ(rewinds_, 0);
}

TEST_F(StageTest, NoRowsAreNoFiles) {
  asset_.layout = {{"kind"}, {"id"}};
  EXPECT_TRUE(write(rows("'k'", "'x'", 0)).empty());
}

}  // namespace
}  // namespace tidemill
