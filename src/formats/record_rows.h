// Rows from records that come one by one as JSON texts, rather than from a file's bytes: what
// Parquet and database tables share. The same contract, rejects and counts hold as for NDJSON.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancellation.h"
#include "data/contract.h"
#include "duckdb/row_source.h"
#include "formats/format.h"

namespace tidemill {

/// Records, each the text of one JSON object. For one thread at a time.
class RecordStream {
 public:
  virtual ~RecordStream() = default;
  /// Returns the next record, valid until the next call, or nothing at the end. Throws Transient
  /// when the outside breaks off, a user's Error when what is read is damaged.
  virtual std::optional<std::string_view> next() = 0;
};

/// One stream to read. `open` is called once, from the thread that will read it.
struct RecordInput {
  std::string name;  ///< What rejects and messages call it.
  std::function<std::unique_ptr<RecordStream>()> open;
};

/// All that is needed to read records. The references outlive the source made from it.
struct RecordRequest {
  const Contract& contract;
  std::vector<RecordInput> inputs;
  RejectSink& rejects;
  ReadCounters& counters;  ///< `bytes_out` counts the texts; `bytes` is left to the streams.
  const Cancellation& cancellation;
};

/// Makes the rows of the request's inputs readable by DuckDB, in parallel over the inputs. A
/// reject's line is the record's number in its stream, from 1.
std::unique_ptr<duckdb::RowSource> make_record_rows(RecordRequest request);

/// The fields of a record that a contract can see.
struct VisibleFields {
  bool all = false;  ///< Fields that no column reads count too.
  /// For each column the fields that its value may lie in, in the order in which they are tried.
  std::vector<std::vector<std::string>> alternatives;
  std::set<std::string, std::less<>> booleans;  ///< Those that a boolean column reads whole.

  bool contains(std::string_view field) const;
};
VisibleFields visible_fields(const Contract& contract);

}  // namespace tidemill
