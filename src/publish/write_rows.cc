#include "publish/write_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "base/error.h"
#include "base/text.h"
#include "duckdb/group_limit.h"
#include "tables/statistics.h"

namespace tidemill {

namespace {

using tables::DataFile;

constexpr int64_t kBytesOfPiece = 32 << 20;  // In memory; DuckDB sorts in a few times that.
constexpr int64_t kMostPieces = kMostPartitionsAtOnce;

constexpr const char* kRow = "file_row_number";  // As DuckDB calls it.
constexpr const char* kPiece = "tidemill_piece";
constexpr const char* kBytes = "tidemill_bytes";

bool has_any_width(const Type& type) {
  using Id = Type::Id;
  constexpr std::array kIds = {Id::kVarchar, Id::kJson,   Id::kBlob,
                               Id::kList,    Id::kStruct, Id::kMap};
  return std::ranges::find(kIds, type.id) != kIds.end();
}

/// Names of ours beside the columns.
constexpr std::array<std::string_view, 3> kOwnNames = {kRow, kPiece, kBytes};

class LayoutWriter {
 public:
  LayoutWriter(duckdb::Connection& connection, FileSystem& files, const WriteRequest& request,
               const tables::Shape& shape, const std::string& table_folder)
      : connection_(connection),
        files_(files),
        request_(request),
        shape_(shape),
        table_folder_(table_folder) {}

  /// Writes the rows in their layout; nothing when there is too little memory for that.
  std::optional<std::vector<DataFile>> try_at_once(const WriteRequest& request) {
    std::optional<std::vector<DataFile>> written;
    try_within_memory([&] { written = files_of(write_files(connection_, request)); });
    return written;
  }

  /// The same for rows that mostly lie in one partition: to sort them into partitions costs as much
  /// as reading them, so they go into one file, which is written once more if there are several.
  std::optional<std::vector<DataFile>> try_as_one() {
    WriteRequest one = request_;
    one.partition_by.clear();
    std::optional<duckdb::Table> written;
    try_within_memory([&] { written = write_files(connection_, one); });
    if (!written) return std::nullopt;
    if (auto files = tables::written_files_of_one_partition(*written, table_folder_, shape_))
      return files;
    return write_again(written->rows.at(0));
  }

  /// Writes the rows as they come first, and then in their layout.
  std::vector<DataFile> write_twice() {
    files_.remove_all(request_.folder);
    files_.make_folder(request_.folder);
    WriteRequest plain = request_;
    plain.partition_by.clear();
    plain.cluster_by.clear();
    const duckdb::Table written = write_files(connection_, plain);
    return written.rows.empty() ? std::vector<DataFile>() : write_again(written.rows.at(0));
  }

 private:
  /// Does a work that may want more memory than there is. Throws other errors, and that one when
  /// another way would do no better.
  template <typename Work>
  void try_within_memory(const Work& work) {
    try {
      return work();
    } catch (const Error& error) {
      const bool has_layout = !request_.partition_by.empty() || !request_.cluster_by.empty();
      if (!error.wants_memory() || !has_layout) throw;
      check_names();
      failed_ = true;
      too_many_partitions_ = error.message() == duckdb::kTooManyGroups;
    }
  }

  void check_names() const {
    for (const Column& column : shape_.schema) {
      if (std::ranges::find(kOwnNames, lower(column.name)) == kOwnNames.end()) continue;
      throw user_error("too many partitions or too wide rows for a table with a column named: " +
                       quote(column.name))
          .hint("give the column another name, or raise memory_limit in tidemill.yml");
    }
  }

  std::vector<DataFile> files_of(const duckdb::Table& written) const {
    return tables::written_files(written, table_folder_, shape_);
  }

  std::string new_folder(const std::string& name) {
    const std::string folder = join_path(request_.folder, name);
    files_.make_folder(folder);
    return folder;
  }

  /// Writes the rows of a file, of which DuckDB said `returned`, in their layout, and removes it.
  std::vector<DataFile> write_again(const duckdb::Row& returned) {
    const std::string file = duckdb::text_of(returned.at(0));
    rows_ = parse_integer(duckdb::text_of(returned.at(1))).value();  // UBIGINT, so a text.
    if (failed_) measure(file);
    std::optional<std::vector<DataFile>> written;
    // A sort fails as before; partitions may not, now that the width of the rows is known.
    const bool may_fit = !too_many_partitions_ && (!failed_ || request_.cluster_by.empty());
    if (may_fit) {
      const WriteRequest all = of_files({file}, new_folder("all"));
      written = try_at_once(all);
      if (!written) files_.remove_all(all.folder);
    }
    if (!written) written = write_pieces(file);
    files_.remove(file);
    int64_t rows = 0;
    for (const DataFile& each : *written) rows += each.records.value_or(0);
    if (rows != rows_)
      throw bug_error(fmt::format("of {} rows {} were written in their layout", rows_, rows));
    return *written;
  }

  /// Cuts the rows of a file into pieces, in the order of the layout, and sorts one after another.
  std::vector<DataFile> write_pieces(const std::string& file) {
    if (bytes_ == 0) measure(file);
    const int64_t count = std::clamp<int64_t>(bytes_ / kBytesOfPiece + 1, 1, kMostPieces);
    if (count == 1) return write_piece({file}, 0);
    const std::string source = "read_parquet(" + duckdb::quote_literal(file) +
                               ", hive_partitioning = false, file_row_number = true)";
    const std::string order = duckdb::quote_identifiers(layout_order(request_));
    const std::string places = fmt::format(
        "SELECT {row}, least({count}, 1 + sum({bytes}) OVER (ORDER BY {order} ROWS UNBOUNDED "
        "PRECEDING) // {size})::INTEGER AS {piece} FROM (SELECT {row}, {order}, {row_bytes} AS "
        "{bytes} FROM {source})",
        fmt::arg("row", kRow), fmt::arg("count", count), fmt::arg("bytes", kBytes),
        fmt::arg("order", order), fmt::arg("size", bytes_ / count), fmt::arg("piece", kPiece),
        fmt::arg("row_bytes", row_bytes()), fmt::arg("source", source));
    WriteRequest cut{
        .select = fmt::format("SELECT * FROM {} JOIN ({}) USING ({})", source, places, kRow),
        .schema = shape_.schema,
        .partition_by = {kPiece},
        .row_bytes = bytes_ / rows_,
        .folder = new_folder("pieces")};
    cut.schema.push_back({kPiece, {.id = Type::Id::kInteger}});
    write_files(connection_, cut);
    std::vector<DataFile> written;
    for (int64_t i = 1; i <= count; ++i) {
      std::vector<std::string> piece;
      for (const FileEntry& entry :
           files_.list(join_path(cut.folder, fmt::format("{}={}", kPiece, i))))
        piece.push_back(entry.path);
      if (piece.empty()) continue;  // A row larger than a piece has passed over it.
      std::ranges::move(write_piece(piece, i), std::back_inserter(written));
      for (const std::string& path : piece) files_.remove(path);
    }
    files_.remove_all(cut.folder);
    return written;
  }

  std::vector<DataFile> write_piece(const std::vector<std::string>& piece, int64_t number) {
    WriteRequest sorted = of_files(piece, new_folder(std::to_string(number)));
    sorted.partition_after_partition = true;
    return files_of(write_files(connection_, sorted));
  }

  /// Returns the request for rows that were written.
  WriteRequest of_files(const std::vector<std::string>& paths, const std::string& folder) const {
    WriteRequest request = request_;
    request.select =
        "SELECT * FROM read_parquet(" + duckdb::quote_list(paths) + ", hive_partitioning = false)";
    request.parameters.clear();
    request.schema = shape_.schema;
    request.derived.clear();
    request.row_bytes = rows_ > 0 ? bytes_ / rows_ : 0;
    request.folder = folder;
    return request;
  }

  void measure(const std::string& file) {
    const duckdb::Table table =
        connection_.query(fmt::format("SELECT coalesce(sum({}), 0)::BIGINT FROM read_parquet({}, "
                                      "hive_partitioning = false)",
                                      row_bytes(), duckdb::quote_literal(file)));
    bytes_ = duckdb::integer_of(table.rows.at(0).at(0));
  }

  /// Returns an expression of SQL: about how many bytes a row has in memory.
  std::string row_bytes() const {
    std::vector<std::string> sizes = {std::to_string(16 * shape_.schema.size())};
    for (const Column& column : shape_.schema) {
      if (!has_any_width(column.type)) continue;
      sizes.push_back("coalesce(strlen(" + duckdb::quote_identifier(column.name) +
                      "::VARCHAR), 0)");
    }
    return "(" + join(sizes, " + ") + ")";
  }

  duckdb::Connection& connection_;
  FileSystem& files_;
  const WriteRequest& request_;
  const tables::Shape& shape_;
  const std::string& table_folder_;
  int64_t rows_ = 0;   // Once they lie in a file.
  int64_t bytes_ = 0;  // That they have in memory, once somebody needs to know.
  bool failed_ = false;
  bool too_many_partitions_ = false;
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
