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
  const char quote = style_.quote.value_or(delimiter);
  if (marks_.size() <= block_.size()) marks_.resize(block_.size() + 1);  // Room for the worst.
  uint32_t* mark = marks_.data();
  for (size_t at = 0; at < block_.size(); at += Bytes64::kSize) {
    const std::string_view left = block_.substr(at);
    const Bytes64 bytes =
        left.size() < Bytes64::kSize ? Bytes64::rest_of(left) : Bytes64(left.data());
    uint64_t found = bytes.equal(delimiter) | bytes.equal('\n') | bytes.equal(quote);
    if (left.size() < Bytes64::kSize) found &= (uint64_t{1} << left.size()) - 1;
    for_each_bit(
        found, [&](int bit) { *mark++ = static_cast<uint32_t>(at) + static_cast<uint32_t>(bit); });
  }
  *mark = static_cast<uint32_t>(block_.size());
}

inline bool DelimitedFields::is_delimiter(size_t position) const {
  return style_.delimiter.size() == 1 ? block_[position] == style_.delimiter.front()
                                      : block_.substr(position).starts_with(style_.delimiter);
}

/// Goes past empty lines, which are no records.
void DelimitedFields::pass_empty_lines() {
  while (position_ < block_.size() && (block_[position_] == '\n' || block_[position_] == '\r')) {
    const bool lone =
        block_[position_] == '\r' && position_ + 1 < block_.size() && block_[position_ + 1] != '\n';
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
  for (bool more = true; more;) {
    if (count_ == kMostFields) {
      problem = kTooMany;
      count_ = 0;
      undoubled_count_ = 0;
    }
    if (style_.quote && position_ < block_.size() && block_[position_] == *style_.quote) {
      const char* wrong = read_quoted_field(position_);
      if (problem == nullptr) problem = wrong;
    } else {
      read_plain_field(position_);
    }
    // The field ends at a mark: a delimiter, a line break or the end.
    const size_t end = mark();
    more = end < block_.size() && block_[end] != '\n';
    position_ = more ? end + style_.delimiter.size() : end;
    if (end < block_.size()) ++at_;
    while (more && mark() < position_) ++at_;  // The rest of a long delimiter.
  }
  std::string_view text = block_.substr(begin, position_ - begin);
  if (position_ < block_.size()) ++position_;
  if (text.ends_with('\n')) text.remove_suffix(1);  // A quoted field without an end took it.
  if (text.ends_with('\r')) text.remove_suffix(1);
  return Record{text, problem};
}

inline void DelimitedFields::add_field(std::string_view text, bool quoted) {
  if (count_ == fields_.size()) fields_.resize(2 * count_ + 16);
  fields_[count_++] = {text, quoted};
}

/// Reads the field up to the next mark that ends one.
inline void DelimitedFields::read_plain_field(size_t begin) {
  size_t end = mark();
  while (end < block_.size() && block_[end] != '\n' && !is_delimiter(end)) end = marks_[++at_];
  std::string_view text(block_.data() + begin, end - begin);
  const bool last = end == block_.size() || block_[end] == '\n';
  if (last && text.ends_with('\r')) text.remove_suffix(1);
  add_field(text, false);
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
  if (after == "\r" && (mark() == block_.size() || block_[mark()] == '\n')) after = {};
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
