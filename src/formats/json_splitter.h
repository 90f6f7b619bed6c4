// Where the elements of a JSON array end, or of objects one after another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "formats/record_splitter.h"

namespace tidemill {

/// Cuts one text: an array, whose elements are the records, or values with any white space between
/// them. It finds brackets outside of strings and nothing more; whether a record is sound JSON is
/// for its decoder to say. `name` is what messages call the text.
///
/// A text goes on in no sound way, and `cut` throws, when a bracket closes that was not opened,
/// when an element of the array is missing (`[1,]`), when something follows the array, and when the
/// text ends within a record or the array.
class JsonSplitter : public RecordSplitter {
 public:
  explicit JsonSplitter(std::string name) : name_(std::move(name)) {}
  Cut cut(std::string_view text, bool at_end, std::vector<RecordSpan>& records) override;
  std::optional<Cut> cut_long(std::string_view text, std::vector<RecordSpan>& records) override;

 private:
  enum class Shape { kUnknown, kArray, kSequence };

  void find_shape(std::string_view text);
  void scan(std::string_view text, std::vector<RecordSpan>& records);
  void scan_64(uint64_t opening, uint64_t closing, uint64_t commas, std::string_view text,
               std::vector<RecordSpan>& records);
  void open_or_close(bool opens, size_t at, std::string_view text,
                     std::vector<RecordSpan>& records);
  void end_record(size_t end, std::string_view text, bool may_be_missing,
                  std::vector<RecordSpan>& records);
  void pass_space(std::string_view text);
  void finish(std::string_view text, std::vector<RecordSpan>& records);
  [[noreturn]] void fail(const std::string& what, size_t at) const;

  std::string name_;
  Shape shape_ = Shape::kUnknown;
  int64_t offset_ = 0;  // Of the text's beginning, in the whole text.
  size_t scanned_ = 0;  // Bytes of the text that were looked at.
  size_t record_ = 0;   // Where the next record begins, or white space before it.
  int64_t depth_ = 0;   // Brackets that are open, the array's own among them.
  bool in_string_ = false;
  bool escaped_ = false;   // The last byte was a backslash that escapes the next one.
  bool first_ = true;      // No record of the array has ended yet.
  bool over_ = false;      // The array has ended.
  bool skipping_ = false;  // The record is too long: what ends next is its rest.
};

}  // namespace tidemill
