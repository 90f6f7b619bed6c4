#include "formats/delimited_text.h"

#include <simdjson.h>

#include <algorithm>
#include <deque>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "formats/block_rows.h"
#include "formats/delimited_columns.h"
#include "formats/delimited_fields.h"
#include "formats/delimited_splitter.h"

namespace tidemill {

namespace {

using Encoding = DelimitedStyle::Encoding;

bool is_valid_utf8(std::string_view text) {
  return simdjson::validate_utf8(text.data(), text.size());
}

bool is_ascii(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

/// Appends a text in Latin-1 (ISO 8859-1) to `out`, in UTF-8.
void append_latin1(std::string_view text, std::string& out) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xC0 | byte >> 6);
      out += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
}

/// Decodes the records of delimited texts under a contract.
class DelimitedParser : public BlockParser {
 public:
  DelimitedParser(const Contract& contract, const DelimitedStyle& style)
      : contract_(contract), style_(style), row_(contract), columns_(row_, style), fields_(style) {}

  void begin(const RecordBlock& block, const std::string& file) override {
    if (columns_.fields().empty() || block.header != header_) {
      header_ = block.header;
      columns_.find(header_ == nullptr ? style_.names : names_in(*header_, file), file);
    }
    sound_ = style_.encoding == Encoding::kLatin1 || is_valid_utf8(block.text);
    block_ = &block;
    next_span_ = 0;
    fields_.begin(block.records.empty() ? block.text : std::string_view());
  }

  std::optional<Record> next() override {
    if (block_ == nullptr) return std::nullopt;
    while (true) {
      if (const auto record = fields_.next()) return Record{record->text, decode(*record)};
      if (next_span_ == block_->records.size()) break;
      const RecordSpan span = block_->records[next_span_++];
      fields_.begin(block_->text.substr(span.begin, span.end - span.begin));
    }
    block_ = nullptr;
    return std::nullopt;
  }

  void write_row(duckdb::RowBatch& batch, size_t row,
                 std::span<const size_t> columns) const override {
    row_.write(batch, row, columns);
  }

 private:
  /// Returns the names in a header, in UTF-8.
  std::vector<std::string> names_in(const TextHeader& header, const std::string& file) const {
    std::vector<std::string> names;
    for (const std::string& name : header.names) {
      std::string& converted = names.emplace_back();
      if (style_.encoding == Encoding::kLatin1) {
        append_latin1(name, converted);
      } else if (is_valid_utf8(name)) {
        converted = name;
      } else {
        throw user_error("the header is not valid UTF-8: " + quote(to_utf8(header.text)))
            .at({.file = file, .line = 1})
            .hint("encoding: latin-1");
      }
    }
    return names;
  }

  std::optional<RecordProblem> decode(const DelimitedFields::Record& record) {
    row_.clear();
    if (!converted_.empty()) converted_.clear();
    if (record.problem != nullptr) return RecordProblem{.reason = record.problem};
    if (!sound_ && !is_valid_utf8(record.text)) return RecordProblem{.reason = "not valid UTF-8"};
    const auto& fields = fields_.fields();
    const size_t expected = columns_.fields().size();
    if (fields.size() != expected) {
      return RecordProblem{.reason = "has " +
                                     format_count(static_cast<int64_t>(fields.size()), "field") +
                                     ", not " + std::to_string(expected)};
    }
    for (const DelimitedColumns::PlainField& plain : columns_.plain()) {
      const DelimitedField& field = fields[plain.field];
      if (!field.text.empty() || field.quoted)
        fit_text(in_utf8(field.text), plain.type, plain.rule, plain.value);
    }
    for (const size_t i : columns_.others()) {
      if (auto problem = read_field(columns_.fields()[i], fields[i])) return problem;
    }
    if (contract_.extra_fields == Contract::ExtraFields::kKeep) keep_extra();
    return row_.finish();
  }

  std::optional<RecordProblem> read_field(const DelimitedColumns::Field& columns,
                                          const DelimitedField& field) {
    if (field.text.empty() && !field.quoted) return std::nullopt;
    const std::string_view text = in_utf8(field.text);
    for (const size_t slot : columns.slots)
      fit_text(text, row_.type(slot), row_.rule(slot), row_.value(slot));
    if (columns.json == nullptr || text.find_first_not_of(" \t\r\n") == std::string_view::npos)
      return std::nullopt;
    if (auto reason = columns.json->read(text))
      return RecordProblem{.reason = "in " + columns.name + ", " + *reason};
    return std::nullopt;
  }

  std::string_view in_utf8(std::string_view text) {
    if (style_.encoding == Encoding::kUtf8 || is_ascii(text)) return text;
    append_latin1(text, converted_.emplace_back());
    return converted_.back();
  }

  /// Puts the fields that no column reads into `extra_fields`, as strings.
  void keep_extra() {
    extra_.clear();
    const std::vector<DelimitedColumns::Field>& columns = columns_.fields();
    for (size_t i = 0; i < columns.size(); ++i) {
      const DelimitedField& field = fields_.fields()[i];
      if (columns[i].is_read() || (field.text.empty() && !field.quoted)) continue;
      extra_ += extra_.empty() ? "{" : ",";
      extra_ +=
          nlohmann::json(columns[i].name).dump() + ":" + nlohmann::json(in_utf8(field.text)).dump();
    }
    if (extra_.empty()) return;
    extra_ += "}";
    row_.extra_fields() = {.state = ColumnValue::State::kGood, .text = extra_};
  }

  const Contract& contract_;
  const DelimitedStyle& style_;
  ContractRow row_;
  DelimitedColumns columns_;
  DelimitedFields fields_;
  std::shared_ptr<const TextHeader> header_;
  const RecordBlock* block_ = nullptr;
  size_t next_span_ = 0;               // Of the block's spans, where it has such.
  bool sound_ = false;                 // The whole block is UTF-8.
  std::deque<std::string> converted_;  // Fields of this record that were not.
  std::string extra_;
};

}  // namespace

std::unique_ptr<duckdb::RowSource> make_delimited_rows(ReadRequest request,
                                                       const DelimitedStyle& style,
                                                       const Options& options) {
  const Contract& contract = request.contract;
  const auto shared = std::make_shared<const DelimitedStyle>(delimited_style(style, options));
  return make_block_rows(
      std::move(request),
      {.limits = block_limits(options),
       .make_splitter =
           [shared](const Input& input) {
             return std::make_unique<DelimitedSplitter>(*shared, input.name);
           },
       .make_parser =
           [shared, &contract] { return std::make_unique<DelimitedParser>(contract, *shared); }});
}

}  // namespace tidemill
