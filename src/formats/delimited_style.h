// How a delimited text is written, and the options that say so.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/form.h"

namespace tidemill {

/// As many fields as a record may have: else one of nothing but delimiters would take 50 times its
/// size in memory.
inline constexpr size_t kMostFields = 65'536;

/// How a delimited text is written.
struct DelimitedStyle {
  enum class Encoding { kUtf8, kLatin1 };

  std::string delimiter = ",";  ///< 1 to 4 bytes of ASCII, no quote and no line break.
  std::optional<char> quote = '"';
  bool header = true;              ///< The first record has the names of the fields.
  std::vector<std::string> names;  ///< Of the fields, where the text has no header.
  Encoding encoding = Encoding::kUtf8;
};

/// Returns the options of a delimited format; `style` has the defaults.
Form delimited_form(std::string name, const DelimitedStyle& style);
/// Returns the style that options give. Throws a user's Error, with its place, for what does not go
/// together.
DelimitedStyle delimited_style(DelimitedStyle style, const Options& options);

}  // namespace tidemill
