#include "base/form.h"

#include <algorithm>
#include <optional>
#include <set>

#include "base/text.h"
#include "base/time.h"

namespace tidemill {

namespace {

/// Returns the mistake of a secret that stands where it would be shown, if there is one. Items of
/// lists and values of maps that have forms of their own are looked at under these.
std::optional<Error> misplaced_secret(const Yaml& value) {
  if (value.is_scalar() && mentions_secret(value.text)) {
    return user_error("a secret may not stand here: " + quote(value.text))
        .at(value.place)
        .hint("${secret:NAME} is the whole value of an option for a secret, such as password");
  }
  for (const Yaml& item : value.items) {
    if (auto mistake = misplaced_secret(item)) return mistake;
  }
  return std::nullopt;
}

/// Returns what is wrong with what was given for a secret, without showing it: it may be one.
std::optional<Error> mistake_of_secret(const Yaml& value, const Field& field) {
  if (value.is_scalar() && named_secret(value.text)) return std::nullopt;
  return user_error(field.name + " must be the name of a secret, and nothing else")
      .at(value.place)
      .hint(field.name + ": ${secret:NAME}, with NAME in the environment or in secrets.yml");
}

/// Returns what is wrong with the value's type, with a hint, or nothing.
std::optional<Error> mistake_of(const Yaml& value, const Field& field) {
  const auto wants = [&](const std::string& wanted) {
    return user_error(field.name + " must be " + wanted + ", not " + value.described())
        .at(value.place);
  };
  if (field.type == FieldType::kSecret) return mistake_of_secret(value, field);
  if (auto mistake = misplaced_secret(value)) return mistake;
  const bool scalar = value.is_scalar();
  switch (field.type) {
    case FieldType::kText:
      if (!scalar) return wants("a text");
      break;
    case FieldType::kInteger:
      if (!scalar || value.quoted || !parse_integer(value.text)) return wants("a whole number");
      break;
    case FieldType::kNumber:
      if (!scalar || value.quoted || !parse_number(value.text)) return wants("a number");
      break;
    case FieldType::kBoolean:
      if (!scalar || (value.text != "true" && value.text != "false")) return wants("true or false");
      break;
    case FieldType::kDuration:
      if (!scalar || !parse_duration(value.text)) {
        return wants("a duration").hint("for example: 90s, 10m, 2h, 3d");
      }
      break;
    case FieldType::kTimePattern:
      if (!scalar) return wants("a text");
      if (!expand_times(value.text, Instant{}, Instant{})) {
        return user_error("not a pattern of times: " + quote(value.text))
            .at(value.place)
            .hint(
                "{start:%Y-%m-%d-%-H} or {end:…} with %Y %m %d %H %M %S %j; a `-` after the % "
                "leaves out leading zeros");
      }
      break;
    case FieldType::kChoice:
      if (!scalar) return wants("one of " + join(field.choices, ", "));
      if (std::find(field.choices.begin(), field.choices.end(), value.text) ==
          field.choices.end()) {
        return user_error("unknown " + field.name + ": " + quote(value.text))
            .at(value.place)
            .hint(value.text.empty() ? "one of: " + join(field.choices, ", ")
                                     : nearest_hint(value.text, field.choices));
      }
      break;
    case FieldType::kTextList:
      if (!scalar &&
          (!value.is_list() || !std::all_of(value.items.begin(), value.items.end(),
                                            [](const Yaml& item) { return item.is_scalar(); }))) {
        return wants("a list of texts");
      }
      break;
    case FieldType::kList:
      if (!value.is_list()) return wants("a list");
      break;
    case FieldType::kMap:
      if (!value.is_map()) return wants("a map");
      break;
    case FieldType::kSecret:
    case FieldType::kAny:
      break;
  }
  return std::nullopt;
}

/// Returns a value in one line.
std::string one_line(const Yaml& value) {
  std::string text = value.is_scalar() ? quote(value.text) : "";
  for (const Yaml& item : value.items) text += one_line(item) + ",";
  for (const Yaml::Entry& entry : value.entries)
    text += entry.key + ": " + one_line(entry.value) + ",";
  return value.is_scalar() ? text : "[" + text + "]";
}

}  // namespace

const Field* Form::find(std::string_view field) const {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.name == field; });
  return found == fields.end() ? nullptr : &*found;
}

std::vector<std::string> Form::names() const {
  std::vector<std::string> names;
  for (const Field& field : fields) names.push_back(field.name);
  return names;
}

std::function<void(const Options&, Mistakes&)> rule_of(
    std::function<void(const Options&)> reading) {
  return [reading = std::move(reading)](const Options& options, Mistakes& mistakes) {
    try {
      reading(options);
    } catch (const Error& error) {
      mistakes.add(error);
    }
  };
}

Form operator+(Form form, const Form& more) {
  form.fields.insert(form.fields.end(), more.fields.begin(), more.fields.end());
  form.rules.insert(form.rules.end(), more.rules.begin(), more.rules.end());
  return form;
}

const Yaml* Options::find(std::string_view field) const {
  const auto found =
      std::find_if(values_.begin(), values_.end(), [&](const auto& v) { return v.key == field; });
  return found == values_.end() ? nullptr : &found->value;
}

const Place& Options::place(std::string_view field) const {
  const Yaml* value = find(field);
  return value != nullptr ? value->place : place_;
}

std::string Options::text(std::string_view field, std::string_view fallback) const {
  const Yaml* value = find(field);
  return value != nullptr ? value->text : std::string(fallback);
}

int64_t Options::integer(std::string_view field, int64_t fallback) const {
  const Yaml* value = find(field);
  return value != nullptr ? *parse_integer(value->text) : fallback;
}

double Options::number(std::string_view field, double fallback) const {
  const Yaml* value = find(field);
  return value != nullptr ? *parse_number(value->text) : fallback;
}

bool Options::boolean(std::string_view field, bool fallback) const {
  const Yaml* value = find(field);
  return value != nullptr ? value->text == "true" : fallback;
}

std::chrono::milliseconds Options::duration(std::string_view field,
                                            std::chrono::milliseconds fallback) const {
  const Yaml* value = find(field);
  return value != nullptr ? *parse_duration(value->text) : fallback;
}

std::vector<std::string> Options::text_list(std::string_view field) const {
  std::vector<std::string> list;
  const Yaml* value = find(field);
  if (value == nullptr) return list;
  if (value->is_scalar()) list.push_back(value->text);
  for (const Yaml& item : value->items) list.push_back(item.text);
  return list;
}

std::vector<std::pair<std::string, std::string>> Options::values() const {
  std::vector<std::pair<std::string, std::string>> texts;
  for (const Yaml::Entry& entry : values_) texts.emplace_back(entry.key, one_line(entry.value));
  return texts;
}

SecretName Options::secret(std::string_view field) const {
  const Yaml* value = find(field);
  if (value == nullptr) return {.name = "", .place = place_};
  return {named_secret(value->text).value_or(""), value->place};
}

Options read_options(const Yaml& map, const Form& form, Mistakes& mistakes) {
  Options options(map.place);
  if (!map.is_map()) {
    mistakes.add(
        user_error("a " + form.name + " must be a map, not " + map.described()).at(map.place));
    return options;
  }
  std::set<std::string> seen;
  for (const Yaml::Entry& entry : map.entries) {
    const Field* field = form.find(entry.key);
    if (field == nullptr) {
      mistakes.add(user_error("unknown key in " + form.name + ": " + quote(entry.key))
                       .at(entry.place)
                       .hint(nearest_hint(entry.key, form.names())));
    } else if (!seen.insert(entry.key).second) {
      mistakes.add(user_error("key given twice: " + quote(entry.key)).at(entry.place));
    } else if (auto mistake = mistake_of(entry.value, *field)) {
      mistakes.add(std::move(*mistake));
    } else {
      options.add(entry.key, entry.value);
    }
  }
  for (const Field& field : form.fields) {
    if (field.required && !seen.contains(field.name)) {
      mistakes.add(user_error("missing key in " + form.name + ": " + quote(field.name))
                       .at(map.place)
                       .hint(field.doc));
    }
  }
  for (const auto& rule : form.rules) rule(options, mistakes);
  return options;
}

}  // namespace tidemill
