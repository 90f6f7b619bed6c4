#include "data/path.h"

#include <algorithm>

#include "base/text.h"

namespace tidemill {

namespace {

constexpr std::string_view kSpecial = ".[]\"";

/// Reads a name from the front of `text`, which loses it. Nothing when there is none.
std::optional<std::string> take_name(std::string_view& text) {
  std::string name;
  if (!text.starts_with('"')) {
    const size_t end = std::min(text.find_first_of(kSpecial), text.size());
    name = text.substr(0, end);
    text.remove_prefix(end);
    return name.empty() ? std::nullopt : std::optional(name);
  }
  text.remove_prefix(1);
  while (true) {
    const size_t quote = text.find('"');
    if (quote == std::string_view::npos) return std::nullopt;
    name += text.substr(0, quote);
    text.remove_prefix(quote + 1);
    if (!text.starts_with('"')) return name;
    name += '"';
    text.remove_prefix(1);
  }
}

}  // namespace

std::optional<Path> parse_path(std::string_view text) {
  Path path;
  while (true) {
    auto name = take_name(text);
    if (!name) return std::nullopt;
    const bool each = text.starts_with("[]");
    if (each) text.remove_prefix(2);
    path.push_back({std::move(*name), each});
    if (text.empty()) return path;
    if (!text.starts_with('.')) return std::nullopt;
    text.remove_prefix(1);
  }
}

std::string path_text(const Path& path) {
  std::string text;
  for (const PathStep& step : path) {
    const bool plain = !step.name.empty() && step.name.find_first_of(kSpecial) == std::string::npos;
    if (!text.empty()) text += '.';
    text += plain ? step.name : '"' + replace_all(step.name, "\"", "\"\"") + '"';
    if (step.each) text += "[]";
  }
  return text;
}

bool goes_through_list(const Path& path) {
  return std::any_of(path.begin(), path.end(), [](const PathStep& step) { return step.each; });
}

}  // namespace tidemill
