#include "formats/delimited_text.h"

#include <simdjson.h>

#include <algorithm>
#include <deque>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "formats/block_rows.h"
#include "formats/delimited_fields.h"
#include "formats/delimited_splitter.h"
#include "formats/json_fields.h"

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
      : contract_(contract), style_(style), row_(contract), fields_(style) {}

  void begin(const RecordBlock& block, const std::string& file) override {
    if (columns_.empty() || block.header != header_) {
      header_ = block.header;
      find_columns(header_ == nullptr ? style_.names : names_in(*header_, file), file);
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
  /// What is read out of one field of a record.
  struct FieldColumns {
    std::string name;
    std::vector<size_t> slots;         // That take the field's text.
    std::unique_ptr<JsonFields> json;  // Takes values out of the JSON text in the field.
  };
  /// A field whose text is the value of one slot.
  struct PlainField {
    size_t field;
    const Type& type;
    const ValueRule& rule;
    ColumnValue& value;
  };

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

  /// Finds what is read out of each field of a record whose fields have these names.
  void find_columns(const std::vector<std::string>& names, const std::string& file) {
    columns_.clear();
    std::vector<std::vector<JsonFields::Target>> json(names.size());
    for (const std::string& name : names) columns_.push_back({.name = name});
    for (size_t slot = 0; slot < row_.slots().size(); ++slot) {
      const Path& path = row_.slots()[slot].path;
      const auto found = std::ranges::find(names, path.front().name);
      if (found == names.end()) {
        check_optional(slot, names, file);
        continue;
      }
      const auto field = static_cast<size_t>(found - names.begin());
      const Type& type = row_.type(slot);
      const bool is_json =
          path.size() > 1 || path.front().each || is_nested(type) || type.id == Type::Id::kJson;
      if (is_json) {
        json[field].push_back({slot, path});
      } else {
        columns_[field].slots.push_back(slot);
      }
    }
    for (size_t i = 0; i < names.size(); ++i) {
      if (!json[i].empty())
        columns_[i].json =
            std::make_unique<JsonFields>(row_, std::move(json[i]), JsonFields::Role::kField);
    }
    plain_.clear();
    read_.clear();
    for (size_t i = 0; i < names.size(); ++i) {
      if (columns_[i].json == nullptr && columns_[i].slots.size() == 1) {
        const size_t slot = columns_[i].slots[0];
        plain_.push_back({i, row_.type(slot), row_.rule(slot), row_.value(slot)});
      } else if (is_read(columns_[i])) {
        read_.push_back(i);
      }
    }
    check_known(names, file);
    check_extra(file);
    check_unique(names, file);
  }

  /// Throws when a file has nothing for a column that every record must have.
  void check_optional(size_t slot, const std::vector<std::string>& names,
                      const std::string& file) const {
    const ContractColumn& column = contract_.columns[row_.slots()[slot].column];
    if (!column.required || column.fallback || column.paths.size() > 1) return;
    const std::string& name = column.paths.front().front().name;
    throw user_error("the file has no field for the required column " + column.name + ": " +
                     quote(name))
        .at({.file = file, .line = 1})
        .hint(hint_for(name, names));
  }

  /// Throws when the contract knows none of a file's fields: rows of NULLs would be no better than
  /// none.
  void check_known(const std::vector<std::string>& names, const std::string& file) const {
    const bool keeps_all = contract_.extra_fields == Contract::ExtraFields::kKeep;
    if (!plain_.empty() || !read_.empty() || row_.slots().empty() || keeps_all) return;
    throw user_error("no column of the contract reads any field of the file: " +
                     quote(join(names, style_.delimiter)))
        .at({.file = file, .line = 1})
        .hint(hint_for(row_.slots().front().path.front().name, names));
  }

  /// Returns what may help where `wanted` is not among the names.
  std::string hint_for(const std::string& wanted, const std::vector<std::string>& names) const {
    if (names.size() == 1) return "is the delimiter right? It is " + quote(style_.delimiter);
    return nearest_hint(wanted, names);
  }

  void check_extra(const std::string& file) const {
    if (contract_.extra_fields != Contract::ExtraFields::kFail) return;
    for (const FieldColumns& field : columns_) {
      if (is_read(field)) continue;
      throw user_error("the file has a field that the contract does not know: " + quote(field.name))
          .at({.file = file, .line = 1})
          .hint("extra_fields: drop leaves it out, keep puts it into a column of JSON");
    }
  }

  /// Throws when two fields have one name, and it matters which of them is meant.
  void check_unique(const std::vector<std::string>& names, const std::string& file) const {
    const bool all_matter = contract_.extra_fields == Contract::ExtraFields::kKeep;
    std::set<std::string_view> once;
    std::set<std::string_view> twice;
    for (const std::string& name : names) {
      if (!once.insert(name).second) twice.insert(name);
    }
    for (const FieldColumns& field : columns_) {
      if (!twice.contains(field.name) || !(all_matter || is_read(field))) continue;
      throw user_error("two fields have one name: " + quote(field.name))
          .at({.file = file, .line = 1})
          .hint(
              "rename one of them in the file; with extra_fields: drop, names that no column "
              "reads may be the same");
    }
  }

  static bool is_read(const FieldColumns& field) {
    return !field.slots.empty() || field.json != nullptr;
  }

  std::optional<RecordProblem> decode(const DelimitedFields::Record& record) {
    row_.clear();
    if (!converted_.empty()) converted_.clear();
    if (record.problem != nullptr) return RecordProblem{.reason = record.problem};
    if (!sound_ && !is_valid_utf8(record.text)) return RecordProblem{.reason = "not valid UTF-8"};
    const auto& fields = fields_.fields();
    if (fields.size() != columns_.size()) {
      return RecordProblem{.reason = "has " +
                                     format_count(static_cast<int64_t>(fields.size()), "field") +
                                     ", not " + std::to_string(columns_.size())};
    }
    for (const PlainField& plain : plain_) {
      const DelimitedField& field = fields[plain.field];
      if (!field.text.empty() || field.quoted)
        fit_text(in_utf8(field.text), plain.type, plain.rule, plain.value);
    }
    for (const size_t i : read_) {
      if (auto problem = read_field(columns_[i], fields[i])) return problem;
    }
    if (contract_.extra_fields == Contract::ExtraFields::kKeep) keep_extra();
    return row_.finish();
  }

  std::optional<RecordProblem> read_field(const FieldColumns& columns,
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
    for (size_t i = 0; i < columns_.size(); ++i) {
      const DelimitedField& field = fields_.fields()[i];
      if (is_read(columns_[i]) || (field.text.empty() && !field.quoted)) continue;
      extra_ += extra_.empty() ? "{" : ",";
      extra_ += nlohmann::json(columns_[i].name).dump() + ":" +
                nlohmann::json(in_utf8(field.text)).dump();
    }
    if (extra_.empty()) return;
    extra_ += "}";
    row_.extra_fields() = {.state = ColumnValue::State::kGood, .text = extra_};
  }

  const Contract& contract_;
  const DelimitedStyle& style_;
  ContractRow row_;
  DelimitedFields fields_;
  std::shared_ptr<const TextHeader> header_;
  std::vector<FieldColumns> columns_;  // One for each field of a record.
  std::vector<PlainField> plain_;      // The fields of which one slot reads the text.
  std::vector<size_t> read_;           // The other fields that something reads.
  const RecordBlock* block_ = nullptr;
  size_t next_span_ = 0;               // Of the block's spans, where it has such.
  bool sound_ = false;                 // The whole block is UTF-8.
  std::deque<std::string> converted_;  // Fields of this record that were not.
  std::string extra_;
};

bool is_ascii_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= ' ' && c <= '~') || c == '\t'; });
}

}  // namespace

Form delimited_form(std::string name, const DelimitedStyle& style) {
  Form form{.name = name};
  form.fields = {
      {.name = "delimiter",
       .doc = std::string("What stands between fields, 1 to 4 characters of ASCII. Default: ") +
              (style.delimiter == "\t" ? "a tab." : "a comma.")},
      {.name = "quote",
       .doc = std::string("What stands around fields that hold a delimiter or a line break; `none` "
                          "for texts without. Default: ") +
              (style.quote ? "a double quote." : "none.")},
      {.name = "header",
       .type = FieldType::kBoolean,
       .doc = "Whether the first record has the names of the fields. Default: true."},
      {.name = "names",
       .type = FieldType::kTextList,
       .doc = "The names of the fields, in their order, where there is no header."},
      {.name = "encoding",
       .type = FieldType::kChoice,
       .doc = "How the text is encoded. Default: utf-8.",
       .choices = {"utf-8", "latin-1"}}};
  form.rules = {rule_of([style](const Options& options) { delimited_style(style, options); })};
  return form + block_form(name);
}

DelimitedStyle delimited_style(DelimitedStyle style, const Options& options) {
  const auto wrong = [&](const std::string& what, const char* field) {
    return user_error(what).at(options.place(field));
  };
  style.delimiter = options.text("delimiter", style.delimiter);
  if (style.delimiter == "\\t") style.delimiter = "\t";
  if (style.delimiter.empty() || style.delimiter.size() > 4 || !is_ascii_printable(style.delimiter))
    throw wrong("not a delimiter of 1 to 4 characters: " + quote(style.delimiter), "delimiter");
  if (options.has("quote")) {
    const std::string text = options.text("quote");
    if (text != "none" && (text.size() != 1 || !is_ascii_printable(text)))
      throw wrong("not one character, or none: " + quote(text), "quote");
    style.quote = text == "none" ? std::nullopt : std::optional(text[0]);
  }
  if (style.quote && style.delimiter.find(*style.quote) != std::string::npos)
    throw wrong("the quote is part of the delimiter: " + quote(style.delimiter), "quote");
  style.header = options.boolean("header", style.header);
  style.names = options.text_list("names");
  if (style.header && !style.names.empty())
    throw wrong("names are for texts without a header", "names").hint("header: false");
  if (!style.header && style.names.empty())
    throw wrong("a text without a header needs names of its fields", "header")
        .hint("names: [id, name]");
  if (options.text("encoding") == "latin-1") style.encoding = Encoding::kLatin1;
  return style;
}

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
