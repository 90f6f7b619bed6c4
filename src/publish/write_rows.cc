#include "publish/write_rows.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "tables/statistics.h"

namespace tidemill {

namespace {

using tables::DataFile;

constexpr int64_t kBytesOfPiece = 32 << 20;  // In memory; DuckDB sorts in a few times that.
constexpr int64_t kMostPieces = 100;         // Written side by side.
constexpr const char* kPiece = "tidemill_piece";

bool has_any_width(const Type& type) {
  using Id = Type::Id;
  constexpr std::array kIds = {Id::kVarchar, Id::kJson,   Id::kBlob,
                               Id::kList,    Id::kStruct, Id::kMap};
  return std::ranges::find(kIds, type.id) != kIds.end();
}

class LayoutWriter {
 public:
  LayoutWriter(duckdb::Connection& connection, FileSystem& files, const WriteRequest& request,
               const tables::Shape& shape, const std::string& table_folder)
      : connection_(connection),
        files_(files),
        request_(request),
        shape_(shape),
        table_folder_(table_folder) {}

  /// Writes the rows in their layout; nothing when there is too little memory for that. Then the
  /// folder is empty.
  std::optional<std::vector<DataFile>> try_at_once(const WriteRequest& request) {
    try {
      return tables::written_files(write_files(connection_, request), table_folder_, shape_);
    } catch (const Error& error) {
      check_layout_is_why(error);
    }
    clear(request.folder);
    return std::nullopt;
  }

  /// The same for rows that mostly lie in one partition: to sort them into partitions costs as much
  /// as reading them, so they go into one file, which is written once more if there are several.
  std::optional<std::vector<DataFile>> try_as_one() {
    WriteRequest one = request_;
    one.partition_by.clear();
    duckdb::Table written;
    try {
      written = write_files(connection_, one);
    } catch (const Error& error) {
      check_layout_is_why(error);
      clear(request_.folder);
      return std::nullopt;
    }
    if (auto files = tables::written_files_of_one_partition(written, table_folder_, shape_))
      return files;
    return write_again(duckdb::text_of(written.rows.at(0).at(0)));
  }

  /// Writes the rows as they come first, and then in their layout.
  std::vector<DataFile> write_twice() {
    WriteRequest plain = request_;
    plain.partition_by.clear();
    plain.cluster_by.clear();
    const duckdb::Table written = write_files(connection_, plain);
    return write_again(duckdb::text_of(written.rows.at(0).at(0)));
  }

 private:
  /// Throws an error that has other reasons than the layout.
  void check_layout_is_why(const Error& error) const {
    const bool has_layout = !request_.partition_by.empty() || !request_.cluster_by.empty();
    if (error.kind() != Error::Kind::kMemory || !has_layout) throw error;
  }

  void clear(const std::string& folder) {
    files_.remove_all(folder);
    files_.make_folder(folder);
  }

  std::string new_folder(const std::string& name) {
    const std::string folder = join_path(request_.folder, name);
    files_.make_folder(folder);
    return folder;
  }

  /// Writes the rows of a file in their layout, and removes it.
  std::vector<DataFile> write_again(const std::string& file) {
    measure(file);
    std::optional<std::vector<DataFile>> written;
    if (request_.cluster_by.empty()) written = try_at_once(of_files({file}, new_folder("all")));
    if (!written) written = write_pieces(file);
    files_.remove(file);
    return *written;
  }

  /// Cuts the rows of a file into pieces, in the order of the layout, and sorts one after another.
  std::vector<DataFile> write_pieces(const std::string& file) {
    const int64_t count = std::clamp<int64_t>(bytes_ / kBytesOfPiece + 1, 1, kMostPieces);
    if (count == 1) return write_piece({file}, 0);
    const std::string source = "read_parquet(" + duckdb::quote_literal(file) +
                               ", hive_partitioning = false, file_row_number = true)";
    const std::string places = "SELECT file_row_number, least(" + std::to_string(count) +
                               ", 1 + sum(tidemill_bytes) OVER (ORDER BY " + order() +
                               " ROWS UNBOUNDED PRECEDING) // " + std::to_string(bytes_ / count) +
                               ")::INTEGER AS " + kPiece + " FROM (SELECT file_row_number, " +
                               order() + ", " + row_bytes_sql() + " AS tidemill_bytes FROM " +
                               source + ")";
    WriteRequest cut{
        .select = "SELECT * FROM " + source + " JOIN (" + places + ") USING (file_row_number)",
        .schema = shape_.schema,
        .partition_by = {kPiece},
        .row_bytes = row_bytes_,
        .folder = new_folder("pieces")};
    cut.schema.push_back({kPiece, {.id = Type::Id::kInteger}});
    write_files(connection_, cut);
    std::vector<DataFile> written;
    for (int64_t i = 1; i <= count; ++i) {
      const std::vector<FileEntry> entries =
          files_.list(join_path(cut.folder, std::string(kPiece) + "=" + std::to_string(i)));
      std::vector<std::string> piece;
      for (const FileEntry& entry : entries) piece.push_back(entry.path);
      std::ranges::move(write_piece(piece, i), std::back_inserter(written));
      for (const std::string& path : piece) files_.remove(path);
    }
    files_.remove_all(cut.folder);
    return written;
  }

  std::vector<DataFile> write_piece(const std::vector<std::string>& piece, int64_t number) {
    WriteRequest sorted = of_files(piece, new_folder(std::to_string(number)));
    sorted.partition_after_partition = true;
    return tables::written_files(write_files(connection_, sorted), table_folder_, shape_);
  }

  /// Returns the request for rows that were written.
  WriteRequest of_files(const std::vector<std::string>& paths, const std::string& folder) const {
    WriteRequest request = request_;
    request.select =
        "SELECT * FROM read_parquet(" + duckdb::quote_list(paths) + ", hive_partitioning = false)";
    request.parameters.clear();
    request.schema = shape_.schema;
    request.derived.clear();
    request.row_bytes = row_bytes_;
    request.folder = folder;
    return request;
  }

  void measure(const std::string& file) {
    const duckdb::Table table = connection_.query(
        "SELECT sum(" + row_bytes_sql() + ")::BIGINT, count(*) FROM read_parquet(" +
        duckdb::quote_literal(file) + ", hive_partitioning = false)");
    bytes_ = duckdb::integer_of(table.rows.at(0).at(0));
    row_bytes_ = bytes_ / duckdb::integer_of(table.rows.at(0).at(1));
  }

  /// Returns an expression of SQL: about how many bytes a row has in memory.
  std::string row_bytes_sql() const {
    std::vector<std::string> sizes = {std::to_string(16 * shape_.schema.size())};
    for (const Column& column : shape_.schema) {
      if (!has_any_width(column.type)) continue;
      sizes.push_back("coalesce(strlen(" + duckdb::quote_identifier(column.name) +
                      "::VARCHAR), 0)");
    }
    return "(" + join(sizes, " + ") + ")";
  }

  /// Returns the layout's columns as they stand after ORDER BY.
  std::string order() const {
    std::vector<std::string> columns;
    for (const auto* names : {&request_.partition_by, &request_.cluster_by}) {
      for (const std::string& name : *names) columns.push_back(duckdb::quote_identifier(name));
    }
    return join(columns, ", ");
  }

  duckdb::Connection& connection_;
  FileSystem& files_;
  const WriteRequest& request_;
  const tables::Shape& shape_;
  const std::string& table_folder_;
  int64_t bytes_ = 0;      // Of all rows in memory, once they lie in a file.
  int64_t row_bytes_ = 0;  // Of one, on average.
};

}  // namespace

std::vector<DataFile> write_rows(duckdb::Connection& connection, FileSystem& files,
                                 const WriteRequest& request, const tables::Shape& shape,
                                 const std::string& table_folder, bool mostly_one_partition,
                                 const std::function<void()>& rewind) {
  LayoutWriter writer(connection, files, request, shape, table_folder);
  if (auto written = mostly_one_partition ? writer.try_as_one() : writer.try_at_once(request))
    return *written;
  if (rewind) rewind();
  return writer.write_twice();
}

}  // namespace tidemill
