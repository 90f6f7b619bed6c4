#include "formats/block_rows.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "formats/byte_masks.h"
#include "formats/text_source.h"

namespace tidemill {

namespace {

constexpr int64_t kBlockSize = 2 * 1024 * int64_t{1024};
constexpr int64_t kLongestRecord = int64_t{32} * 1024 * 1024;
constexpr size_t kKeptOfLongRecord = 64 * size_t{1024};
constexpr size_t kMostReaders = 256;  // DuckDB has fewer threads.

/// A file that is being read, by one thread or several.
struct OpenFile {
  OpenFile(const Input& input, const BlockFormat& format, const ReadRequest& request)
      : name(input.name),
        text(
            [&input, &request] { return open_text(input, request.counters, request.cancellation); },
            format.make_splitter(input), limits_of(input, format.limits), input.first_line,
            /*has_mark=*/!input.is_record) {}

  /// A record that was read before is read again, however long it is.
  static BlockLimits limits_of(const Input& input, BlockLimits limits) {
    constexpr size_t kAnyLength = size_t{1} << 40;
    if (input.is_record) limits.longest_record = kAnyLength;
    return limits;
  }

  const std::string name;
  BlockedText text;
  size_t readers = 0;  // Guarded by the source's mutex.
};

class BlockRows : public duckdb::RowSource {
 public:
  BlockRows(ReadRequest request, BlockFormat format)
      : request_(std::move(request)),
        format_(std::move(format)),
        schema_(request_.contract.schema()) {}

  const Schema& schema() const override { return schema_; }
  size_t most_readers() const override { return kMostReaders; }
  std::unique_ptr<duckdb::RowReader> make_reader(std::span<const size_t> columns) override;

  const ReadRequest& request() const { return request_; }
  const BlockFormat& format() const { return format_; }

  /// Returns a file that no reader has, else the one with the fewest; null when none is left.
  std::shared_ptr<OpenFile> join_file() {
    const std::lock_guard lock(mutex_);
    if (next_input_ < request_.inputs.size()) {
      open_.push_back(
          std::make_shared<OpenFile>(request_.inputs[next_input_++], format_, request_));
      ++open_.back()->readers;
      return open_.back();
    }
    const auto fewest = std::ranges::min_element(
        open_, {}, [](const std::shared_ptr<OpenFile>& file) { return file->readers; });
    if (fewest == open_.end()) return nullptr;
    ++(*fewest)->readers;
    return *fewest;
  }
  /// The file has no further block.
  void finish_file(const std::shared_ptr<OpenFile>& file) {
    const std::lock_guard lock(mutex_);
    std::erase(open_, file);
  }

 private:
  ReadRequest request_;
  BlockFormat format_;
  Schema schema_;
  std::mutex mutex_;  // Guards all below.
  size_t next_input_ = 0;
  std::vector<std::shared_ptr<OpenFile>> open_;
};

class BlockReader : public duckdb::RowReader {
 public:
  BlockReader(BlockRows& source, std::span<const size_t> columns)
      : source_(source),
        request_(source.request()),
        columns_(columns.begin(), columns.end()),
        parser_(source.format().make_parser()) {}

  size_t read(duckdb::RowBatch& batch) override {
    size_t rows = 0;
    int64_t records = 0;
    batch.set_lasting(block_.text);
    while (rows < batch.capacity()) {
      const auto record = parser_->next();
      if (!record) {
        // The rows point into the block, which the next one takes the place of.
        if (rows > 0 || !next_block(records)) break;
        batch.set_lasting(block_.text);
        continue;
      }
      ++records;
      if (!record->problem) {
        parser_->write_row(batch, rows++, columns_);
      } else {
        reject(block_, *record);
      }
    }
    request_.counters.records += records;
    request_.counters.rows += static_cast<int64_t>(rows);
    request_.counters.rejected += records - static_cast<int64_t>(rows);
    return rows;
  }

 private:
  /// Goes to the next block; false when no file has one. Counts records that have no end.
  bool next_block(int64_t& records) {
    while (true) {
      request_.cancellation.check();
      if (file_ == nullptr) file_ = source_.join_file();
      if (file_ == nullptr) return false;
      auto block = file_->text.next(buffer_);
      if (!block) {
        source_.finish_file(std::exchange(file_, nullptr));
        continue;
      }
      line_ = block->first_line;
      counted_ = 0;
      if (!block->cut_off) {
        block_ = std::move(*block);
        parser_->begin(block_, file_->name);
        return true;
      }
      ++records;
      const size_t longest = source_.format().limits.longest_record;
      reject(*block, {block->text.substr(0, std::min(kKeptOfLongRecord, longest)),
                      RecordProblem{.reason = "longer than a record may be, in bytes: " +
                                              std::to_string(longest)}});
    }
  }

  /// Returns the line that a record begins on. Goes on from the last one it was asked for, which
  /// stands before: else a block of bad records would be counted through for each of them.
  int64_t line_of(const RecordBlock& block, const BlockParser::Record& record) {
    const auto before = static_cast<size_t>(record.text.data() - block.text.data());
    line_ += count_bytes(block.text.substr(counted_, before - counted_), '\n');
    counted_ = before;
    return line_;
  }

  void reject(const RecordBlock& block, const BlockParser::Record& record) {
    const int64_t line = line_of(block, record);
    if (request_.contract.bad_rows == Contract::BadRows::kFail) fail(*record.problem, line);
    request_.rejects.add({.file = file_->name,
                          .line = line,
                          .column = record.problem->column,
                          .reason = record.problem->reason,
                          .text = std::string(record.text),
                          .header = block.header == nullptr ? "" : block.header->text,
                          .cut_off = block.cut_off});
  }

  [[noreturn]] void fail(const RecordProblem& problem, int64_t line) const {
    const std::string column = problem.column.empty() ? "" : " in column " + quote(problem.column);
    throw user_error("bad record" + column + ", " + problem.reason)
        .at({.file = file_->name, .line = static_cast<int>(line)})
        .hint(
            "with bad_rows: quarantine such records go to the rejects table, and the others are "
            "read");
  }

  BlockRows& source_;
  const ReadRequest& request_;
  std::vector<size_t> columns_;
  std::unique_ptr<BlockParser> parser_;
  std::shared_ptr<OpenFile> file_;
  std::vector<uint8_t> buffer_;
  RecordBlock block_;
  int64_t line_ = 0;    // Of the byte of the block that is `counted_`.
  size_t counted_ = 0;  // Bytes of the block whose lines were counted.
};

std::unique_ptr<duckdb::RowReader> BlockRows::make_reader(std::span<const size_t> columns) {
  return std::make_unique<BlockReader>(*this, columns);
}

size_t size_option(const Options& options, const std::string& field, int64_t fallback) {
  constexpr int64_t kMost = int64_t{1024} * 1024 * 1024;
  const int64_t size = options.integer(field, fallback);
  if (size >= 1 && size <= kMost) return static_cast<size_t>(size);
  throw user_error(field + " is not between 1 and " + std::to_string(kMost) +
                   " bytes: " + quote(std::to_string(size)))
      .at(options.place(field));
}

}  // namespace

std::unique_ptr<duckdb::RowSource> make_block_rows(ReadRequest request, BlockFormat format) {
  return std::make_unique<BlockRows>(std::move(request), std::move(format));
}

Form block_form(std::string name) {
  return {
      .name = std::move(name),
      .fields =
          {{.name = "block_size",
            .type = FieldType::kInteger,
            .doc = "Bytes of text that each thread reads at a time. Default: 2097152."},
           {.name = "longest_record",
            .type = FieldType::kInteger,
            .doc = "The longest record in bytes; a longer one is a bad record, of which the first "
                   "65536 bytes are kept. A thread may need five times as much memory. Default: "
                   "33554432."}},
      .rules = {rule_of([](const Options& options) { block_limits(options); })}};
}

BlockLimits block_limits(const Options& options) {
  const size_t block = size_option(options, "block_size", kBlockSize);
  const size_t longest = size_option(options, "longest_record", kLongestRecord);
  return {std::min(block, longest), longest};
}

}  // namespace tidemill
