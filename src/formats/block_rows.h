// Rows out of blocks of records: what all formats of text share.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "formats/blocked_text.h"
#include "formats/contract_row.h"
#include "formats/format.h"

namespace tidemill {

/// Takes the records of one block after another, and decodes them. For one thread.
class BlockParser {
 public:
  struct Record {
    std::string_view text;                 ///< As it stands in the block.
    std::optional<RecordProblem> problem;  ///< Why it is no row.
  };

  virtual ~BlockParser() = default;
  /// Begins a block, which stays as it is until the next one begins. Throws a user's Error when no
  /// record of its file can become a row.
  virtual void begin(const RecordBlock& block, const std::string& file) = 0;
  /// Decodes the block's next record; nothing at its end.
  virtual std::optional<Record> next() = 0;
  /// Writes the row of the record that was decoded last.
  virtual void write_row(duckdb::RowBatch& batch, size_t row,
                         std::span<const size_t> columns) const = 0;
};

/// How a format of text is read.
struct BlockFormat {
  BlockLimits limits;
  std::function<std::unique_ptr<RecordSplitter>(const Input& input)> make_splitter;
  std::function<std::unique_ptr<BlockParser>()> make_parser;
};

/// Returns the rows of the request's inputs. Each thread reads a file of its own as long as there
/// are files, and then helps with the blocks of another.
std::unique_ptr<duckdb::RowSource> make_block_rows(ReadRequest request, BlockFormat format);

/// The options of every format of text, with their reading.
Form block_form(std::string name);
/// Throws a user's Error, with its place, for sizes out of range.
BlockLimits block_limits(const Options& options);

}  // namespace tidemill
