// sources/*.yml
#include <cmath>
#include <set>

#include "base/text.h"
#include "data/time_format.h"
#include "project/reading.h"

namespace tidemill::reading {

namespace {

Form source_form() {
  Form form = {"source", asset_fields()};
  std::erase_if(form.fields, [](const Field& field) {
    return field.name == "columns";
  });  // The contract has them.
  const std::vector<Field> own = {
      {.name = "connector", .doc = "where the bytes come from", .required = true},
      {.name = "format", .doc = "how the bytes are read", .required = true},
      {.name = "start", .doc = "when the first interval starts"},
      {.name = "end", .doc = "when the last interval ends; without it: now"},
      {.name = "default_end", .doc = "when the last interval ends of a run that is told no range"},
      {.name = "ready_after",
       .type = FieldType::kDuration,
       .doc = "after an interval's end it is first asked for"},
      {.name = "give_up_after",
       .type = FieldType::kDuration,
       .doc = "after an interval's end it counts as missing"},
      {.name = "recheck",
       .type = FieldType::kDuration,
       .doc = "after an interval's end it is asked for changes"},
      {.name = "missing",
       .type = FieldType::kChoice,
       .doc = "what a missing interval is",
       .choices = {"fail", "skip"}},
      {.name = "contract",
       .type = FieldType::kMap,
       .doc = "the columns and what becomes of bad rows",
       .required = true}};
  form.fields.insert(form.fields.end(), own.begin(), own.end());
  return form;
}

const Form& contract_form() {
  static const Form form = {
      "contract",
      {{.name = "columns",
        .type = FieldType::kList,
        .doc = "name and type of each",
        .required = true},
       {.name = "extra_fields",
        .type = FieldType::kChoice,
        .doc = "what becomes of fields that no column reads",
        .choices = {"drop", "keep", "fail"}},
       {.name = "bad_rows",
        .type = FieldType::kChoice,
        .doc = "what becomes of records that do not fit",
        .choices = {"quarantine", "set_null", "fail"}},
       {.name = "max_bad_rows", .doc = "above it an interval fails: 100, or 1% of its records"},
       {.name = "null_values",
        .type = FieldType::kTextList,
        .doc = "texts that mean NULL, in every column without its own"},
       {.name = "trim",
        .type = FieldType::kBoolean,
        .doc = "whether white space around texts is cut off"}}};
  return form;
}

const Form& column_form() {
  static const Form form = {
      "column",
      {{.name = "name", .doc = "the column", .required = true},
       {.name = "path",
        .type = FieldType::kTextList,
        .doc = "the way to the value: actor.id, authors[].key; of several the first that is there"},
       {.name = "type", .doc = "the type of its values", .required = true},
       {.name = "format",
        .type = FieldType::kTextList,
        .doc = "how its times are written: epoch_s, epoch_ms, epoch_us, %d/%m/%Y; of several the "
               "first that fits"},
       {.name = "null_values", .type = FieldType::kTextList, .doc = "texts that mean NULL"},
       {.name = "default", .doc = "what a missing or null value becomes"},
       {.name = "trim",
        .type = FieldType::kBoolean,
        .doc = "whether white space around its texts is cut off"},
       {.name = "required",
        .type = FieldType::kBoolean,
        .doc = "whether a record without it is bad"},
       {.name = "description", .doc = "what it holds"},
       {.name = "checks", .type = FieldType::kList, .doc = "checks of its values"}}};
  return form;
}

const std::vector<std::string>& type_names() {
  static const std::vector<std::string> names = {"boolean", "tinyint", "smallint", "integer",
                                                 "bigint",  "float",   "double",   "decimal",
                                                 "varchar", "json",    "date",     "timestamp"};
  return names;
}

std::optional<Type> read_type(const Options& options, Context& context) {
  const std::string text = options.text("type", "varchar");
  const auto type = parse_type(text);
  // A blob has no form in a text.
  if (type && type->id != Type::Id::kBlob) return type;
  const std::string word = lower(text.substr(0, text.find_first_of("([")));
  const std::string hint = word == "list"     ? "list(varchar), or varchar[]"
                           : word == "struct" ? "struct(name varchar, count bigint)"
                           : word == "decimal"
                               ? "decimal(10,2): 1 to 38 digits, 2 of them fractions"
                               : nearest_hint(word, type_names());
  context.mistake(user_error("unknown type: " + quote(text)).at(options.place("type")).hint(hint));
  return std::nullopt;
}

void read_paths(const Options& options, ContractColumn& column, Context& context) {
  const auto mistake = [&](const std::string& what, const std::string& text) {
    context.mistake(user_error(what + quote(text)).at(options.place("path")));
  };
  for (const char* field : {"path", "format"}) {
    if (options.has(field) && options.text_list(field).empty())
      context.mistake(user_error(std::string("a list without an element: ") + quote(field))
                          .at(options.place(field)));
  }
  for (const std::string& text : options.text_list("path")) {
    const auto path = parse_path(text);
    if (!path) {
      mistake("not a path such as actor.id or authors[].key: ", text);
    } else if (goes_through_list(*path) && column.type.id != Type::Id::kList) {
      mistake("a path with [] has many values, for a column of type list(…): ", text);
    } else {
      column.paths.push_back(*path);
    }
  }
  if (column.paths.empty()) column.paths = {{{column.name}}};
}

/// What a contract says of the texts of all its columns.
struct TextRules {
  bool trim = false;
  std::vector<std::string> null_values;
};

/// Reads what says how the column's texts become values.
void read_texts(const Options& options, const TextRules& common, ContractColumn& column,
                Context& context) {
  column.trim = options.boolean("trim", common.trim);
  column.null_values =
      options.has("null_values") ? options.text_list("null_values") : common.null_values;
  if (options.has("default")) column.fallback = options.text("default");
  if (options.has("default") && !column.type.children.empty()) {
    context.mistake(user_error("a list or struct has no default: " + quote(column.name))
                        .at(options.place("default")));
  }
  const bool is_time = column.type.id == Type::Id::kDate || column.type.id == Type::Id::kTimestamp;
  const bool is_nested = !column.type.children.empty();
  if (options.has("format") && !is_time && !is_nested) {
    context.mistake(user_error("only dates and timestamps have a format, not a " +
                               column.type.name() + ": " + quote(options.text("format")))
                        .at(options.place("format")));
    return;
  }
  for (const std::string& text : options.text_list("format")) {
    if (TimeFormat::parse(text)) {
      column.time_formats.push_back(text);
    } else {
      context.mistake(user_error("not a format of times: " + quote(text))
                          .at(options.place("format"))
                          .hint("iso8601, epoch_s, epoch_ms, epoch_us, or a pattern with a year "
                                "such as '%d/%m/%Y %H:%M:%S'"));
    }
  }
}

void check_default(const Options& options, const ContractColumn& column, Context& context) {
  if (!column.fallback || !column.type.children.empty()) return;
  try {
    context.kinds.check_default(column);
  } catch (Error& error) {
    context.mistake(error.at(options.place("default")));
  }
}

std::optional<ContractColumn> read_column(const Yaml& item, const TextRules& common,
                                          Context& context, Asset& asset) {
  const Options options = read_options(item, column_form(), context.mistakes);
  ContractColumn column{.name = options.text("name"),
                        .required = options.boolean("required", false)};
  column.description = options.text("description");
  const auto type = read_type(options, context);
  if (!type) return std::nullopt;
  column.type = *type;
  read_paths(options, column, context);
  read_texts(options, common, column, context);
  check_default(options, column, context);
  asset.columns.push_back({column.name, column.description, options.place("name")});
  const auto checks = read_checks(options, column.name, context);
  asset.checks.insert(asset.checks.end(), checks.begin(), checks.end());
  if (column.name.empty()) return std::nullopt;
  return column;
}

/// Reads `100` or `0.5%`; reports what is neither.
std::optional<BadRowLimit> read_limit(const Options& options, Context& context) {
  if (!options.has("max_bad_rows")) return std::nullopt;
  std::string text = options.text("max_bad_rows");
  const bool percent = text.ends_with('%');
  if (percent) text.pop_back();
  const auto value = parse_number(trim(text));
  const bool whole = value && *value == std::floor(*value);
  if (value && *value >= 0 && (percent ? *value <= 100 : whole))
    return BadRowLimit{*value, percent};
  context.mistake(user_error("not a number of records: " + quote(options.text("max_bad_rows")))
                      .at(options.place("max_bad_rows"))
                      .hint("max_bad_rows: 100, or max_bad_rows: 0.5%"));
  return std::nullopt;
}

void read_contract(const Yaml& yaml, Context& context, Asset& asset) {
  const Options options = read_options(yaml, contract_form(), context.mistakes);
  Contract& contract = asset.source.contract;
  const std::string extra = options.text("extra_fields", "drop");
  contract.extra_fields = extra == "keep"   ? Contract::ExtraFields::kKeep
                          : extra == "fail" ? Contract::ExtraFields::kFail
                                            : Contract::ExtraFields::kDrop;
  const std::string bad = options.text("bad_rows", "quarantine");
  contract.bad_rows = bad == "set_null" ? Contract::BadRows::kSetNull
                      : bad == "fail"   ? Contract::BadRows::kFail
                                        : Contract::BadRows::kQuarantine;
  contract.max_bad_rows = read_limit(options, context);
  const TextRules common{options.boolean("trim", false), options.text_list("null_values")};
  const Yaml* columns = options.find("columns");
  if (columns == nullptr) return;
  std::set<std::string> names;
  for (const Yaml& item : columns->items) {
    auto column = read_column(item, common, context, asset);
    if (!column) continue;
    if (!names.insert(lower(column->name)).second) {
      context.mistake(user_error("two columns of one name: " + quote(column->name)).at(item.place));
      continue;
    }
    if (contract.extra_fields == Contract::ExtraFields::kKeep &&
        lower(column->name) == kExtraFieldsColumn) {
      context.mistake(user_error("the name is that of the column that extra_fields: keep makes: " +
                                 quote(column->name))
                          .at(item.place));
      continue;
    }
    contract.columns.push_back(std::move(*column));
  }
  if (contract.columns.empty() && columns->items.empty()) {
    context.mistake(user_error("a contract needs at least one column").at(columns->place));
  }
  asset.schema = contract.schema();
}

/// The end of a range of intervals; nothing where there is none or it is `now`.
std::optional<Instant> read_end(const Options& options, std::string_view field, Context& context) {
  if (options.has(field) && options.text(field) == "now") return std::nullopt;
  return read_time(options, field, context);
}

void read_times(const Options& options, Context& context, Source& source) {
  using std::chrono::hours;
  if (options.has("interval")) source.interval = parse_grain(options.text("interval"));
  const auto start = read_time(options, "start", context);
  source.end = read_end(options, "end", context);
  source.default_end = read_end(options, "default_end", context);
  source.ready_after = options.duration("ready_after", std::chrono::milliseconds(0));
  source.give_up_after = options.duration("give_up_after", hours(48));
  source.recheck = options.duration("recheck", hours(72));
  source.missing =
      options.text("missing") == "skip" ? Source::Missing::kSkip : Source::Missing::kFail;
  if (source.interval && !options.has("start")) {
    context.mistake(user_error("a source with an interval needs a start")
                        .at(options.place())
                        .hint("start: 2015-01-01T00:00:00Z"));
  }
  if (!source.interval) {
    for (const char* field :
         {"start", "end", "default_end", "ready_after", "give_up_after", "recheck"}) {
      if (options.has(field)) {
        context.mistake(user_error("only a source with an interval has: " + quote(field))
                            .at(options.place(field)));
      }
    }
  }
  if (start) source.start = *start;
  for (const auto& [field, end] :
       {std::pair{"end", source.end}, std::pair{"default_end", source.default_end}}) {
    if (start && end && *end <= *start) {
      context.mistake(
          user_error(std::string(field) + " is not after start: " + quote(options.text(field)))
              .at(options.place(field)));
    }
  }
}

/// Returns the kind of that name; reports it when it is not known.
const Kind* known_kind(const std::vector<Kind>& kinds, const Yaml* name, const char* what,
                       Context& context) {
  if (name == nullptr) return nullptr;
  const Kind* kind = Kinds::find(kinds, name->text);
  if (kind == nullptr) {
    context.mistake(user_error(std::string("unknown ") + what + ": " + quote(name->text))
                        .at(name->place)
                        .hint(nearest_hint(name->text, Kinds::names(kinds))));
  }
  return kind;
}

/// Returns the part of `options` that belongs to `form`.
Options part_of(const Options& options, const Form& form) {
  Options part(options.place());
  for (const Field& field : form.fields) {
    if (const Yaml* value = options.find(field.name)) part.add(field.name, *value);
  }
  return part;
}

/// Takes the format out of a source's form, where the connector gives records, and reports one that
/// is there all the same.
void refuse_format(const Yaml& yaml, const Kind& connector, Form& form, Context& context) {
  for (Field& field : form.fields) {
    if (field.name == "format") field.required = false;
  }
  if (const Yaml* format = yaml.is_map() ? yaml.find("format") : nullptr) {
    context.mistake(user_error("a source of connector " + connector.name +
                               " has no format: its records are rows already")
                        .at(format->place)
                        .hint("remove the line"));
  }
}

/// Reports an address that is the same for two intervals in a row: each would load all of its
/// files.
void check_address(const Options& options, const Form& connector, Grain grain, Context& context) {
  // The next minute, hour, day, week, month and year begin within the next larger one.
  const Instant first = floor_time(parse_time("2015-01-06T10:10:00Z").value(), grain);
  const Instant second = next_time(first, grain);
  for (const Field& field : connector.fields) {
    if (field.type != FieldType::kTimePattern || !options.has(field.name)) continue;
    const std::string address = options.text(field.name);
    const auto expanded = expand_times(address, first, second);
    if (!expanded || expanded != expand_times(address, second, next_time(second, grain))) continue;
    const std::string which = expanded == address ? "every interval" : "one interval after another";
    context.mistake(user_error(which + " would load the same files: " + quote(address))
                        .at(options.place(field.name))
                        .hint("say where its time stands, such as data/{start:%Y-%m-%d}.csv; or "
                              "leave out interval"));
  }
}

}  // namespace

std::optional<Asset> read_source(Yaml yaml, Context& context) {
  if (!yaml.is_map()) {
    context.mistake(user_error("a source must be a map, not " + yaml.described()).at(yaml.place));
    return std::nullopt;
  }
  expand_variables(yaml, context);
  const Kind* connector =
      known_kind(context.kinds.connectors, yaml.find("connector"), "connector", context);
  const Kind* format = known_kind(context.kinds.formats, yaml.find("format"), "format", context);
  Form form = source_form();
  if (connector != nullptr) form = form + connector->form;
  if (format != nullptr) form = form + format->form;
  const bool gives_records = connector != nullptr && connector->gives_records;
  const bool kinds_known = connector != nullptr && (format != nullptr || gives_records);
  if (gives_records) refuse_format(yaml, *connector, form, context);
  Mistakes ignored;  // Without its kinds, a source's keys cannot be told known from unknown.
  const Options options = read_options(yaml, form, kinds_known ? context.mistakes : ignored);
  Asset asset{.kind = Asset::Kind::kSource};
  read_asset(options, context, asset);
  read_times(options, context, asset.source);
  if (const Yaml* contract = options.find("contract")) read_contract(*contract, context, asset);
  if (!kinds_known) {
    for (const char* key : {"connector", "format"}) {
      if (yaml.is_map() && yaml.find(key) == nullptr) {
        context.mistake(user_error("missing key in source: " + quote(key)).at(yaml.place));
      }
    }
  } else {
    asset.source.connector = connector->name;
    asset.source.connector_options = part_of(options, connector->form);
    if (asset.source.interval)
      check_address(options, connector->form, *asset.source.interval, context);
    for (const Field& field : connector->form.fields) {
      if (field.decides_records)
        asset.source.deciding_options[field.name] = options.text(field.name);
    }
    if (format != nullptr && !gives_records) {
      asset.source.format = format->name;
      asset.source.format_options = part_of(options, format->form);
    }
  }
  if (asset.name.empty()) return std::nullopt;
  return asset;
}

}  // namespace tidemill::reading
