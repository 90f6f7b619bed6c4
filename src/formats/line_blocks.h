// A text in blocks of whole lines, in bounded memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "io/byte_source.h"

namespace tidemill {

/// How much is kept in memory of one text.
struct BlockLimits {
  size_t block = 0;  ///< Bytes that are read before they are cut into lines; at least 1.
  size_t longest_line =
      0;  ///< The longest line in bytes, without its line break; at least `block`.
};

struct LineBlock {
  /// Whole lines with their line breaks ('\n'); only a text's last line may lack its own.
  std::string_view text;
  /// The text is the beginning of one line that is longer than the limit; its rest was thrown away.
  bool cut_off = false;
};

/// Cuts a text into blocks. Its buffer is one block, or as much as the longest line so far needs. A
/// byte-order mark at the beginning (UTF-8's) is left out.
class LineBlocks {
 public:
  LineBlocks(std::unique_ptr<ByteSource> text, BlockLimits limits);

  /// Returns the next block, or nothing at the end. It is valid until the next call. Throws as the
  /// text does.
  std::optional<LineBlock> next();

 private:
  void fill();
  void skip_byte_order_mark();
  void skip_line();
  std::string_view take(size_t size);

  std::unique_ptr<ByteSource> text_;
  BlockLimits limits_;
  std::vector<uint8_t> buffer_;
  size_t begin_ = 0;  // What was read and not handed out yet: [begin_, end_).
  size_t end_ = 0;
  bool at_start_ = true;
  bool cut_off_ =
      false;  // The last block was the beginning of a line whose rest is still to be skipped.
  bool at_end_ = false;  // The text has no more than what is in the buffer.
};

}  // namespace tidemill
