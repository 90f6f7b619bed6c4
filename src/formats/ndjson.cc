// NDJSON: one JSON object a line.
//
// Lines end in LF or CRLF; the last one may lack its end. Lines of nothing but white space are no
// records. A byte-order mark at a file's beginning is skipped. What a line holds becomes a row as
// record_decoder.h says.

#include <algorithm>
#include <atomic>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "formats/format.h"
#include "formats/line_blocks.h"
#include "formats/record_decoder.h"
#include "formats/text_source.h"

namespace tidemill::formats {

namespace {

constexpr int64_t kBlockSize = 1024 * int64_t{1024};
constexpr int64_t kLongestLine = int64_t{32} * 1024 * 1024;
constexpr size_t kKeptOfLongLine = 64 * size_t{1024};

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

struct Line {
  std::string_view text;  // Without its line break.
  bool cut_off = false;   // The line's beginning; it is too long.
};

/// The lines of one file, one after another.
class LineFile {
 public:
  LineFile(const Input& input, ReadCounters& counters, BlockLimits limits)
      : name_(input.name), blocks_(open_text(input, counters), limits) {}

  const std::string& name() const { return name_; }
  /// Returns the number of the line that `next` returned last.
  int64_t line_number() const { return line_number_; }

  /// Returns the next line, valid until the next call, or nothing at the end.
  std::optional<Line> next(const Cancellation& cancellation) {
    while (at_ == block_.text.size()) {
      cancellation.check();
      const auto block = blocks_.next();
      if (!block) return std::nullopt;
      block_ = *block;
      at_ = 0;
    }
    ++line_number_;
    const size_t begin = at_;
    const size_t end = std::min(block_.text.find('\n', begin), block_.text.size());
    at_ = std::min(end + 1, block_.text.size());
    std::string_view text = block_.text.substr(begin, end - begin);
    if (text.ends_with('\r')) text.remove_suffix(1);
    return Line{text, block_.cut_off};
  }

 private:
  std::string name_;
  LineBlocks blocks_;
  LineBlock block_;
  size_t at_ = 0;  // Of the next line in the block.
  int64_t line_number_ = 0;
};

class NdjsonSource : public duckdb::RowSource {
 public:
  NdjsonSource(ReadRequest request, BlockLimits limits)
      : request_(std::move(request)), schema_(request_.contract.schema()), limits_(limits) {}

  const Schema& schema() const override { return schema_; }
  size_t most_readers() const override { return std::max<size_t>(1, request_.inputs.size()); }
  std::unique_ptr<duckdb::RowReader> make_reader(std::span<const size_t> columns) override;

  const ReadRequest& request() const { return request_; }
  const BlockLimits& limits() const { return limits_; }
  /// Opens the next file that no reader has, or returns null when there is none.
  std::unique_ptr<LineFile> open_next() {
    const size_t index = next_input_.fetch_add(1);
    if (index >= request_.inputs.size()) return nullptr;
    return std::make_unique<LineFile>(request_.inputs[index], request_.counters, limits_);
  }

 private:
  ReadRequest request_;
  Schema schema_;
  BlockLimits limits_;
  std::atomic<size_t> next_input_ = 0;
};

/// Reads one file after another, each to its end.
class NdjsonReader : public duckdb::RowReader {
 public:
  NdjsonReader(NdjsonSource& source, std::span<const size_t> columns)
      : source_(source),
        request_(source.request()),
        columns_(columns.begin(), columns.end()),
        decoder_(request_.contract) {}

  size_t read(duckdb::RowBatch& batch) override {
    size_t rows = 0;
    int64_t records = 0;
    while (rows < batch.capacity()) {
      const auto line = next_line();
      if (!line) break;
      if (is_blank(line->text) && !line->cut_off) continue;
      ++records;
      if (decode(*line)) decoder_.write_row(batch, rows++, columns_);
    }
    request_.counters.records += records;
    request_.counters.rows += static_cast<int64_t>(rows);
    request_.counters.rejected += records - static_cast<int64_t>(rows);
    return rows;
  }

 private:
  std::optional<Line> next_line() {
    while (true) {
      if (file_ == nullptr) file_ = source_.open_next();
      if (file_ == nullptr) return std::nullopt;
      if (const auto line = file_->next(request_.cancellation)) return line;
      file_.reset();
    }
  }

  /// Decodes a line; false when it was rejected instead.
  bool decode(const Line& line) {
    const auto problem = line.cut_off ? too_long() : decoder_.decode(line.text);
    if (!problem) return true;
    if (request_.contract.bad_rows == Contract::BadRows::kFail) fail(*problem);
    request_.rejects.add(
        {.file = file_->name(),
         .line = file_->line_number(),
         .column = problem->column,
         .reason = problem->reason,
         .text = std::string(line.cut_off ? line.text.substr(0, kKeptOfLongLine) : line.text)});
    return false;
  }

  std::optional<RecordProblem> too_long() const {
    return RecordProblem{.reason = "longer than a line may be, in bytes: " +
                                   std::to_string(source_.limits().longest_line)};
  }

  [[noreturn]] void fail(const RecordProblem& problem) const {
    const std::string column = problem.column.empty() ? "" : " in column " + quote(problem.column);
    throw user_error("bad record" + column + ", " + problem.reason)
        .at({.file = file_->name(), .line = static_cast<int>(file_->line_number())})
        .hint(
            "with bad_rows: quarantine such records go to the rejects table, and the others are "
            "read");
  }

  NdjsonSource& source_;
  const ReadRequest& request_;
  std::vector<size_t> columns_;
  RecordDecoder decoder_;
  std::unique_ptr<LineFile> file_;
};

std::unique_ptr<duckdb::RowReader> NdjsonSource::make_reader(std::span<const size_t> columns) {
  return std::make_unique<NdjsonReader>(*this, columns);
}

size_t size_option(const Options& options, const std::string& field, int64_t fallback) {
  constexpr int64_t kMost = int64_t{1024} * 1024 * 1024;
  const int64_t size = options.integer(field, fallback);
  if (size >= 1 && size <= kMost) return static_cast<size_t>(size);
  throw user_error(field + " is not between 1 and " + std::to_string(kMost) +
                   " bytes: " + quote(std::to_string(size)))
      .at(options.place(field));
}

std::unique_ptr<duckdb::RowSource> open(ReadRequest request, const Options& options) {
  const size_t block = size_option(options, "block_size", kBlockSize);
  const size_t longest_line = size_option(options, "longest_line", kLongestLine);
  return std::make_unique<NdjsonSource>(std::move(request),
                                        BlockLimits{std::min(block, longest_line), longest_line});
}

}  // namespace

const Format& ndjson() {
  static const Format format = {
      .name = "ndjson",
      .doc = "One JSON object a line.",
      .form =
          {.name = "ndjson",
           .fields =
               {{.name = "block_size",
                 .type = FieldType::kInteger,
                 .doc = "Bytes of text that each thread reads at a time. Default: 1048576."},
                {.name = "longest_line",
                 .type = FieldType::kInteger,
                 .doc =
                     "The longest line in bytes; a longer one is a bad record, of which the first "
                     "65536 bytes are kept. A thread may need five times as much memory. Default: "
                     "33554432."}}},
      .open = open};
  return format;
}

}  // namespace tidemill::formats
