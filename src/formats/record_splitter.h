// Where records end in a text that arrives piece by piece. One splitter for each format of text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidemill {

/// What a text says of all its records before the first one, such as the names of their fields.
struct TextHeader {
  std::string text;  ///< As it stands in the file, without its line break.
  std::vector<std::string> names;
};

/// Where a record stands in its block.
struct RecordSpan {
  uint32_t begin;
  uint32_t end;
};

/// Whole records, one after another.
struct RecordBlock {
  std::string_view text;
  int64_t first_line = 1;  ///< The line of the file that the text begins on.
  /// Where the records stand; empty where the format's parser finds them by itself.
  std::vector<RecordSpan> records;
  /// The text is the beginning of one record that is longer than the limit; its rest is skipped.
  bool cut_off = false;
  std::shared_ptr<const TextHeader> header;  ///< Null for texts without one.
};

/// Cuts one text into whole records, looking at each byte once. For one thread at a time.
class RecordSplitter {
 public:
  /// What can be taken from the front of a text: `begin` bytes that are no part of a record, and
  /// whole records up to `end`.
  struct Cut {
    size_t begin = 0;
    size_t end = 0;
  };

  virtual ~RecordSplitter() = default;
  /// Looks at `text`, which begins where the last cut ended. `at_end`: nothing follows it, and the
  /// cut is to take all of it. `records` is filled where the format fills it. Throws a user's Error
  /// for a text that goes on in no sound way.
  virtual Cut cut(std::string_view text, bool at_end, std::vector<RecordSpan>& records) = 0;
  /// Cuts a text whose first record is longer than it may be, as `cut` does. Nothing: the record is
  /// given up, what is there of it is taken, and the next cuts leave out its rest.
  virtual std::optional<Cut> cut_long(std::string_view text, std::vector<RecordSpan>& records) = 0;
  /// Returns the text's header, once a cut was made.
  virtual std::shared_ptr<const TextHeader> header() const { return nullptr; }
};

}  // namespace tidemill
