// CSV and TSV in all styles, chosen by the first bytes, and against a slow reader of records.
#include "formats/delimited_splitter.h"
#include "formats/delimited_text.h"
#include "read_records.h"
#include "target.h"

namespace tidemill {

namespace formats {
const Format& csv();
}

namespace fuzz {

namespace {

constexpr std::array<const char*, 5> kDelimiters = {",", "\t", "::", ",,", ", ,"};
constexpr std::array<const char*, 4> kQuotes = {"\"", "none", "'", ";"};
constexpr size_t kLongest = 1000;

OptionList choose_options(Choices& choices) {
  OptionList options;
  options.set("delimiter", kDelimiters[choices.choose(kDelimiters.size())]);
  options.set("quote", kQuotes[choices.choose(kQuotes.size())]);
  if (choices.choose()) options.set("encoding", "latin-1");
  if (choices.choose()) {
    options.set("header", "false");
    options.set("names", std::vector<std::string>{"a", "b"});
  }
  options.set("longest_record", std::array<size_t, 4>{kLongest, 100, 40, 3}[choices.choose(4)]);
  return options;
}

Contract choose_contract(Choices& choices) {
  Contract contract;
  contract.columns = {column_of("a", "a", "double"), column_of("b", "b.c", "varchar")};
  contract.columns[1].trim = true;
  contract.extra_fields = std::array{Contract::ExtraFields::kDrop, Contract::ExtraFields::kKeep,
                                     Contract::ExtraFields::kFail}[choices.choose(3)];
  if (choices.choose()) contract.bad_rows = Contract::BadRows::kSetNull;
  return contract;
}

/// Returns the records of a text, one by one; nothing when a field has no end, or when a record may
/// be too long.
std::optional<std::vector<std::string>> records_of(std::string_view text,
                                                   const DelimitedStyle& style) {
  if (text.size() > 40) return std::nullopt;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::vector<std::string> records;
  while (true) {
    while (text.starts_with("\n") || text.starts_with("\r\n") || text == "\r")
      text.remove_prefix(text.front() == '\r' ? std::min<size_t>(2, text.size()) : 1);
    if (text.empty()) return records;
    const auto record = read_first_record(text, style, true);
    if (!record) return std::nullopt;
    std::string_view written = text.substr(0, record->size);
    if (written.ends_with('\n')) written.remove_suffix(1);
    if (written.ends_with('\r')) written.remove_suffix(1);
    records.emplace_back(written);
    text.remove_prefix(record->size);
  }
}

}  // namespace

void delimited(std::string_view input) {
  Choices choices(input);
  const OptionList options = choose_options(choices);
  const Contract contract = choose_contract(choices);
  const std::string text = choices.rest();
  DelimitedStyle style;
  try {
    style = delimited_style({}, options.options());
  } catch (const Error&) {
    return;  // The quote is part of the delimiter.
  }
  const Reading reading = check_readings(formats::csv(), contract, options, text);
  const auto records = records_of(text, style);
  const bool short_records = options.options().integer("longest_record", 0) >= 40;
  if (!records || reading.failure || !short_records) return;
  const size_t headers = style.header && !records->empty() ? 1 : 0;
  require(records->size() - headers == reading.rejects.size(), "there are as many records");
  for (size_t i = headers; i < records->size(); ++i) {
    require((*records)[i] == std::get<3>(reading.rejects[i - headers]), "records are as written");
  }
}

}  // namespace fuzz
}  // namespace tidemill
