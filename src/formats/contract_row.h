// One record's row under a contract: the values that were found in the record, and what is wrong
// with them. Formats find the values; this class decides.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/contract.h"
#include "duckdb/row_batch.h"
#include "formats/record_values.h"

namespace tidemill {

/// Why a record is no row.
struct RecordProblem {
  std::string column;  ///< The first one in the contract whose value is bad; empty when the record
                       ///< itself is.
  std::string reason;  ///< `not a bigint: 'abc'`
};

/// A place for one value of a record: what stands at one of a column's paths. For one thread.
class ContractRow {
 public:
  struct Slot {
    size_t column = 0;  ///< Of the contract.
    Path path;
  };

  /// `contract` outlives the row. Throws a user's Error for a default that does not fit its column.
  explicit ContractRow(const Contract& contract);
  ContractRow(const ContractRow&) = delete;
  ContractRow& operator=(const ContractRow&) = delete;

  const Contract& contract() const { return contract_; }
  /// Returns all slots; the first ones are the first paths of the columns, in their order.
  std::span<const Slot> slots() const { return slots_; }
  const Type& type(size_t slot) const { return schema_[slots_[slot].column].type; }
  const ValueRule& rule(size_t slot) const { return rules_[slots_[slot].column]; }

  /// Begins a record: all values are NULL.
  void clear();
  ColumnValue& value(size_t slot) { return values_[slot]; }
  /// The column `extra_fields`, where the contract keeps them.
  ColumnValue& extra_fields() { return values_[slots_.size()]; }
  /// Where the elements and fields of lists and structs lie.
  std::vector<ColumnValue>& inside() { return inside_; }

  /// Picks among the alternatives, puts in the defaults, and returns what is wrong with the record,
  /// or nothing. To be called once after the values were set.
  std::optional<RecordProblem> finish();

  /// Writes the row. `columns` are indices into `Contract::schema`, in the order of the batch's.
  void write(duckdb::RowBatch& batch, size_t row, std::span<const size_t> columns) const;

 private:
  /// A column of the schema, and what is written into it.
  struct Written {
    const ColumnValue& value;
    const Type& type;
  };

  void pick_alternative(size_t column);
  std::optional<RecordProblem> find_problem();

  const Contract& contract_;
  Schema schema_;
  std::vector<Slot> slots_;
  std::vector<ValueRule> rules_;                   // One for each column of the contract.
  std::vector<std::vector<size_t>> alternatives_;  // Per column its further slots, in their order.
  std::vector<size_t> with_alternatives_;          // Columns that have such.
  std::vector<std::pair<size_t, ColumnValue>> defaults_;  // By column.
  std::vector<ColumnValue> values_;                       // One for each slot, and extra_fields.
  std::vector<ColumnValue> inside_;
  std::vector<Written> written_;  // By column of the schema.
  std::vector<size_t> required_;  // Columns of the contract.
};

}  // namespace tidemill
