#include "formats/record_rows.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "formats/record_decoder.h"

namespace tidemill {

namespace {

/// A stream that is being read.
struct OpenStream {
  std::string name;
  std::unique_ptr<RecordStream> records;
  int64_t number = 0;  // Of the record that came last.
};

class RecordRows : public duckdb::RowSource {
 public:
  explicit RecordRows(RecordRequest request)
      : request_(std::move(request)), schema_(request_.contract.schema()) {}

  const Schema& schema() const override { return schema_; }
  size_t most_readers() const override { return std::max<size_t>(1, request_.inputs.size()); }
  std::unique_ptr<duckdb::RowReader> make_reader(std::span<const size_t> columns) override;

  const RecordRequest& request() const { return request_; }
  /// Opens the next stream that no reader has, or returns nothing when there is none.
  std::optional<OpenStream> open_next() {
    const size_t index = next_input_.fetch_add(1);
    if (index >= request_.inputs.size()) return std::nullopt;
    const RecordInput& input = request_.inputs[index];
    return OpenStream{input.name, input.open()};
  }

 private:
  RecordRequest request_;
  Schema schema_;
  std::atomic<size_t> next_input_ = 0;
};

/// Reads one stream after another, each to its end.
class RecordReader : public duckdb::RowReader {
 public:
  RecordReader(RecordRows& source, std::span<const size_t> columns)
      : source_(source),
        request_(source.request()),
        columns_(columns.begin(), columns.end()),
        decoder_(request_.contract) {}

  size_t read(duckdb::RowBatch& batch) override {
    size_t rows = 0;
    int64_t records = 0;
    int64_t bytes = 0;
    while (rows < batch.capacity()) {
      const auto record = next_record();
      if (!record) break;
      ++records;
      bytes += static_cast<int64_t>(record->size());
      if (decode(*record)) decoder_.write_row(batch, rows++, columns_);
    }
    ReadCounters& counters = request_.counters;
    counters.bytes_out += bytes;
    counters.records += records;
    counters.rows += static_cast<int64_t>(rows);
    counters.rejected += records - static_cast<int64_t>(rows);
    return rows;
  }

 private:
  std::optional<std::string_view> next_record() {
    while (true) {
      request_.cancellation.check();
      if (!stream_) stream_ = source_.open_next();
      if (!stream_) return std::nullopt;
      if (const auto record = stream_->records->next()) {
        ++stream_->number;
        return record;
      }
      stream_.reset();
    }
  }

  /// Decodes a record; false when it was rejected instead.
  bool decode(std::string_view record) {
    const auto problem = decoder_.decode(record);
    if (!problem) return true;
    if (request_.contract.bad_rows == Contract::BadRows::kFail) fail(*problem);
    request_.rejects.add({.file = stream_->name,
                          .line = stream_->number,
                          .column = problem->column,
                          .reason = problem->reason,
                          .text = std::string(record)});
    return false;
  }

  [[noreturn]] void fail(const RecordProblem& problem) const {
    const std::string column = problem.column.empty() ? "" : " in column " + quote(problem.column);
    throw user_error("bad record" + column + ", " + problem.reason)
        .at({.file = stream_->name, .line = static_cast<int>(stream_->number)})
        .hint(
            "with bad_rows: quarantine such records go to the rejects table, and the others are "
            "read");
  }

  RecordRows& source_;
  const RecordRequest& request_;
  std::vector<size_t> columns_;
  RecordDecoder decoder_;
  std::optional<OpenStream> stream_;
};

std::unique_ptr<duckdb::RowReader> RecordRows::make_reader(std::span<const size_t> columns) {
  return std::make_unique<RecordReader>(*this, columns);
}

}  // namespace

std::unique_ptr<duckdb::RowSource> make_record_rows(RecordRequest request) {
  return std::make_unique<RecordRows>(std::move(request));
}

bool VisibleFields::contains(std::string_view field) const {
  return all || std::any_of(alternatives.begin(), alternatives.end(), [&](const auto& fields) {
           return std::find(fields.begin(), fields.end(), field) != fields.end();
         });
}

VisibleFields visible_fields(const Contract& contract) {
  VisibleFields visible{.all = contract.extra_fields != Contract::ExtraFields::kDrop};
  for (const ContractColumn& column : contract.columns) {
    std::vector<std::string>& fields = visible.alternatives.emplace_back();
    for (const Path& path : column.paths) {
      fields.push_back(path.front().name);
      if (column.type.id == Type::Id::kBoolean && path.size() == 1)
        visible.booleans.insert(path.front().name);
    }
  }
  return visible;
}

}  // namespace tidemill
