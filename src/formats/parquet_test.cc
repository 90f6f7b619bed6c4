#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "formats/format_for_test.h"
#include "io/file_system.h"

namespace tidemill {
namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

class ParquetTest : public FormatTest {
 protected:
  ParquetTest() : FormatTest("parquet") {
    folder_ = fs::path(testing::TempDir()) / ("parquet_" + random_id());
    fs::create_directories(folder_ / "scratch");
    scratch_folder_ = folder_ / "scratch";
    contract_.columns.clear();
  }
  ~ParquetTest() override { fs::remove_all(folder_); }

  /// Writes what `select` gives and returns the file's path.
  std::string write(const std::string& select, const std::string& name = "data.parquet") {
    const std::string path = folder_ / name;
    connection_->query("COPY (" + select + ") TO '" + path + "' (FORMAT parquet)");
    return path;
  }
  /// Returns the file as the local file system opens it: read where it lies.
  Input local(const std::string& path) {
    return {path, [this, path] { return files_->open(path, 0); }};
  }
  /// Returns the file as a stream from elsewhere.
  static Input elsewhere(const std::string& path, size_t most = std::string::npos) {
    std::ifstream file(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    return text_input("https://host/data.parquet", bytes.substr(0, most));
  }
  std::string failure_of(Input input) {
    try {
      run("SELECT count(*) FROM $rows", {std::move(input)});
      return "no failure";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), Error::Kind::kUser);
      return error.message();
    }
  }

  fs::path folder_;
  std::unique_ptr<FileSystem> files_ = local_file_system();
};

TEST_F(ParquetTest, AColumnWhoseNameAnotherHasIsNotTakenForMissing) {
  const std::string path = write("SELECT 1 AS first, 2 AS other, 3 AS last");
  std::string bytes = *files_->read(path);
  // DuckDB writes no such file: the name stands in the schema and in the column's metadata.
  for (size_t at = bytes.find("other"); at != std::string::npos; at = bytes.find("other"))
    bytes.replace(at, 5, "FIRST");
  files_->write(path, bytes);
  add_column("first", "integer");
  add_column("last", "integer");
  EXPECT_EQ(rows("SELECT first, last FROM $rows", {local(path)}), Lines{"1,3"});
  add_column("other", "integer", "FIRST");
  EXPECT_EQ(failure_of(local(path)),
            "cannot be read as Parquet (two columns of one name, or that differ in case alone: "
            "'FIRST'): '" +
                path + "'");
}

TEST_F(ParquetTest, ValuesOfEveryKindArriveAsTheyAre) {
  add_column("huge", "decimal(38,0)");
  add_column("unsigned", "decimal(20,0)");
  add_column("price", "decimal(10,2)");
  add_column("day", "date");
  add_column("at", "timestamp");
  add_column("local_at", "timestamp");
  add_column("ratio", "double");
  add_column("bytes", "varchar");
  add_column("yes", "boolean");
  add_column("tags", "list(varchar)");
  add_column("lat", "double", "place.lat");
  const std::string path = write(
      "SELECT 12345678901234567890123456789::DECIMAL(38,0) AS huge, 18446744073709551615::UBIGINT "
      "AS unsigned, -0.50::DECIMAL(10,2) AS price, DATE '2024-02-29' AS day, TIMESTAMPTZ "
      "'2024-02-29 14:00:00.123456+02' AS at, TIMESTAMP '1969-12-31 23:59:59.5' AS local_at, "
      "0.1::DOUBLE + 0.2::DOUBLE AS ratio, '\\x00\\xFF'::BLOB AS bytes, true AS yes, ['a', NULL, "
      "'\"'] AS tags, {'lat': 52.5::DOUBLE, 'lon': 13.4::DOUBLE} AS place UNION ALL SELECT NULL, "
      "NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL");
  EXPECT_EQ(rows("SELECT * FROM $rows", {local(path)}),
            (Lines{"12345678901234567890123456789,18446744073709551615,-0.50,2024-02-29,"
                   "2024-02-29T12:00:00.123456Z,1969-12-31T23:59:59.5Z,0.30000000000000004,00ff,"
                   "true,[\"a\",null,\"\\\"\"],52.5",
                   ",,,,,,,,,,"}));
  EXPECT_EQ(counters_.records, 2);
  EXPECT_EQ(counters_.rows, 2);
  EXPECT_EQ(counters_.bytes, static_cast<int64_t>(fs::file_size(path)));
}

TEST_F(ParquetTest, DecimalsInsideOfListsKeepTheirDigits) {
  add_column("prices", "list(decimal(38,10))");
  const std::string path = write(
      "SELECT [1234567890123456789012345678.0123456789::DECIMAL(38,10)] "
      "AS prices");
  EXPECT_EQ(rows("SELECT prices[1]::VARCHAR FROM $rows", {local(path)}),
            Lines{"1234567890123456789012345678.0123456789"});
}

TEST_F(ParquetTest, WhatDoesNotFitIsRejectedWithItsRow) {
  add_column("id", "bigint");
  add_column("ratio", "double");
  const std::string path =
      write("SELECT unnest([1, 2, 3]) AS id, unnest([0.5, 'NaN'::DOUBLE, 'inf'::DOUBLE]) AS ratio");
  EXPECT_EQ(rows("SELECT * FROM $rows", {local(path)}), Lines{"1,0.5"});
  ASSERT_EQ(sink_.rejects.size(), 2);
  EXPECT_EQ(sink_.rejects[0].line, 2);
  EXPECT_EQ(sink_.rejects[0].file, path);
  EXPECT_EQ(sink_.rejects[0].column, "ratio");
  EXPECT_EQ(sink_.rejects[0].text, R"({"id":2,"ratio":"nan"})");
  EXPECT_EQ(counters_.rejected, 2);
}

TEST_F(ParquetTest, OnlyColumnsOfTheContractAreReadUnlessOthersCount) {
  add_column("id", "bigint");
  contract_.bad_rows = Contract::BadRows::kFail;
  const std::string path = write("SELECT 1 AS id, 'x' AS other");
  EXPECT_EQ(rows("SELECT * FROM $rows", {local(path)}), Lines{"1"});
  contract_.extra_fields = Contract::ExtraFields::kKeep;
  EXPECT_EQ(rows("SELECT * FROM $rows", {local(path)}), Lines{R"(1,{"other":"x"})"});
  contract_.extra_fields = Contract::ExtraFields::kFail;
  EXPECT_EQ(failure_of(local(path)), "bad record, unknown field: 'other'");
}

TEST_F(ParquetTest, AFileFromElsewhereIsCopiedAndTheCopyRemoved) {
  add_column("n", "bigint");
  const std::string path = write("SELECT range AS n FROM range(10000)");
  EXPECT_EQ(rows("SELECT count(*), sum(n) FROM $rows", {elsewhere(path), local(path)}),
            Lines{"20000,99990000"});
  EXPECT_TRUE(fs::is_empty(scratch_folder_));
  EXPECT_EQ(counters_.bytes, 2 * static_cast<int64_t>(fs::file_size(path)));
}

TEST_F(ParquetTest, ANameWithWildcardsAndQuotesIsTheFileOfThatName) {
  add_column("n", "bigint");
  write("SELECT 1 AS n", "a.parquet");
  fs::rename(folder_ / "a.parquet", folder_ / "it's [a]*.parquet");
  write("SELECT 2 AS n", "it-s a.parquet");
  EXPECT_EQ(rows("SELECT * FROM $rows", {local(folder_ / "it's [a]*.parquet")}), Lines{"1"});
}

TEST_F(ParquetTest, BytesMayBeTexts) {
  add_column("name", "varchar");
  const std::string path = write("SELECT '\\xC3\\xA9'::BLOB AS name");
  EXPECT_EQ(rows("SELECT * FROM $rows", {local(path)}), Lines{"c3a9"});
  set_option("binary_as_string", "true");
  EXPECT_EQ(rows("SELECT * FROM $rows", {local(path)}), Lines{"é"});
}

TEST_F(ParquetTest, AFileThatIsCutOffOrNoParquetFails) {
  add_column("n", "bigint");
  const std::string path = write("SELECT range AS n FROM range(1000)");
  const std::string cut = failure_of(elsewhere(path, fs::file_size(path) - 5));
  EXPECT_TRUE(cut.starts_with("cannot be read as Parquet (")) << cut;
  EXPECT_TRUE(cut.ends_with("): 'https://host/data.parquet'")) << cut;
  EXPECT_EQ(cut.find("scratch"), std::string::npos) << cut;
  for (const char* bytes : {"", "PAR1", "{\"n\": 1}\n", "PAR1xxxxxxxxxxxxxxxxPAR1"})
    EXPECT_NE(failure_of(text_input("x.parquet", bytes)), "no failure") << bytes;
  fs::resize_file(path, fs::file_size(path) / 2);
  EXPECT_NE(failure_of(local(path)), "no failure");
  EXPECT_TRUE(fs::is_empty(scratch_folder_));
}

TEST_F(ParquetTest, ItStopsWhenAskedTo) {
  add_column("n", "bigint");
  const std::string path = write("SELECT range AS n FROM range(1000)");
  cancellation_.cancel();
  EXPECT_THROW(run("SELECT * FROM $rows", {local(path)}), Error);
  EXPECT_EQ(counters_.rows, 0);
}

}  // namespace
}  // namespace tidemill
