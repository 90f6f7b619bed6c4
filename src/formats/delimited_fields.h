// The fields of delimited records, one record after another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/delimited_style.h"

namespace tidemill {

struct DelimitedField {
  std::string_view text;  ///< Unquoted.
  bool quoted = false;
};

/// Finds the fields of the records of one block after another. For one thread.
class DelimitedFields {
 public:
  struct Record {
    std::string_view text;          ///< As it stands in the block, without its line break.
    const char* problem = nullptr;  ///< Why its fields cannot be told: null when they can.
  };

  /// `style` outlives this object.
  explicit DelimitedFields(const DelimitedStyle& style) : style_(style) {}

  /// Begins a block of whole records, which outlives the walk.
  void begin(std::string_view block);
  /// Goes to the next record; nothing at the end. Empty lines are passed over.
  std::optional<Record> next();
  /// Returns the fields of the record: valid until the next one.
  std::span<const DelimitedField> fields() const { return {fields_.data(), count_}; }

 private:
  void find_marks();
  void pass_empty_lines();
  size_t mark() const { return marks_[at_]; }
  bool is_delimiter(size_t position) const;
  void add_field(std::string_view text, bool quoted);
  template <bool kEachMarkEnds>
  bool read_plain_fields();
  const char* read_quoted_field(size_t begin);
  bool go_past_field();
  std::string_view unquoted(std::string_view inside, size_t doubled);

  const DelimitedStyle& style_;
  std::string_view block_;
  /// Where delimiters, quotes and line breaks stand, and the end.
  std::unique_ptr<uint32_t[]> marks_;
  size_t most_marks_ = 0;               // Room in marks_, most of which is never touched.
  bool each_mark_ends_ = false;         // Each of them ends a field: the block has no quote.
  size_t at_ = 0;                       // The first mark that was not passed.
  size_t position_ = 0;                 // Where the next record begins.
  std::vector<DelimitedField> fields_;  // Those of this record, and room for more.
  size_t count_ = 0;                    // How many the record has.
  bool too_many_ = false;               // It has more than are read.
  std::deque<std::string> undoubled_;   // Texts of fields in which quotes were doubled.
  size_t undoubled_count_ = 0;
};

}  // namespace tidemill
