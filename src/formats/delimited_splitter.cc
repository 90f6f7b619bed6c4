#include "formats/delimited_splitter.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace tidemill {

namespace {

constexpr size_t kNone = std::string_view::npos;
constexpr size_t kLongestHeader = size_t{1} << 20;  // In bytes: it is kept with each bad record.

/// Returns the text without a line break at its end.
std::string_view without_break(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

/// Appends where the lines of `text` stand, each with its break.
void append_lines(std::string_view text, std::vector<RecordSpan>& lines) {
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const size_t next = std::min(end + 1, text.size());
    lines.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(next)});
    begin = next;
  }
}

}  // namespace

RecordSplitter::Cut DelimitedSplitter::cut(std::string_view text, bool at_end,
                                           std::vector<RecordSpan>& records) {
  size_t begin = 0;
  if (skipping_) {
    const size_t found = text.find('\n');
    if (found == kNone) return {text.size(), text.size()};
    begin = found + 1;
    skipping_ = false;
    scanned_ = whole_ = begin;
  }
  if (header_ == nullptr && style_.header) {
    const size_t size = take_header(text, at_end);
    if (header_ == nullptr) return {size, size};
    begin = size;
  }
  scan(text, at_end);
  if (at_end && !in_quotes_) whole_ = text.size();
  // A field without an end: what began on this line does not swallow the lines after it.
  if (at_end && in_quotes_ && whole_ <= begin) {
    forget(begin);
    const auto cut = cut_long(text.substr(begin), records);
    skipping_ = false;
    return {begin, cut ? begin + cut->end : text.size()};
  }
  const size_t end = std::max(begin, whole_);
  forget(end);
  return {begin, end};
}

std::optional<RecordSplitter::Cut> DelimitedSplitter::cut_long(std::string_view text,
                                                               std::vector<RecordSpan>& records) {
  if (style_.header && header_ == nullptr)
    throw user_error("the header is longer than a record may be: " + quote(name_));
  const size_t looked_through = std::exchange(scanned_, 0);
  whole_ = delimited_ = 0;
  in_quotes_ = false;
  const size_t first = text.find('\n');
  if (first == kNone) {
    skipping_ = true;
    spoiled_ = 0;
    return std::nullopt;
  }
  size_t end = first + 1;
  if (spoiled_ > end) end = text.rfind('\n', spoiled_ - 1) + 1;
  if (end > first + 1) append_lines(text.substr(0, end), records);
  spoiled_ = looked_through - std::min(looked_through, end);
  return Cut{0, end};
}

/// What was found refers to a text whose first `size` bytes are gone.
void DelimitedSplitter::forget(size_t size) {
  scanned_ -= std::min(scanned_, size);
  whole_ -= std::min(whole_, size);
  delimited_ -= std::min(delimited_, size);
  spoiled_ -= std::min(spoiled_, size);
}

/// Finds the last line break outside quotes.
void DelimitedSplitter::scan(std::string_view text, bool at_end) {
  if (style_.quote) return scan_quoted(text, at_end);
  const void* last = memrchr(text.data() + scanned_, '\n', text.size() - scanned_);
  if (last != nullptr)
    whole_ = static_cast<size_t>(static_cast<const char*>(last) - text.data()) + 1;
  scanned_ = text.size();
}

void DelimitedSplitter::scan_quoted(std::string_view text, bool at_end) {
  const char quote = *style_.quote;
  while (scanned_ < text.size()) {
    const size_t found = text.find(quote, scanned_);
    const size_t next = std::min(found, text.size());
    if (!in_quotes_) {
      const void* last = memrchr(text.data() + scanned_, '\n', next - scanned_);
      if (last != nullptr)
        whole_ = static_cast<size_t>(static_cast<const char*>(last) - text.data()) + 1;
      in_quotes_ = found != kNone && begins_field(text, found);
      scanned_ = found == kNone ? next : found + 1;
    } else if (found == kNone) {
      scanned_ = next;
    } else if (found + 1 == text.size() && !at_end) {
      scanned_ = found;  // Doubled or not: the next byte says.
      return;
    } else if (found + 1 < text.size() && text[found + 1] == quote) {
      scanned_ = found + 2;
    } else {
      in_quotes_ = false;
      scanned_ = delimited_ = found + 1;
    }
  }
}

/// True when a quote at `at`, outside quotes, stands where a field begins.
bool DelimitedSplitter::begins_field(std::string_view text, size_t at) {
  if (at == whole_) return true;
  const std::string& delimiter = style_.delimiter;
  if (delimiter.size() == 1) return text[at - 1] == delimiter.front();
  // In `:::"` a delimiter `::` ends before the last colon: they are told from the left.
  const std::string_view before = text.substr(0, at);
  size_t end = std::max(delimited_, whole_);
  bool begins = false;
  for (size_t found = before.find(delimiter, end); found != kNone;
       found = before.find(delimiter, end)) {
    end = found + delimiter.size();
    begins = end == at;
  }
  delimited_ = at + 1;
  return begins;
}

/// Takes the first record off as the header. Returns the bytes that are no record.
size_t DelimitedSplitter::take_header(std::string_view text, bool at_end) {
  // Blank lines before it are none of it.
  const size_t begin = std::min(text.find_first_not_of("\r\n"), text.size());
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    throw user_error("the text is in UTF-16: " + quote(name_))
        .hint("convert it to UTF-8 first: iconv -f UTF-16 -t UTF-8");
  }
  auto first = read_first_record(text.substr(begin), style_, at_end);
  if (!first && !at_end) return begin;
  if (begin == text.size()) return begin;
  if (!first) throw user_error("the header has a quoted field without an end: " + quote(name_));
  if (first->problem != nullptr) {
    throw user_error(std::string("the header has ") + first->problem + ": " + quote(name_))
        .hint("lines end in LF, or in CR and LF; quotes stand around whole fields");
  }
  if (first->fields.size() > kMostFields) {
    throw user_error("the header has more fields than are read, " + std::to_string(kMostFields) +
                     ": " + quote(name_));
  }
  if (first->size > kLongestHeader) {
    throw user_error("the header is longer than is read, in bytes " +
                     std::to_string(kLongestHeader) + ": " + quote(name_));
  }
  header_ = std::make_shared<TextHeader>(
      TextHeader{.text = std::string(without_break(text.substr(begin, first->size))),
                 .names = std::move(first->fields)});
  scanned_ = whole_ = begin + first->size;
  return whole_;
}

std::optional<FirstRecord> read_first_record(std::string_view text, const DelimitedStyle& style,
                                             bool at_end) {
  FirstRecord record{.fields = {""}};
  bool begins = true;  // A field begins here.
  bool quoted = false;
  bool closed = false;  // The field's quotes are.
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool is_quote = style.quote && c == *style.quote;
    if (quoted && is_quote && i + 1 < text.size() && text[i + 1] == c) {
      record.fields.back() += text[i++];
    } else if (is_quote && (quoted || begins)) {
      closed = quoted;
      quoted = !quoted;
    } else if (!quoted && text.substr(i).starts_with(style.delimiter)) {
      record.fields.emplace_back();
      if (record.fields.size() > kMostFields) return record;
      i += style.delimiter.size() - 1;
      begins = true;
      closed = false;
      continue;
    } else if (!quoted && c == '\n') {
      if (record.fields.back().ends_with('\r')) record.fields.back().pop_back();
      record.size = i + 1;
      return record;
    } else {
      const bool ends_line = c == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
      if (closed && !ends_line) record.problem = "text after a closing quote";
      if (!quoted && c == '\r' && !ends_line) record.problem = "a carriage return within a line";
      record.fields.back() += c;
    }
    begins = false;
  }
  if (!at_end || quoted || text.empty()) return std::nullopt;
  record.size = text.size();
  return record;
}

}  // namespace tidemill
