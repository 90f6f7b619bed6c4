// NDJSON: one JSON object a line.
//
// Lines end in LF or CRLF; the last one may lack its end. Lines of nothing but white space are no
// records. A byte-order mark at a file's beginning is skipped. What a line holds becomes a row as
// record_decoder.h says.

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "formats/block_rows.h"
#include "formats/format.h"
#include "formats/record_decoder.h"

namespace tidemill::formats {

namespace {

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

/// Cuts a text after line breaks.
class LineSplitter : public RecordSplitter {
 public:
  Cut cut(std::string_view text, bool at_end, std::vector<RecordSpan>&) override {
    size_t begin = 0;
    if (skipping_) {
      const size_t found = text.find('\n');
      if (found == std::string_view::npos) return {text.size(), text.size()};
      begin = found + 1;
      skipping_ = false;
    }
    if (at_end) return {begin, text.size()};
    const size_t from = std::max(begin, searched_);
    const void* last = memrchr(text.data() + from, '\n', text.size() - from);
    if (last == nullptr) {
      searched_ = text.size() - begin;
      return {begin, begin};
    }
    searched_ = 0;
    return {begin, static_cast<size_t>(static_cast<const char*>(last) - text.data()) + 1};
  }

  std::optional<Cut> cut_long(std::string_view, std::vector<RecordSpan>&) override {
    skipping_ = true;
    searched_ = 0;
    return std::nullopt;
  }

 private:
  bool skipping_ = false;  // The rest of a line that is too long.
  size_t searched_ = 0;    // Bytes of the text in which there is no line break.
};

class LineParser : public BlockParser {
 public:
  explicit LineParser(const Contract& contract) : decoder_(contract) {}

  void begin(const RecordBlock& block, const std::string&) override { rest_ = block.text; }

  std::optional<Record> next() override {
    while (!rest_.empty()) {
      const size_t end = std::min(rest_.find('\n'), rest_.size());
      std::string_view line = rest_.substr(0, end);
      rest_.remove_prefix(std::min(end + 1, rest_.size()));
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (!is_blank(line)) return Record{line, decoder_.decode(line)};
    }
    return std::nullopt;
  }

  void write_row(duckdb::RowBatch& batch, size_t row,
                 std::span<const size_t> columns) const override {
    decoder_.write_row(batch, row, columns);
  }

 private:
  RecordDecoder decoder_;
  std::string_view rest_;
};

std::unique_ptr<duckdb::RowSource> open(ReadRequest request, const Options& options) {
  const Contract& contract = request.contract;
  return make_block_rows(
      std::move(request),
      {.limits = block_limits(options),
       .make_splitter = [](const Input&) { return std::make_unique<LineSplitter>(); },
       .make_parser = [&contract] { return std::make_unique<LineParser>(contract); }});
}

}  // namespace

const Format& ndjson() {
  static const Format format = {.name = "ndjson",
                                .doc = "One JSON object a line.",
                                .form = block_form("ndjson"),
                                .open = open};
  return format;
}

}  // namespace tidemill::formats
