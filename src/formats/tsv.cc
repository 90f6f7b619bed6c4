// TSV: see delimited_text.h.

#include <utility>

#include "formats/delimited_text.h"
#include "formats/format.h"

namespace tidemill::formats {

const Format& tsv() {
  static const DelimitedStyle style = {.delimiter = "\t", .quote = std::nullopt};
  static const Format format = {.name = "tsv",
                                .doc = "Fields between tabs, records on lines, no quotes.",
                                .form = delimited_form("tsv", style),
                                .open = [](ReadRequest request, const Options& options) {
                                  return make_delimited_rows(std::move(request), style, options);
                                }};
  return format;
}

}  // namespace tidemill::formats
