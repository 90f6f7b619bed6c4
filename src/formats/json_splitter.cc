#include "formats/json_splitter.h"

#include <bit>

#include "base/error.h"
#include "base/text.h"
#include "formats/byte_masks.h"

namespace tidemill {

namespace {

constexpr std::string_view kSpace = " \t\r\n";

/// Returns which of `count` bytes, at least one, a backslash escapes. `escaped`: the first one is,
/// and afterwards whether the one after the last is.
uint64_t escaped_by(uint64_t backslashes, size_t count, bool& escaped) {
  uint64_t result = escaped ? 1 : 0;
  escaped = false;
  for_each_bit(backslashes, [&](int at) {
    if ((result >> at & 1) != 0) return;
    if (static_cast<size_t>(at) + 1 == count) {
      escaped = true;
    } else {
      result |= uint64_t{2} << at;
    }
  });
  return result;
}

}  // namespace

RecordSplitter::Cut JsonSplitter::cut(std::string_view text, bool at_end,
                                      std::vector<RecordSpan>& records) {
  if (shape_ == Shape::kUnknown) find_shape(text);
  if (shape_ == Shape::kUnknown) return {text.size(), text.size()};  // White space alone.
  scan(text, records);
  if (at_end) finish(text, records);
  pass_space(text);
  // Of a record that is too long nothing is kept.
  const size_t end = at_end ? text.size() : skipping_ ? scanned_ : record_;
  const size_t begin = records.empty() ? end : 0;
  offset_ += static_cast<int64_t>(end);
  scanned_ -= end;
  record_ = 0;
  return {begin, end};
}

std::optional<RecordSplitter::Cut> JsonSplitter::cut_long(std::string_view text,
                                                          std::vector<RecordSpan>&) {
  skipping_ = true;
  offset_ += static_cast<int64_t>(text.size());
  scanned_ = 0;
  return std::nullopt;
}

void JsonSplitter::find_shape(std::string_view text) {
  const size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) {
    offset_ += static_cast<int64_t>(text.size());
    return;
  }
  shape_ = text[first] == '[' ? Shape::kArray : Shape::kSequence;
  if (shape_ == Shape::kArray) {
    depth_ = 1;
    scanned_ = record_ = first + 1;
  }
}

/// Looks at what is new, 64 bytes at a time; fewer only at the end of the text.
void JsonSplitter::scan(std::string_view text, std::vector<RecordSpan>& records) {
  while (scanned_ < text.size()) {
    const std::string_view left = text.substr(scanned_, Bytes64::kSize);
    const Bytes64 bytes =
        left.size() < Bytes64::kSize ? Bytes64::rest_of(left) : Bytes64(left.data());
    const uint64_t escaped = escaped_by(bytes.equal('\\'), left.size(), escaped_);
    const uint64_t quotes = bytes.equal('"') & ~escaped;
    const uint64_t strings = between_pairs(quotes) ^ (in_string_ ? ~uint64_t{0} : 0);
    in_string_ = (strings >> 63) != 0;
    scan_64(bytes.opening() & ~strings, bytes.closing() & ~strings, bytes.equal(',') & ~strings,
            text, records);
    scanned_ += left.size();
  }
}

/// White space before a record is none of it, and nothing else may follow an array.
void JsonSplitter::pass_space(std::string_view text) {
  record_ = std::min(text.find_first_not_of(kSpace, record_), text.size());
  if (over_ && record_ < text.size()) fail("something follows the array", record_);
}

/// Follows the brackets of the 64 bytes from `scanned_` on.
void JsonSplitter::scan_64(uint64_t opening, uint64_t closing, uint64_t commas,
                           std::string_view text, std::vector<RecordSpan>& records) {
  const int64_t base = shape_ == Shape::kArray ? 1 : 0;
  // Mostly the end of no record is near.
  if (depth_ - std::popcount(closing) > base) {
    depth_ += std::popcount(opening) - std::popcount(closing);
    return;
  }
  for_each_bit(opening | closing | commas, [&](int bit) {
    const size_t at = scanned_ + static_cast<size_t>(bit);
    if ((commas >> bit & 1) == 0) {
      open_or_close((opening >> bit & 1) != 0, at, text, records);
    } else if (shape_ == Shape::kArray && depth_ == base) {
      end_record(at, text, false, records);
      record_ = at + 1;
    }
  });
}

void JsonSplitter::open_or_close(bool opens, size_t at, std::string_view text,
                                 std::vector<RecordSpan>& records) {
  if (over_) return;  // What follows the array fails, from its first byte on.
  if (opens) {
    ++depth_;
    return;
  }
  if (depth_ == 0) fail("a bracket closes that was not opened", at);
  --depth_;
  if (depth_ > 0) return;
  if (shape_ == Shape::kArray) {
    if (text[at] != ']') fail("the array ends with another bracket than it began with", at);
    end_record(at, text, first_, records);
    record_ = at + 1;
    over_ = true;
  } else {
    end_record(at + 1, text, true, records);
    record_ = at + 1;
  }
}

/// The record from `record_` on ends before `end`.
void JsonSplitter::end_record(size_t end, std::string_view text, bool may_be_missing,
                              std::vector<RecordSpan>& records) {
  first_ = false;
  if (skipping_) {
    skipping_ = false;
    return;
  }
  size_t begin = text.find_first_not_of(kSpace, record_);
  if (begin >= end) {
    if (!may_be_missing) fail("an element of the array is missing", end);
    return;
  }
  while (kSpace.find(text[end - 1]) != std::string_view::npos) --end;
  records.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(end)});
}

/// The text has no more.
void JsonSplitter::finish(std::string_view text, std::vector<RecordSpan>& records) {
  if (over_) return;
  if (in_string_ || depth_ > 0) {
    fail(shape_ == Shape::kArray ? "the array is cut short" : "the last value is cut short",
         text.size());
  }
  end_record(text.size(), text, true, records);
  record_ = text.size();
}

void JsonSplitter::fail(const std::string& what, size_t at) const {
  throw user_error("not sound JSON, " + what + " at byte " +
                   std::to_string(offset_ + static_cast<int64_t>(at)) + ": " + quote(name_))
      .hint("nothing of it was committed; a file with one JSON object a line is format: ndjson");
}

}  // namespace tidemill
