#include "publish/table_diff.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "base/text.h"
#include "publish/publish.h"

namespace tidemill {
namespace {

/// A table `mart.t` in a folder of its own, one version per call.
class TableDiffTest : public testing::Test {
 protected:
  TableDiffTest()
      : database_({.threads = 1}),
        connection_(database_.connect()),
        files_(local_file_system()),
        folder_(testing::TempDir() + "/table_diff_" + random_id()) {
    asset_.name = "mart.t";
    asset_.schema = {{"id", {.id = Type::Id::kBigint}}, {"name", {.id = Type::Id::kVarchar}}};
  }
  ~TableDiffTest() override { files_->remove_all(folder_); }

  tables::Snapshot commit(tables::Change::Kind kind, const std::string& select) {
    const Staged staged = stage(*connection_, *files_, asset_, {select}, folder_, random_id());
    tables::Table table(*files_, folder_, *connection_);
    table.commit({.kind = kind, .adds = staged.files, .shape = staged.shape, .now = Instant{}});
    return *table.snapshot();
  }
  tables::Snapshot overwrite(const std::string& values) {
    return commit(tables::Change::Kind::kOverwrite,
                  "SELECT * FROM (VALUES " + values + ") v(id, name)");
  }

  /// Returns the sums and the rows: `+1 -0 ~1; 2|b -> 2|x; -> 3|c`.
  std::string compared(const tables::Snapshot& before, const tables::Snapshot& after,
                       const DiffRequest& request) {
    const TableDiff diff = diff_snapshots(*connection_, before, after, request);
    std::string text = "+" + std::to_string(diff.added) + " -" + std::to_string(diff.removed) +
                       " ~" + std::to_string(diff.changed);
    for (const RowChange& change : diff.rows)
      text += "; " + row_text(change.before) + "->" + row_text(change.after);
    return text;
  }

  static std::string row_text(const duckdb::Row& row) {
    std::vector<std::string> cells;
    for (const duckdb::Value& value : row) cells.push_back(duckdb::text_of(value));
    return join(cells, "|");
  }

  duckdb::Database database_;
  std::unique_ptr<duckdb::Connection> connection_;
  std::unique_ptr<FileSystem> files_;
  std::string folder_;
  Asset asset_;
};

TEST_F(TableDiffTest, RowsOfOneKeyChangeAndOthersComeAndGo) {
  const auto before = overwrite("(1, 'a'), (2, 'b'), (3, NULL)");
  const auto after = overwrite("(1, 'a'), (2, 'x'), (4, 'd')");
  EXPECT_EQ(compared(before, after, {.key = {"ID"}}), "+1 -1 ~1; 2|b->2|x; 3|->; ->4|d");
  EXPECT_EQ(compared(before, after, {.key = {"id"}, .most_rows = 1}), "+1 -1 ~1; 2|b->2|x");
  EXPECT_EQ(compared(after, after, {.key = {"id"}}), "+0 -0 ~0");
}

TEST_F(TableDiffTest, ARowWhoseKeyIsNullIsARowLikeOthers) {
  const auto before = overwrite("(NULL, 'a'), (1, 'b')");
  const auto after = overwrite("(NULL, 'x'), (1, 'b')");
  EXPECT_EQ(compared(before, after, {.key = {"id"}}), "+0 -0 ~1; |a->|x");
}

TEST_F(TableDiffTest, WithoutAKeyEqualRowsAreCounted) {
  const auto before = overwrite("(1, 'a'), (1, 'a'), (2, 'b')");
  const auto after = overwrite("(1, 'a'), (2, 'b'), (2, 'b'), (NULL, NULL)");
  EXPECT_EQ(compared(before, after, {}), "+2 -1 ~0; 1|a->; ->2|b; ->|");
  EXPECT_EQ(compared(before, after, {.most_rows = 0}), "+2 -1 ~0");
}

TEST_F(TableDiffTest, AKeyThatDoesNotTellRowsApartIsRefused) {
  const auto before = overwrite("(1, 'a')");
  const auto after = overwrite("(1, 'a'), (1, 'b')");
  EXPECT_THROW(compared(before, after, {.key = {"id"}}), Error);
  EXPECT_EQ(compared(before, after, {.key = {"id", "name"}}), "+1 -0 ~0; ->1|b");
  EXPECT_THROW(compared(before, after, {.key = {"ix"}}), Error);
}

TEST_F(TableDiffTest, FilesThatBothVersionsHaveAreNotRead) {
  const auto before = overwrite("(1, 'a')");
  const auto after = commit(tables::Change::Kind::kAppend, "SELECT 2 AS id, 'b' AS name");
  files_->remove(join_path(folder_, before.files.at(0).path));
  EXPECT_EQ(compared(before, after, {.key = {"id"}}), "+1 -0 ~0; ->2|b");
}

TEST_F(TableDiffTest, AColumnOfAnotherTypeIsComparedByItsText) {
  const auto before = overwrite("(1, 'a'), (2, 'b')");
  asset_.schema = {{"id", {.id = Type::Id::kVarchar}}, {"more", {.id = Type::Id::kBigint}}};
  const auto after = commit(tables::Change::Kind::kOverwrite,
                            "SELECT * FROM (VALUES ('1', 5), ('03', 6)) v(id, more)");
  EXPECT_EQ(compared(before, after, {}), "+1 -1 ~0; 2->; ->03");
  const TableDiff diff = diff_snapshots(*connection_, before, after, {});
  EXPECT_EQ(diff.new_columns, std::vector<std::string>{"more"});
  EXPECT_EQ(diff.lost_columns, std::vector<std::string>{"name"});
}

TEST_F(TableDiffTest, AgreesWithAComparisonRowByRow) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  const auto draw = [&] {
    std::map<int, std::string> rows;
    for (int id = 0; id < 300; ++id) {
      if (random() % 4 != 0) rows[id] = std::string(1, static_cast<char>('a' + random() % 3));
    }
    return rows;
  };
  const auto values = [](const std::map<int, std::string>& rows) {
    std::vector<std::string> lines;
    for (const auto& [id, name] : rows)
      lines.push_back("(" + std::to_string(id) + ", '" + name + "')");
    return join(lines, ", ");
  };
  const auto before = draw();
  const auto after = draw();
  int64_t added = 0;
  int64_t removed = 0;
  int64_t changed = 0;
  for (int id = 0; id < 300; ++id) {
    const auto old = before.find(id);
    const auto now = after.find(id);
    added += old == before.end() && now != after.end() ? 1 : 0;
    removed += old != before.end() && now == after.end() ? 1 : 0;
    changed += old != before.end() && now != after.end() && old->second != now->second ? 1 : 0;
  }
  const auto first = overwrite(values(before));
  const auto second = overwrite(values(after));
  const TableDiff by_key = diff_snapshots(*connection_, first, second, {.key = {"id"}});
  EXPECT_EQ(by_key.added, added);
  EXPECT_EQ(by_key.removed, removed);
  EXPECT_EQ(by_key.changed, changed);
  const TableDiff by_row = diff_snapshots(*connection_, first, second, {});
  EXPECT_EQ(by_row.added, added + changed);
  EXPECT_EQ(by_row.removed, removed + changed);
}

}  // namespace
}  // namespace tidemill
