#include "formats/contract_row.h"

#include "base/error.h"
#include "base/text.h"

namespace tidemill {

namespace {

using State = ColumnValue::State;

/// Returns the default of a column as its value.
ColumnValue default_of(const ContractColumn& column, const ValueRule& rule) {
  const std::string_view text = *column.fallback;
  ColumnValue value{.state = State::kUnfit};
  if (!is_nested(column.type))
    fit_value({.kind = RecordValue::Kind::kString, .text = text, .written = text}, column.type,
              rule, value);
  if (value.state == State::kGood) return value;
  throw user_error("the default of " + column.name + " is not " + column.type.name() + ": " +
                   quote(text));
}

}  // namespace

ContractRow::ContractRow(const Contract& contract)
    : contract_(contract), schema_(contract.schema()), alternatives_(contract.columns.size()) {
  const std::vector<ContractColumn>& columns = contract.columns;
  for (size_t i = 0; i < columns.size(); ++i) {
    slots_.push_back({i, columns[i].paths.front()});
    rules_.emplace_back(columns[i]);
  }
  for (size_t i = 0; i < columns.size(); ++i) {
    for (size_t path = 1; path < columns[i].paths.size(); ++path) {
      alternatives_[i].push_back(slots_.size());
      slots_.push_back({i, columns[i].paths[path]});
    }
    if (!alternatives_[i].empty()) with_alternatives_.push_back(i);
    if (columns[i].fallback) defaults_.emplace_back(i, default_of(columns[i], rules_[i]));
  }
  values_.resize(slots_.size() + 1);
  for (size_t i = 0; i < schema_.size(); ++i)
    written_.push_back({values_[i < columns.size() ? i : slots_.size()], schema_[i].type});
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].required) required_.push_back(i);
  }
}

void ContractRow::clear() {
  for (ColumnValue& value : values_) value.state = State::kNull;
  inside_.clear();
}

/// Leaves the first good value in the column's own slot, else the first bad one.
void ContractRow::pick_alternative(size_t column) {
  ColumnValue& chosen = values_[column];
  for (const size_t slot : alternatives_[column]) {
    if (chosen.state == State::kGood) return;
    const ColumnValue& other = values_[slot];
    if (other.state == State::kGood || chosen.state == State::kNull) chosen = other;
  }
}

std::optional<RecordProblem> ContractRow::finish() {
  for (const size_t column : with_alternatives_) pick_alternative(column);
  for (const auto& [column, value] : defaults_) {
    if (values_[column].state == State::kNull) values_[column] = value;
  }
  bool bad = false;
  for (const ColumnValue& value : values_) bad |= value.bad();
  for (const size_t column : required_) bad |= values_[column].state != State::kGood;
  return bad ? find_problem() : std::nullopt;
}

/// Returns what is wrong with a record of which a value is bad or missing: nothing when bad values
/// become NULL.
std::optional<RecordProblem> ContractRow::find_problem() {
  const bool set_null = contract_.bad_rows == Contract::BadRows::kSetNull;
  for (size_t column = 0; column < contract_.columns.size(); ++column) {
    ColumnValue& value = values_[column];
    if (value.state == State::kGood) continue;
    const bool required = contract_.columns[column].required;
    if (value.bad() && (required || !set_null))
      return RecordProblem{schema_[column].name, describe_bad(value, schema_[column].type)};
    if (required) return RecordProblem{schema_[column].name, "missing required value"};
    value.state = State::kNull;
  }
  ColumnValue& extra = extra_fields();
  if (extra.bad()) {
    if (!set_null)
      return RecordProblem{schema_.back().name, describe_bad(extra, schema_.back().type)};
    extra.state = State::kNull;
  }
  return std::nullopt;
}

void ContractRow::write(duckdb::RowBatch& batch, size_t row,
                        std::span<const size_t> columns) const {
  const ValueWriter writer{.inside = inside_, .lasting = batch.lasting()};
  auto cells = batch.columns().begin();
  for (const size_t column : columns) {
    const Written& written = written_[column];
    writer.write(written.value, written.type, *cells++, row);
  }
}

}  // namespace tidemill
