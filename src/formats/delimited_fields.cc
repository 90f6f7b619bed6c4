#include "formats/delimited_fields.h"

#include "formats/byte_masks.h"

namespace tidemill {

namespace {

constexpr const char* kNoEnd = "a quoted field has no end";
constexpr const char* kTextAfterQuote = "text follows a closing quote";
constexpr const char* kTooMany = "has more fields than are read, 65536";

}  // namespace

void DelimitedFields::begin(std::string_view block) {
  block_ = block;
  position_ = 0;
  at_ = 0;
  find_marks();
}

/// Notes where all bytes stand that may end a field or begin a quoted one, 64 bytes at a time.
void DelimitedFields::find_marks() {
  const char delimiter = style_.delimiter.front();
  if (most_marks_ <= block_.size()) {
    most_marks_ = block_.size() + 1;  // At worst each byte is one.
    marks_ = std::make_unique_for_overwrite<uint32_t[]>(most_marks_);
  }
  uint32_t* mark = marks_.get();
  uint64_t quotes = 0;
  const auto note = [&](const Bytes64& bytes, size_t at, uint64_t among) {
    const uint64_t quotes_here = style_.quote ? bytes.equal(*style_.quote) : 0;
    quotes |= quotes_here;
    const uint64_t found = (bytes.equal(delimiter) | bytes.equal('\n') | quotes_here) & among;
    for_each_bit(
        found, [&](int bit) { *mark++ = static_cast<uint32_t>(at) + static_cast<uint32_t>(bit); });
  };
  size_t at = 0;
  for (; at + Bytes64::kSize <= block_.size(); at += Bytes64::kSize)
    note(Bytes64(block_.data() + at), at, ~uint64_t{0});
  const std::string_view rest = block_.substr(at);
  if (!rest.empty()) note(Bytes64::rest_of(rest), at, (uint64_t{1} << rest.size()) - 1);
  *mark = static_cast<uint32_t>(block_.size());
  each_mark_ends_ = style_.delimiter.size() == 1 && (!style_.quote || quotes == 0);
}

inline bool DelimitedFields::is_delimiter(size_t position) const {
  return style_.delimiter.size() == 1 ? block_[position] == style_.delimiter.front()
                                      : block_.substr(position).starts_with(style_.delimiter);
}

/// Goes past empty lines, which are no records.
void DelimitedFields::pass_empty_lines() {
  while (position_ < block_.size() && (block_[position_] == '\n' || block_[position_] == '\r')) {
    const bool lone = block_[position_] == '\r' &&
                      (position_ + 1 == block_.size() || block_[position_ + 1] != '\n');
    if (lone) return;
    if (block_[position_++] == '\n') ++at_;
  }
}

std::optional<DelimitedFields::Record> DelimitedFields::next() {
  pass_empty_lines();
  if (position_ == block_.size()) return std::nullopt;
  count_ = 0;
  undoubled_count_ = 0;
  const size_t begin = position_;
  const char* problem = nullptr;
  while (each_mark_ends_ ? read_plain_fields<true>() : read_plain_fields<false>()) {
    const char* wrong = read_quoted_field(position_);
    if (problem == nullptr) problem = wrong;
    if (!go_past_field()) break;
  }
  if (too_many_) problem = kTooMany;
  too_many_ = false;
  if (position_ < block_.size()) ++position_;
  std::string_view text = block_.substr(begin, position_ - begin);
  if (text.ends_with('\n')) {
    text.remove_suffix(1);
    if (text.ends_with('\r')) text.remove_suffix(1);
  }
  return Record{text, problem};
}

inline void DelimitedFields::add_field(std::string_view text, bool quoted) {
  if (count_ == kMostFields) {
    too_many_ = true;
    count_ = 0;
    undoubled_count_ = 0;
  }
  if (count_ == fields_.size()) fields_.resize(2 * count_ + 16);
  fields_[count_++] = {text, quoted};
}

/// Reads fields up to one that begins with a quote, and returns true, or to the end of the record.
/// `kEachMarkEnds`: no mark of the block is a quote, or a part of a longer delimiter.
template <bool kEachMarkEnds>
inline bool DelimitedFields::read_plain_fields() {
  const char* const block = block_.data();
  const size_t size = block_.size();
  const char quote = style_.quote.value_or('\0');
  const bool has_quote = !kEachMarkEnds && style_.quote.has_value();
  size_t position = position_;
  size_t at = at_;
  bool last = false;
  while (!last && !(has_quote && position < size && block[position] == quote)) {
    size_t end = marks_[at];
    if constexpr (!kEachMarkEnds) {
      while (end < size && block[end] != '\n' && !is_delimiter(end)) end = marks_[++at];
    }
    last = end == size || block[end] == '\n';
    const bool has_return = last && end < size && end > position && block[end - 1] == '\r';
    add_field({block + position, end - position - (has_return ? 1 : 0)}, false);
    if (end < size) ++at;
    position = last ? end : end + (kEachMarkEnds ? 1 : style_.delimiter.size());
    if constexpr (!kEachMarkEnds) {
      while (!last && marks_[at] < position) ++at;  // The rest of a long delimiter.
    }
  }
  position_ = position;
  at_ = at;
  return !last;
}

/// Goes past the mark that ends a field; false when the record ends there.
bool DelimitedFields::go_past_field() {
  const size_t end = mark();
  const bool more = end < block_.size() && block_[end] != '\n';
  position_ = more ? end + style_.delimiter.size() : end;
  if (end < block_.size()) ++at_;
  while (more && mark() < position_) ++at_;  // The rest of a long delimiter.
  return more;
}

/// Reads the field that begins with a quote. Returns what is wrong with it, or null.
const char* DelimitedFields::read_quoted_field(size_t begin) {
  const char quote = *style_.quote;
  const size_t first = begin + 1;
  size_t doubled = 0;
  for (++at_;; ++at_) {
    if (mark() == block_.size()) {
      add_field(block_.substr(first), true);
      return kNoEnd;
    }
    if (block_[mark()] != quote) continue;
    if (mark() + 1 == block_.size() || block_[mark() + 1] != quote) break;
    ++doubled;
    ++at_;
  }
  const size_t end = mark();
  add_field(unquoted(block_.substr(first, end - first), doubled), true);
  ++at_;
  while (mark() < block_.size() && block_[mark()] != '\n' && !is_delimiter(mark())) ++at_;
  std::string_view after = block_.substr(end + 1, mark() - end - 1);
  if (after == "\r" && mark() < block_.size() && block_[mark()] == '\n') after = {};
  return after.empty() ? nullptr : kTextAfterQuote;
}

std::string_view DelimitedFields::unquoted(std::string_view inside, size_t doubled) {
  if (doubled == 0) return inside;
  if (undoubled_.size() == undoubled_count_) undoubled_.emplace_back();
  std::string& text = undoubled_[undoubled_count_++];
  text.clear();
  const char quote = *style_.quote;
  for (size_t i = 0; i < inside.size(); ++i) {
    text += inside[i];
    if (inside[i] == quote) ++i;
  }
  return text;
}

}  // namespace tidemill
