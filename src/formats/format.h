// A format turns the bytes of a source into rows under its contract. One file per format; see
// `ndjson.cc`.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "base/form.h"
#include "data/contract.h"
#include "duckdb/row_source.h"
#include "io/byte_source.h"

namespace tidemill {

/// One file to read. `open` is called once, from the thread that will read it, and may throw as
/// ByteSource does.
struct Input {
  std::string name;  ///< The address or path, with `!member`: what rejects and messages call it.
  std::function<std::unique_ptr<ByteSource>()> open;
  std::string member = {};  ///< What to read of a zip archive; empty: its only file.
  int64_t first_line = 1;   ///< The number of its first line: what it is part of may begin earlier.
  /// It is the text of one record, below its header if it has one, and no file: whatever its name
  /// and its first bytes promise, it is not decompressed nor cut.
  bool is_record = false;
};

/// A record that did not become a row.
struct Reject {
  std::string file;
  int64_t line = 0;      ///< From 1, in the decompressed text.
  std::string column;    ///< Of the contract; empty when the record as a whole is broken.
  std::string reason;    ///< In words: `not a bigint: 'abc'`.
  std::string text;      ///< The record's bytes as they came, which may be no UTF-8; of a record
                         ///< beyond the format's limit its beginning.
  std::string header;    ///< The header of its file, without which the record cannot be read.
  bool cut_off = false;  ///< `text` is only the record's beginning.
};

/// Where rejects go. Called from any thread.
class RejectSink {
 public:
  virtual ~RejectSink() = default;
  virtual void add(Reject reject) = 0;
};

/// What has been read so far. Written by reading threads, read by anyone.
struct ReadCounters {
  std::atomic<int64_t> bytes = 0;      ///< As stored (compressed), taken from the inputs.
  std::atomic<int64_t> bytes_out = 0;  ///< After decompression.
  std::atomic<int64_t> records = 0;    ///< Found in the inputs.
  std::atomic<int64_t> rows = 0;       ///< Handed on to DuckDB.
  std::atomic<int64_t> rejected = 0;  ///< Given to the sink. At the end records == rows + rejected.

  void clear() { bytes = bytes_out = records = rows = rejected = 0; }
};

/// All that a format needs to read. The references outlive the source made from it.
struct ReadRequest {
  const Contract& contract;
  std::vector<Input> inputs;
  RejectSink& rejects;
  ReadCounters& counters;
  const Cancellation& cancellation;
  std::string scratch_folder;  ///< Where a format may keep files of its own while it reads.
};

struct Format {
  std::string name;
  std::string doc;
  Form form;  ///< The options that a source of this format may give beside the common ones.
  /// Makes the rows of the request's inputs readable by DuckDB, in parallel and in bounded memory.
  /// Which rows are bad does not depend on which columns are asked for.
  std::function<std::unique_ptr<duckdb::RowSource>(ReadRequest request, const Options& options)>
      open;
};

namespace formats {
/// Returns all formats of this build, by name.
std::span<const Format* const> all();
}  // namespace formats

}  // namespace tidemill
