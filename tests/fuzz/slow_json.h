// A reader of JSON to compare ours with.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

namespace tidemill::fuzz {

/// Returns what nlohmann's reader makes of `text`, discarded when it refuses it; nothing for texts
/// that it is known to judge otherwise: it takes NUL for the end, and a byte-order mark for none.
inline std::optional<nlohmann::json> read_slowly(std::string_view text) {
  if (text.starts_with('\xEF') || text.find('\0') != std::string_view::npos) return std::nullopt;
  return nlohmann::json::parse(text, nullptr, false);
}

}  // namespace tidemill::fuzz
