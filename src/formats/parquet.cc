// Parquet, read by DuckDB and put under the contract record by record.
//
// A file needs random access. One on the local disk is read where it lies; any other (from the web,
// out of an archive) is first copied into the scratch folder, and the copy removed at the end.

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "duckdb/record_sql.h"
#include "duckdb/session.h"
#include "duckdb/text_stream.h"
#include "formats/format.h"
#include "formats/record_rows.h"
#include "formats/stored_bytes.h"
#include "formats/text_source.h"

namespace tidemill::formats {

namespace {

constexpr size_t kCopiedAtOnce = size_t{1} << 20;

/// A file of the scratch folder, removed at the end of its scope.
class ScratchFile {
 public:
  explicit ScratchFile(const std::string& folder)
      : path_(folder + "/" + random_id() + ".parquet"), file_(path_, std::ios::binary) {}
  ~ScratchFile() { std::remove(path_.c_str()); }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  const std::string& path() const { return path_; }

  void copy(ByteSource& source) {
    std::vector<uint8_t> buffer(kCopiedAtOnce);
    while (const size_t count = source.read(buffer)) {
      file_.write(reinterpret_cast<const char*>(buffer.data()),
                  static_cast<std::streamsize>(count));
    }
    file_.close();
    if (file_.fail())
      throw user_error("cannot write a copy: " + quote(path_)).hint("is the disk full?");
  }

 private:
  std::string path_;
  std::ofstream file_;
};

/// True when the file itself is Parquet, rather than one inside of it.
bool begins_parquet(StoredBytes& bytes) {
  constexpr std::string_view kMark = "PAR1";
  const auto beginning = bytes.peek(kMark.size());
  return beginning.size() >= kMark.size() &&
         std::equal(kMark.begin(), kMark.end(), beginning.begin());
}

/// What the streams of one source share. It outlives them.
struct Reading {
  explicit Reading(ReadRequest read_request, bool texts)
      : request(std::move(read_request)),
        visible(visible_fields(request.contract)),
        binary_as_string(texts) {}

  ReadRequest request;
  VisibleFields visible;
  bool binary_as_string;
  // Without threads of its own: a file is read by the thread that asks for its records.
  duckdb::Database database{{.threads = 1}};
};

/// The records of one file.
class ParquetFile : public RecordStream {
 public:
  ParquetFile(Reading& reading, const Input& input) : name_(input.name) {
    const std::string path = local_path(reading, input);
    connection_ = reading.database.connect();
    const std::string relation =
        "read_parquet(" + duckdb::quote_literal(path) + ", hive_partitioning = false" +
        (reading.binary_as_string ? ", binary_as_string = true" : "") + ")";
    explained([&] {
      check_names(reading, path);
      const std::string sql = duckdb::record_sql(
          *connection_, relation,
          [&](std::string_view column) { return reading.visible.contains(column); });
      records_ = std::make_unique<duckdb::TextStream>(*connection_, sql);
    });
  }

  std::optional<std::string_view> next() override {
    std::optional<std::string_view> record;
    explained([&] { record = records_->next(); });
    return record;
  }

 private:
  /// Returns where the file's bytes lie on the disk, copying them there if need be.
  std::string local_path(Reading& reading, const Input& input) {
    ReadRequest& request = reading.request;
    std::unique_ptr<ByteSource> source = input.open();
    const auto path = source->local_path();
    auto stored = std::make_unique<StoredBytes>(std::move(source));
    if (path && begins_parquet(*stored)) {
      request.counters.bytes += stored->fingerprint().size.value_or(0);
      return *path;
    }
    copy_ = std::make_unique<ScratchFile>(request.scratch_folder);
    const Input opened{input.name, [&] { return std::move(stored); }, input.member};
    copy_->copy(*open_text(opened, request.counters, request.cancellation));
    return copy_->path();
  }

  /// Throws when a column that is read, or one in it, has the name of another, if only in other
  /// letters: DuckDB gives the second one a name that is not in the file.
  void check_names(const Reading& reading, const std::string& path) const {
    const duckdb::Table schema =
        connection_->query("SELECT name, coalesce(num_children, 0)::BIGINT FROM parquet_schema(" +
                           duckdb::quote_literal(path) + ")");
    struct Level {
      int64_t left;  // Columns of the level that are still to come.
      bool is_read;
      std::set<std::string> names;
    };
    std::vector<Level> levels;  // From the file's own to that of the column at hand.
    for (const duckdb::Row& row : schema.rows) {
      const std::string name = duckdb::text_of(row[0]);
      bool is_read = true;
      if (!levels.empty()) {
        Level& level = levels.back();
        is_read = level.is_read && (levels.size() > 1 || reading.visible.contains(name));
        if (!level.names.insert(lower(name)).second && is_read)
          throw user_error("two columns of one name, or that differ in case alone: " + quote(name));
        --level.left;
      }
      levels.push_back({duckdb::integer_of(row[1]), is_read, {}});
      while (!levels.empty() && levels.back().left == 0) levels.pop_back();
    }
  }

  /// Runs `work`, and says of DuckDB's errors which file they are about.
  template <typename Work>
  void explained(const Work& work) const {
    try {
      work();
    } catch (const Error& error) {
      if (error.kind() == Error::Kind::kCancelled || error.kind() == Error::Kind::kBug) throw;
      const std::string place = copy_ ? copy_->path() : name_;
      const std::string first_line = error.message().substr(0, error.message().find('\n'));
      const std::string reason = replace_all(first_line, place, name_);
      throw user_error("cannot be read as Parquet (" + reason + "): " + quote(name_));
    }
  }

  std::string name_;
  std::unique_ptr<ScratchFile> copy_;
  std::unique_ptr<duckdb::Connection> connection_;
  std::unique_ptr<duckdb::TextStream> records_;
};

std::unique_ptr<duckdb::RowSource> open(ReadRequest request, const Options& options) {
  const auto reading =
      std::make_shared<Reading>(std::move(request), options.boolean("binary_as_string", false));
  const ReadRequest& read = reading->request;
  std::vector<RecordInput> inputs;
  for (const Input& input : read.inputs) {
    inputs.push_back(
        {input.name, [reading, &input] { return std::make_unique<ParquetFile>(*reading, input); }});
  }
  return make_record_rows(
      {read.contract, std::move(inputs), read.rejects, read.counters, read.cancellation});
}

}  // namespace

const Format& parquet() {
  static const Format format = {
      .name = "parquet",
      .doc = "Apache Parquet, read by DuckDB.",
      .form = {.name = "parquet",
               .fields = {{.name = "binary_as_string",
                           .type = FieldType::kBoolean,
                           .doc = "Whether columns of bytes hold texts that their writer did not "
                                  "mark as such. Default: false."}}},
      .open = open};
  return format;
}

}  // namespace tidemill::formats
