// A text in blocks of whole records, in bounded memory, for several readers.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "formats/record_splitter.h"
#include "io/byte_source.h"

namespace tidemill {

/// How much is kept in memory of one text.
struct BlockLimits {
  size_t block = 0;           ///< Bytes that are read before they are cut; at least 1.
  size_t longest_record = 0;  ///< In bytes; at least `block`.
};

/// Cuts a text into blocks. Whoever needs a block reads (and decompresses) one; what is done with
/// the blocks goes on side by side. Where several readers share the text, some blocks are kept
/// ready, so that nobody waits for the one who reads. A byte-order mark at the beginning (UTF-8's)
/// is left out.
class BlockedText {
 public:
  using Open = std::function<std::unique_ptr<ByteSource>()>;

  /// `open` is called when the first block is asked for. `first_line` is the number of the text's
  /// first line. `has_mark`: a byte-order mark at the beginning is none of the text.
  BlockedText(Open open, std::unique_ptr<RecordSplitter> splitter, BlockLimits limits,
              int64_t first_line, bool has_mark = true);

  /// Returns the first block that nobody has had, or nothing at the end. A text of a header alone
  /// is one block without a record. It lies in `buffer`, whose former content is nobody's any more.
  /// Any thread may call it. Throws as the text and the splitter do; after that, for everyone else,
  /// no more is read.
  std::optional<RecordBlock> next(std::vector<uint8_t>& buffer);

 private:
  struct Ready {
    RecordBlock block;
    std::vector<uint8_t> buffer;  // That the block lies in.
  };

  std::vector<uint8_t> take_spare();
  void read_ahead(std::unique_lock<std::mutex>& lock);
  std::optional<RecordBlock> read(std::vector<uint8_t>& buffer);
  size_t fill(std::vector<uint8_t>& buffer, size_t end);
  std::optional<RecordBlock> take_header();
  RecordBlock take_long(std::string_view text);
  RecordBlock take(std::string_view text, RecordSplitter::Cut cut, std::vector<RecordSpan> records);

  std::mutex mutex_;  // Guards the next six.
  std::condition_variable changed_;
  std::deque<Ready> ready_;
  std::vector<std::vector<uint8_t>> spare_;
  bool reading_ = false;                        // By one of those who want a block.
  bool over_ = false;                           // There is no further block to read.
  std::optional<std::thread::id> last_reader_;  // Who took the last block.

  // All below belongs to the one who reads.
  Open open_;
  std::unique_ptr<RecordSplitter> splitter_;
  BlockLimits limits_;
  std::unique_ptr<ByteSource> text_;
  std::vector<uint8_t> rest_;  // Was read and is in no block yet.
  int64_t line_;               // Of the first byte that is in no block yet.
  bool at_start_;              // A byte-order mark may follow.
  bool at_end_ = false;        // The text has no more than what was read.
  bool had_block_ = false;     // Was cut.
};

}  // namespace tidemill
