// YAML as a plain tree in which every value knows its place. yaml-cpp stays behind this door.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace tidemill {

/// A YAML value. A scalar keeps its text as written (unescaped); whether it is a number is for the
/// reader.
struct Yaml {
  enum class Kind { kNull, kScalar, kList, kMap };
  struct Entry;

  Kind kind = Kind::kNull;
  std::string text;     ///< Of a scalar.
  bool quoted = false;  ///< A quoted scalar is text, whatever it looks like.
  Place place;
  std::vector<Yaml> items;     ///< Of a list.
  std::vector<Entry> entries;  ///< Of a map, in the order of the file; a key may stand twice.

  bool is_null() const { return kind == Kind::kNull; }
  bool is_scalar() const { return kind == Kind::kScalar; }
  bool is_list() const { return kind == Kind::kList; }
  bool is_map() const { return kind == Kind::kMap; }
  /// Returns the value of a map's key, or null when it is absent or this is no map. Owned by this
  /// value.
  const Yaml* find(std::string_view key) const;
  /// Returns `a list`, `a map`, `nothing` or the quoted text: for messages.
  std::string described() const;
};

struct Yaml::Entry {
  std::string key;
  Place place;  ///< Of the key.
  Yaml value;
};

/// Parses one YAML 1.2 document. `file` is for places; `first_line` is the line of the file that
/// `text` starts on. Throws a user's Error with its place. Anchors and aliases are followed.
Yaml parse_yaml(std::string_view text, const std::string& file, int first_line = 1);

}  // namespace tidemill
