// JSON: one array of objects of any length, or objects one after another.
//
// The array is cut into its elements while it streams by. An element that is no object, or is
// broken within its brackets, is a bad record; an array that is broken between its elements fails
// the file. See json_splitter.h.

#include <utility>

#include "formats/block_rows.h"
#include "formats/format.h"
#include "formats/json_splitter.h"
#include "formats/record_decoder.h"

namespace tidemill::formats {

namespace {

/// Takes a text for one record, whatever is in it.
class OneRecord : public RecordSplitter {
 public:
  Cut cut(std::string_view text, bool at_end, std::vector<RecordSpan>& records) override {
    if (too_long_) return {text.size(), text.size()};
    if (!at_end) return {};
    if (!text.empty()) records.push_back({0, static_cast<uint32_t>(text.size())});
    return {0, text.size()};
  }
  std::optional<Cut> cut_long(std::string_view, std::vector<RecordSpan>&) override {
    too_long_ = true;
    return std::nullopt;
  }

 private:
  bool too_long_ = false;
};

std::unique_ptr<RecordSplitter> make_splitter(const Input& input) {
  if (input.is_record) return std::make_unique<OneRecord>();
  return std::make_unique<JsonSplitter>(input.name);
}

class SpanParser : public BlockParser {
 public:
  explicit SpanParser(const Contract& contract) : decoder_(contract) {}

  void begin(const RecordBlock& block, const std::string&) override {
    block_ = &block;
    at_ = 0;
  }

  std::optional<Record> next() override {
    if (block_ == nullptr || at_ == block_->records.size()) return std::nullopt;
    const RecordSpan span = block_->records[at_++];
    const std::string_view text = block_->text.substr(span.begin, span.end - span.begin);
    return Record{text, decoder_.decode(text)};
  }

  void write_row(duckdb::RowBatch& batch, size_t row,
                 std::span<const size_t> columns) const override {
    decoder_.write_row(batch, row, columns);
  }

 private:
  RecordDecoder decoder_;
  const RecordBlock* block_ = nullptr;
  size_t at_ = 0;  // The next record.
};

std::unique_ptr<duckdb::RowSource> open(ReadRequest request, const Options& options) {
  const Contract& contract = request.contract;
  return make_block_rows(
      std::move(request),
      {.limits = block_limits(options), .make_splitter = make_splitter, .make_parser = [&contract] {
         return std::make_unique<SpanParser>(contract);
       }});
}

}  // namespace

const Format& json() {
  static const Format format = {
      .name = "json",
      .doc = "An array of JSON objects, or JSON objects one after another.",
      .form = block_form("json"),
      .open = open};
  return format;
}

}  // namespace tidemill::formats
