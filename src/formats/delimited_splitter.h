// Where the records of a delimited text end.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/delimited_style.h"
#include "formats/record_splitter.h"

namespace tidemill {

/// Cuts one text at the line breaks outside quotes, and takes its header off. A quoted field that
/// does not end, in the text or in as many bytes as a record may have, spoils only the line that it
/// begins on: the cut is made there, and goes on with the next line. When another one without an
/// end is met in what was looked through for the first, all lines up to there are records of their
/// own: no byte is looked at more than a few times, whatever the text.
class DelimitedSplitter : public RecordSplitter {
 public:
  /// `style` outlives the splitter; `name` is what messages call the text.
  DelimitedSplitter(const DelimitedStyle& style, std::string name)
      : style_(style), name_(std::move(name)) {}
  Cut cut(std::string_view text, bool at_end, std::vector<RecordSpan>& records) override;
  std::optional<Cut> cut_long(std::string_view text, std::vector<RecordSpan>& records) override;
  std::shared_ptr<const TextHeader> header() const override { return header_; }

 private:
  void scan(std::string_view text, bool at_end);
  void scan_quoted(std::string_view text, bool at_end);
  bool begins_field(std::string_view text, size_t at);
  size_t take_header(std::string_view text, bool at_end);
  void forget(size_t size);

  const DelimitedStyle& style_;
  std::string name_;
  std::shared_ptr<const TextHeader> header_;
  bool skipping_ = false;  // The rest of a line that is too long.
  size_t scanned_ = 0;     // Bytes of the text that were looked at.
  size_t whole_ = 0;       // Bytes of the text that are whole records.
  size_t delimited_ = 0;   // Bytes of the text in which delimiters were looked for.
  size_t spoiled_ = 0;     // Bytes of the text that were looked through for the end of a field.
  bool in_quotes_ = false;
};

struct FirstRecord {
  size_t size = 0;  ///< In bytes, with its line break.
  std::vector<std::string> fields;
  const char* problem = nullptr;  ///< What makes it no header; null: nothing.
};
/// Reads the record that `text` begins with, its fields unquoted; nothing when it does not end in
/// it. Of more than `kMostFields` fields it reads one more, and no size. For headers, not for
/// speed.
std::optional<FirstRecord> read_first_record(std::string_view text, const DelimitedStyle& style,
                                             bool at_end);

}  // namespace tidemill
