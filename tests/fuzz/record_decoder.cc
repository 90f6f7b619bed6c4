// One JSON record under a rich contract, against a slow reader of JSON.
#include "formats/record_decoder.h"

#include <cctype>
#include <memory>
#include <utility>
#include <vector>

#include "base/text.h"
#include "read_records.h"
#include "slow_json.h"
#include "target.h"

namespace tidemill {
namespace fuzz {

namespace {

using State = ColumnValue::State;

Contract choose_contract(Choices& choices) {
  Contract contract;
  contract.columns = {
      column_of("text", "text", "varchar"),
      column_of("id", "id", "bigint"),
      column_of("bio", "bio.value", "varchar"),
      column_of("n", "a.n", "integer"),
      column_of("price", "price", "decimal(10,2)"),
      column_of("at", "at", "timestamp"),
      column_of("day", "a.day", "date"),
      column_of("keys", "l[].k.v", "varchar[]"),
      column_of("place", "s", "struct(a bigint, b list(varchar), c struct(d double))"),
      column_of("whole", "a", "json"),
      column_of("bytes", "bytes", "blob"),
      column_of("ratio", "f", "float"),
      column_of("flag", "flag", "boolean")};
  contract.columns[2].paths.push_back(*parse_path("bio"));
  contract.columns[4].fallback.emplace("0");
  contract.columns[5].time_formats = {"epoch_s", "%d/%m/%Y %H:%M"};
  contract.columns[12].trim = true;
  contract.columns[12].null_values = {"N/A", "0"};
  contract.extra_fields = std::array{Contract::ExtraFields::kDrop, Contract::ExtraFields::kKeep,
                                     Contract::ExtraFields::kFail}[choices.choose(3)];
  if (choices.choose()) contract.bad_rows = Contract::BadRows::kSetNull;
  return contract;
}

/// Records as RecordDecoder decodes them, with their values in sight.
class OpenDecoder {
 public:
  explicit OpenDecoder(const Contract& contract)
      : row_(contract), fields_(row_, targets_of(row_), JsonFields::Role::kRecord) {}

  std::optional<RecordProblem> decode(std::string_view record) {
    row_.clear();
    if (auto reason = fields_.read(record)) return RecordProblem{.reason = std::move(*reason)};
    return row_.finish();
  }
  ContractRow& row() { return row_; }

 private:
  static std::vector<JsonFields::Target> targets_of(const ContractRow& row) {
    std::vector<JsonFields::Target> targets;
    for (size_t slot = 0; slot < row.slots().size(); ++slot) {
      Path path = row.slots()[slot].path;
      path.insert(path.begin(), PathStep{});
      targets.push_back({slot, std::move(path)});
    }
    return targets;
  }

  ContractRow row_;
  JsonFields fields_;
};

std::string text_of(const std::optional<RecordProblem>& problem) {
  return problem ? problem->column + ": " + problem->reason : "";
}

/// True for what the slow reader may refuse though it is JSON: half surrogates, and numbers beyond
/// double.
bool is_beyond_slow_reader(std::string_view text) {
  size_t digits = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    digits = std::isdigit(static_cast<unsigned char>(text[i])) != 0 ? digits + 1 : 0;
    if (digits >= 300) return true;
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (text[i] == '\\' && next == 'u') return true;
    if (digits > 0 && (next == 'e' || next == 'E')) return true;
  }
  return false;
}

void check_soundness(std::string_view text, const std::optional<RecordProblem>& problem) {
  const bool broken = problem && problem->column.empty() &&
                      (problem->reason.starts_with("not valid JSON") ||
                       problem->reason.starts_with("not valid UTF-8") ||
                       problem->reason.starts_with("not a JSON object"));
  const bool too_deep = broken && problem->reason.find("nested too deep") != std::string::npos;
  const auto slow = read_slowly(text);
  if (!slow) return;
  if (broken && !too_deep)
    require(!slow->is_object(), "an object of sound JSON is not called broken");
  if (!broken && !is_beyond_slow_reader(text))
    require(slow->is_object(), "what is no object of sound JSON is called so");
}

void check_values(std::string_view text, ContractRow& row) {
  const auto slow = read_slowly(text);
  if (!slow || !slow->is_object()) return;
  const auto value_of = [&](const char* name) { return slow->value(name, nlohmann::json()); };
  const auto string = value_of("text");
  const ColumnValue& text_value = row.value(0);
  require(string.is_null() == (text_value.state == State::kNull) || string.is_structured(),
          "null is NULL");
  if (string.is_string()) require(string == text_value.text, "a string has its text");
  const auto number = value_of("id");
  const ColumnValue& id = row.value(1);
  if (id.state == State::kGood && number.is_number_integer())
    require(number == id.whole, "a whole number has its value");
  if (row.contract().extra_fields == Contract::ExtraFields::kKeep) {
    const ColumnValue& extra = row.extra_fields();
    if (extra.state == State::kGood)
      require(read_slowly(extra.text)->is_object(), "what is kept is an object");
  }
}

}  // namespace

void record_decoder(std::string_view input) {
  Choices choices(input);
  const Contract contract = choose_contract(choices);
  const std::string rest = choices.rest();
  if (rest.find_first_not_of(" \t\r\n") == std::string::npos) return;
  // Of just its size, so that a sanitizer sees who reads beyond it.
  const std::unique_ptr<char[]> copy(new char[rest.size()]);
  rest.copy(copy.get(), rest.size());
  const std::string_view text(copy.get(), rest.size());

  OpenDecoder open(contract);
  const auto problem = open.decode(text);
  require(is_utf8(text_of(problem)), "a reason is UTF-8");
  check_soundness(text, problem);
  if (!problem) check_values(text, open.row());

  RecordDecoder decoder(contract);
  for (int i = 0; i < 2; ++i)
    require(text_of(decoder.decode(text)) == text_of(problem), "a record is decoded alike again");
}

}  // namespace fuzz
}  // namespace tidemill
