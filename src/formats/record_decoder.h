// One JSON record under a contract: from its text to the values of the columns, or to the reason
// why it is no row.
//
// How a value of JSON fits a column:
//
// | column | takes |
// |---|---|
// | boolean | `true`, `false`, and strings that hold these |
// | tinyint … bigint | whole numbers, and strings that hold one as JSON writes it; `1.0` and `1e3`
// are none | | float, double | numbers, and strings that hold one; the nearest value | |
// decimal(p,s) | numbers, and strings that hold one, when they fit exactly | | varchar, blob |
// strings; numbers, `true` and `false` as they are written. No objects and lists | | json | every
// value as it is written, white space included | | date | strings `2015-01-31` | | timestamp |
// strings in ISO 8601, 0 to 9 fraction digits (cut after the sixth), UTC where there is no zone |
//
// A value that is missing or `null` is NULL in every column. A field that stands twice in an object
// counts as it stands last. A string may hold `\u0000`. A string with half a surrogate pair
// (`\ud83d` alone) is valid JSON without a text in UTF-8: the columns that would hold it, or JSON
// around it, have a bad value. The record as a whole is checked, whatever the contract reads of it:
// it is broken when it is not valid JSON to its end, not valid UTF-8, no object, or nested deeper
// than `JsonScanner::kDeepest`.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "data/contract.h"
#include "duckdb/row_batch.h"
#include "formats/contract_row.h"
#include "formats/json_fields.h"

namespace tidemill {

/// Decodes records one after another. For one thread.
class RecordDecoder {
 public:
  /// `contract` outlives the decoder.
  explicit RecordDecoder(const Contract& contract);

  /// Decodes one record: every column of the contract, whoever asks for it. Returns why it is no
  /// row, or nothing; then the values are those of this record as long as `record` lives and until
  /// the next call. With `BadRows::kSetNull` a bad value is NULL, unless it is required. `record`
  /// is not empty and not only white space.
  [[nodiscard]] std::optional<RecordProblem> decode(std::string_view record);

  /// Writes the row that was decoded last. `columns` are indices into `Contract::schema`, in the
  /// order of the batch's.
  void write_row(duckdb::RowBatch& batch, size_t row, std::span<const size_t> columns) const {
    row_.write(batch, row, columns);
  }

 private:
  ContractRow row_;
  JsonFields fields_;
};

}  // namespace tidemill
