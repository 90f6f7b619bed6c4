// The way to a value inside a record: `actor.id`, `authors[].author.key`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidemill {

/// One step of a path: into a field of an object.
struct PathStep {
  std::string name;
  /// The field is a list, and the rest of the path goes into each of its elements.
  bool each = false;
  bool operator==(const PathStep&) const = default;
};

using Path = std::vector<PathStep>;

/// Reads `actor.id` and `authors[].author.key`. A name that holds a dot, brackets or a quote stands
/// between double quotes, in which `""` is a quote: `"first.name".text`. Nothing when a step is
/// empty or the text is no path.
std::optional<Path> parse_path(std::string_view text);

/// Returns the path as `parse_path` reads it.
std::string path_text(const Path& path);

/// True when some step goes into each element of a list: the path has any number of values.
bool goes_through_list(const Path& path);

}  // namespace tidemill
