#include "base/secret.h"

#include <algorithm>

namespace tidemill {

namespace {

constexpr std::string_view kOpen = "${secret:";

bool fits_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

std::optional<std::string> named_secret(std::string_view text) {
  if (!text.starts_with(kOpen) || !text.ends_with('}')) return std::nullopt;
  const std::string_view name = text.substr(kOpen.size(), text.size() - kOpen.size() - 1);
  if (name.empty() || !std::all_of(name.begin(), name.end(), fits_name)) return std::nullopt;
  return std::string(name);
}

bool mentions_secret(std::string_view text) { return text.find(kOpen) != std::string_view::npos; }

}  // namespace tidemill
