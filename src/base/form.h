// A form describes options once: reading them with errors in the right place, reference documents
// and the list of known keys all come from it. Whoever has options (a connector, a check, a tile)
// declares a Form.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/secret.h"
#include "base/yaml.h"

namespace tidemill {

enum class FieldType {
  kText,
  kInteger,
  kNumber,
  kBoolean,
  kDuration,     ///< `500ms`, `90s`, `10m`, `2h`, `3d`, `1w`
  kTimePattern,  ///< A text in which `{start:%Y-%m-%d-%-H}` and `{end:…}` stand for an interval's
                 ///< times.
  kChoice,       ///< One of `Field::choices`.
  kTextList,     ///< A list of texts; one text stands for a list of one.
  kSecret,       ///< `${secret:NAME}`, which may stand nowhere else.
  kList,
  kMap,
  kAny,
};

struct Field {
  std::string name;
  FieldType type = FieldType::kText;
  std::string doc;
  bool required = false;
  std::vector<std::string> choices = {};
  /// Of a connector: other records come under another value, so what was loaded is stale then.
  bool decides_records = false;
};

class Options;

struct Form {
  std::string name;  ///< What it describes, for messages: `source`, `tile`.
  std::vector<Field> fields;
  /// What must hold beyond the type of each field: reports into the mistakes what does not. Called
  /// with what was given and well-formed.
  std::vector<std::function<void(const Options&, Mistakes&)>> rules = {};

  const Field* find(std::string_view field) const;
  std::vector<std::string> names() const;
};

/// Returns the rule that options can be read by `reading`: it reports the Error that this throws.
std::function<void(const Options&, Mistakes&)> rule_of(std::function<void(const Options&)> reading);

/// The options that were given and are well-formed under their form; the others were reported and
/// count as not given. Getters answer `fallback` for what is not given.
class Options {
 public:
  Options() = default;
  explicit Options(Place place) : place_(std::move(place)) {}

  bool has(std::string_view field) const { return find(field) != nullptr; }
  /// Returns the value as written, or null. Owned by these options.
  const Yaml* find(std::string_view field) const;
  /// Returns the field's place, or the whole map's when it is not given.
  const Place& place(std::string_view field) const;
  const Place& place() const { return place_; }

  std::string text(std::string_view field, std::string_view fallback = "") const;
  int64_t integer(std::string_view field, int64_t fallback) const;
  double number(std::string_view field, double fallback) const;
  bool boolean(std::string_view field, bool fallback) const;
  std::chrono::milliseconds duration(std::string_view field,
                                     std::chrono::milliseconds fallback) const;
  std::vector<std::string> text_list(std::string_view field) const;
  /// Returns which secret a field of type kSecret stands for.
  SecretName secret(std::string_view field) const;

  /// Returns all that was given, field by field, as written; lists and maps in one line.
  std::vector<std::pair<std::string, std::string>> values() const;

  void add(std::string field, Yaml value) {
    values_.push_back({std::move(field), {}, std::move(value)});
  }

 private:
  Place place_;
  std::vector<Yaml::Entry> values_;
};

/// Reads a map under its form. Reports into `mistakes` every unknown key (with the nearest known
/// one), every key given twice, every value of the wrong type, every secret outside of a field for
/// one, every required field that is missing, and what the form's rules say.
Options read_options(const Yaml& map, const Form& form, Mistakes& mistakes);

/// Returns a form with the fields and rules of both.
Form operator+(Form form, const Form& more);

}  // namespace tidemill
