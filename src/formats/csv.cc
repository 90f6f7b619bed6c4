// CSV: see delimited_text.h.

#include <utility>

#include "formats/delimited_text.h"
#include "formats/format.h"

namespace tidemill::formats {

const Format& csv() {
  static const DelimitedStyle style = {};
  static const Format format = {.name = "csv",
                                .doc =
                                    "Fields between commas, records on lines, quotes around fields "
                                    "that need them (RFC 4180).",
                                .form = delimited_form("csv", style),
                                .open = [](ReadRequest request, const Options& options) {
                                  return make_delimited_rows(std::move(request), style, options);
                                }};
  return format;
}

}  // namespace tidemill::formats
