// Text whose fields stand between delimiters: CSV (RFC 4180) and TSV. What both formats share.
//
// A record ends at a line break (LF or CRLF) outside quotes. A field that begins with a quote goes
// on to the next quote that is not doubled, over delimiters and line breaks; a quote elsewhere is
// text. Empty lines are no records. Fields are told apart by the names in the first record, or by
// the option `names`; in any order.
#pragma once

#include <memory>

#include "formats/delimited_style.h"
#include "formats/format.h"

namespace tidemill {

/// Returns the rows of delimited texts.
std::unique_ptr<duckdb::RowSource> make_delimited_rows(ReadRequest request,
                                                       const DelimitedStyle& style,
                                                       const Options& options);

}  // namespace tidemill
