#include "formats/delimited_style.h"

#include <algorithm>
#include <string_view>

#include "base/error.h"
#include "base/text.h"
#include "formats/block_rows.h"

namespace tidemill {

namespace {

bool is_ascii_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= ' ' && c <= '~') || c == '\t'; });
}

}  // namespace

Form delimited_form(std::string name, const DelimitedStyle& style) {
  Form form{.name = name};
  form.fields = {
      {.name = "delimiter",
       .doc = std::string("What stands between fields, 1 to 4 characters of ASCII. Default: ") +
              (style.delimiter == "\t" ? "a tab." : "a comma.")},
      {.name = "quote",
       .doc = std::string("What stands around fields that hold a delimiter or a line break; `none` "
                          "for texts without. Default: ") +
              (style.quote ? "a double quote." : "none.")},
      {.name = "header",
       .type = FieldType::kBoolean,
       .doc = "Whether the first record has the names of the fields. Default: true."},
      {.name = "names",
       .type = FieldType::kTextList,
       .doc = "The names of the fields, in their order, where there is no header."},
      {.name = "encoding",
       .type = FieldType::kChoice,
       .doc = "How the text is encoded. Default: utf-8.",
       .choices = {"utf-8", "latin-1"}}};
  form.rules = {rule_of([style](const Options& options) { delimited_style(style, options); })};
  return form + block_form(name);
}

DelimitedStyle delimited_style(DelimitedStyle style, const Options& options) {
  const auto wrong = [&](const std::string& what, const char* field) {
    return user_error(what).at(options.place(field));
  };
  style.delimiter = options.text("delimiter", style.delimiter);
  if (style.delimiter == "\\t") style.delimiter = "\t";
  if (style.delimiter.empty() || style.delimiter.size() > 4 || !is_ascii_printable(style.delimiter))
    throw wrong("not a delimiter of 1 to 4 characters: " + quote(style.delimiter), "delimiter");
  if (options.has("quote")) {
    const std::string text = options.text("quote");
    if (text != "none" && (text.size() != 1 || !is_ascii_printable(text)))
      throw wrong("not one character, or none: " + quote(text), "quote");
    style.quote = text == "none" ? std::nullopt : std::optional(text[0]);
  }
  if (style.quote && style.delimiter.find(*style.quote) != std::string::npos)
    throw wrong("the quote is part of the delimiter: " + quote(style.delimiter), "quote");
  style.header = options.boolean("header", style.header);
  style.names = options.text_list("names");
  if (style.header && !style.names.empty())
    throw wrong("names are for texts without a header", "names").hint("header: false");
  if (!style.header && style.names.empty())
    throw wrong("a text without a header needs names of its fields", "header")
        .hint("names: [id, name]");
  if (options.text("encoding") == "latin-1") style.encoding = DelimitedStyle::Encoding::kLatin1;
  return style;
}

}  // namespace tidemill
