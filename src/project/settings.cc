// tidemill.yml, and the variables that the other files use.
#include <cstdlib>
#include <set>
#include <string>
#include <utility>

#include "base/text.h"
#include "project/reading.h"

namespace tidemill::reading {

namespace {

const Form& settings_form() {
  static const Form form = {
      "project",
      {{.name = "name", .doc = "what the project is called", .required = true},
       {.name = "description", .doc = "what it is for"},
       {.name = "vars",
        .type = FieldType::kMap,
        .doc = "values for ${name} in YAML and $vars.name in SQL"},
       {.name = "targets",
        .type = FieldType::kMap,
        .doc = "named sets of vars, chosen by --target"},
       {.name = "default_target", .doc = "the target used without --target"},
       {.name = "memory_limit", .doc = "how much memory the engine may take, such as 1GB"},
       {.name = "retries",
        .type = FieldType::kInteger,
        .doc = "further tries after a transient failure"},
       {.name = "retry_delay",
        .type = FieldType::kDuration,
        .doc = "wait before the first of them; doubles each time"}}};
  return form;
}

const Form& target_form() {
  static const Form form = {
      "target",
      {{.name = "vars", .type = FieldType::kMap, .doc = "values that replace the project's"}}};
  return form;
}

duckdb::Value typed_value(const std::string& text, bool quoted) {
  if (quoted) return text;
  if (text == "true" || text == "false") return text == "true";
  if (const auto number = parse_integer(text)) return *number;
  if (const auto number = parse_number(text)) return *number;
  return text;
}

/// True for a size of memory as DuckDB takes it: `512MB`, `1.5 GiB`.
bool is_memory_size(const std::string& text) {
  const size_t end = text.find_first_not_of("0123456789.");
  const auto number = parse_number(text.substr(0, end));
  if (end == std::string::npos || !number || *number <= 0) return false;
  std::string unit = lower(trim(text.substr(end)));
  if (unit.ends_with("bytes")) unit.pop_back();
  static const std::set<std::string> units = {
      "b",        "byte", "k",  "kb",  "kib",      "kilobyte", "m",  "mb",  "mib",
      "megabyte", "g",    "gb", "gib", "gigabyte", "t",        "tb", "tib", "terabyte"};
  return units.contains(unit);
}

enum class Use { kDeclare, kReplace, kOnlyCheck };

void read_variables(const Yaml& map, Context& context, Use use) {
  std::vector<std::string> names;
  for (const auto& known : context.variables) names.push_back(known.first);
  for (const Yaml::Entry& entry : map.entries) {
    if (!entry.value.is_scalar()) {
      context.mistake(user_error("a variable must be a text, a number, true or false, not " +
                                 entry.value.described())
                          .at(entry.value.place));
    } else if (mentions_secret(entry.value.text)) {
      context.mistake(user_error("a variable cannot be a secret: " + quote(entry.key))
                          .at(entry.value.place)
                          .hint("write ${secret:NAME} where it is used: password, token"));
    } else if (use != Use::kDeclare && !context.variables.contains(entry.key)) {
      context.mistake(user_error("unknown variable: " + quote(entry.key))
                          .at(entry.place)
                          .hint(nearest_hint(entry.key, names)));
    } else if (use != Use::kOnlyCheck) {
      context.variables[entry.key] = typed_value(entry.value.text, entry.value.quoted);
    }
  }
}

void read_target(const Options& options, const LoadRequest& request, Context& context) {
  std::vector<std::string> names;
  const Yaml* targets = options.find("targets");
  if (targets != nullptr) {
    for (const Yaml::Entry& entry : targets->entries) names.push_back(entry.key);
  }
  const std::string target =
      request.target.empty() ? options.text("default_target") : request.target;
  bool found = target.empty();
  for (size_t i = 0; i < names.size(); ++i) {
    const Options fields = read_options(targets->entries[i].value, target_form(), context.mistakes);
    const bool chosen = names[i] == target;
    found = found || chosen;
    if (const Yaml* variables = fields.find("vars"))
      read_variables(*variables, context, chosen ? Use::kReplace : Use::kOnlyCheck);
  }
  if (!found) {
    context.mistake(user_error("unknown target: " + quote(target))
                        .at(options.place("default_target"))
                        .hint(nearest_hint(target, names)));
  }
}

/// Gives a variable of the project the value of the command line, in the type it has there.
void override_variable(const std::string& name, const std::string& text, Context& context) {
  const auto known = context.variables.find(name);
  if (known == context.variables.end()) {
    std::vector<std::string> names;
    for (const auto& variable : context.variables) names.push_back(variable.first);
    context.mistake(
        user_error("the project has no variable: " + quote(name)).hint(nearest_hint(name, names)));
    return;
  }
  const bool is_text = std::holds_alternative<std::string>(known->second);
  const duckdb::Value value = typed_value(text, is_text);
  const bool number_to_number =
      std::holds_alternative<double>(known->second) && std::holds_alternative<int64_t>(value);
  if (value.index() != known->second.index() && !number_to_number) {
    context.mistake(user_error("the variable " + name +
                               " is not of the type it has in tidemill.yml: " + quote(text)));
    return;
  }
  known->second = value;
}

/// Returns `text` with its `${name}` replaced; reports what has no value. Secrets stay names.
std::string expanded(const std::string& text, const Place& place, Context& context) {
  std::string result;
  size_t at = 0;
  while (true) {
    const size_t open = text.find("${", at);
    const size_t close = open == std::string::npos ? open : text.find('}', open);
    if (close == std::string::npos) return result + text.substr(at);
    result += text.substr(at, open - at);
    const std::string name = text.substr(open + 2, close - open - 2);
    const auto variable = context.variables.find(name);
    if (mentions_secret(text.substr(open, close - open))) {
      result += text.substr(open, close + 1 - open);
    } else if (variable != context.variables.end()) {
      result += duckdb::text_of(variable->second);
    } else if (const char* from_environment = std::getenv(name.c_str())) {
      result += from_environment;
    } else {
      std::vector<std::string> names;
      for (const auto& known : context.variables) names.push_back(known.first);
      context.mistake(
          user_error("no variable, and none in the environment: " + quote("${" + name + "}"))
              .at(place)
              .hint(nearest_hint(name, names)));
    }
    at = close + 1;
  }
}

}  // namespace

void read_settings(const Yaml& yaml, const LoadRequest& request, Context& context,
                   Project& project) {
  const Options options = read_options(yaml, settings_form(), context.mistakes);
  project.name = options.text("name");
  project.memory_limit = options.text("memory_limit");
  if (options.has("memory_limit") && !is_memory_size(project.memory_limit)) {
    context.mistake(user_error("not a size of memory: " + quote(project.memory_limit))
                        .at(options.place("memory_limit"))
                        .hint("a number and KB, MB, GB or TB: 1GB"));
  }
  project.retries = options.integer("retries", project.retries);
  if (project.retries < 0 || project.retries > 100) {
    context.mistake(user_error("retries must be from 0 to 100: " + quote(options.text("retries")))
                        .at(options.place("retries")));
  }
  project.retry_delay = options.duration("retry_delay", project.retry_delay);
  if (const Yaml* variables = options.find("vars"))
    read_variables(*variables, context, Use::kDeclare);
  read_target(options, request, context);
  for (const auto& [name, text] : request.variables) override_variable(name, text, context);
  project.variables = context.variables;
}

std::map<std::string, duckdb::Value> replaced_variables(const Yaml& map, Context& context) {
  const std::map<std::string, duckdb::Value> before = context.variables;
  read_variables(map, context, Use::kReplace);
  return std::exchange(context.variables, before);
}

void expand_variables(Yaml& yaml, Context& context) {
  if (yaml.is_scalar()) yaml.text = expanded(yaml.text, yaml.place, context);
  for (Yaml& item : yaml.items) expand_variables(item, context);
  for (Yaml::Entry& entry : yaml.entries) expand_variables(entry.value, context);
}

}  // namespace tidemill::reading
