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

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/contract.h"
#include "duckdb/row_batch.h"
#include "formats/json_scanner.h"
#include "formats/record_values.h"

namespace tidemill {

/// Why a record is no row.
struct RecordProblem {
  std::string column;  ///< The first one in the contract whose value is bad; empty when the record
                       ///< itself is.
  std::string reason;  ///< `not a bigint: 'abc'`
};

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
  void write_row(duckdb::RowBatch& batch, size_t row, std::span<const size_t> columns) const;

 private:
  /// A field that a column reads, or that columns lie in.
  struct Field {
    std::string name;
    std::vector<size_t> columns;   // That read the field's value.
    std::optional<size_t> inside;  // The object in objects_ that holds the fields below it.
    std::vector<size_t> below;     // The columns that lie in that object.
    int64_t seen_in = 0;           // The last record that it stood in.
  };
  /// The fields of an object that matter.
  struct Object {
    std::vector<Field> fields;
    uint64_t name_marks = 0;  // One bit for each name's mark: most other names have none of these.
    size_t next = 0;  // The field after the one found last: mostly the next to be asked for.
  };

  void add_column(size_t column, const std::vector<std::string>& path);
  Field& add_field(size_t object, const std::string& name);
  Field* find_field(Object& object, std::string_view name);

  bool read_record();
  bool read_object(size_t object, bool covered);
  bool read_field(Field& field, const JsonString& key, bool covered);
  bool read_inside(const Field& field, const JsonString& key, bool covered);
  bool read_extra_field(const JsonString& key, bool covered);
  bool read_value(JsonValue& value);
  JsonValue container_since(size_t begin, size_t half_surrogates) const;
  std::string_view text_of(const JsonString& string);
  std::optional<RecordProblem> find_problem();

  const Contract& contract_;
  Schema schema_;
  std::vector<Object> objects_;  // The first one is the record.
  JsonScanner scanner_;
  std::vector<ColumnValue> values_;  // One for each column of the schema.
  int64_t record_number_ = 0;
  std::vector<char> unescaped_;  // Of the strings of this record.
  char* unescaped_end_ = nullptr;
  std::string
      extra_path_;  // The fields around the one that is read, each with a dot after it, as written.
  std::string extra_fields_;   // The JSON text of the column, without its closing brace.
  std::string unknown_field_;  // The first extra field, when the contract forbids them.
};

}  // namespace tidemill
