#include "tables/data_file.h"

#include <fmt/format.h>

#include <string_view>

#include "base/error.h"
#include "base/text.h"

namespace tidemill::tables {

namespace {

bool is_unreserved(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9') ||
         std::string_view("-_.~/=").find(byte) != std::string_view::npos;
}

int hexadecimal_digit(char byte) {
  if (byte >= '0' && byte <= '9') return byte - '0';
  if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
  if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
  return -1;
}

std::string percent_decode(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && text.size() - i > 2 ? hexadecimal_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hexadecimal_digit(text[i + 2]) : -1;
    if (low < 0) {
      decoded += text[i];
      continue;
    }
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

}  // namespace

std::string encode_path(const std::string& path) {
  std::string encoded;
  for (const char byte : path) {
    if (is_unreserved(byte)) {
      encoded += byte;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(byte));
    }
  }
  return encoded;
}

std::string decode_path(const std::string& logged_path) {
  const size_t colon = logged_path.find(':');
  if (colon == std::string::npos || logged_path.find('/') < colon)
    return percent_decode(logged_path);
  if (!logged_path.starts_with("file:")) {
    throw user_error("the table names a file in another store: " + quote(logged_path));
  }
  std::string_view path = std::string_view(logged_path).substr(colon + 1);
  if (path.starts_with("//")) path.remove_prefix(2);
  return percent_decode(path);
}

}  // namespace tidemill::tables
