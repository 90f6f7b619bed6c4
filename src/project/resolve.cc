// What can only be known with all files read: who reads whom, in which order, which columns come
// out, and whether what the headers say of them is true.
#include <algorithm>
#include <functional>
#include <set>

#include "base/text.h"
#include "project/reading.h"
#include "sql/statement.h"

namespace tidemill::reading {

namespace {

/// Grows by one when what a fingerprint covers changes, so that fingerprints of before are told
/// from those of after.
constexpr std::string_view kFingerprintScheme = "1:";

/// Moves a place within a model's SQL to its place in the file.
Place in_file(Place place, const Asset& asset) {
  const bool first = place.line <= 1;
  place.file = asset.place.file;
  place.line += asset.model.sql_line - 1;
  // The SELECT starts behind the header's `*/` on the first line, whose width is two.
  if (first) place.column += 2;
  return place;
}

/// Returns the place in the file of `text` within a model's SQL; without it there, that of the
/// SQL's first character.
Place place_of_text(const Asset& asset, const std::string& text) {
  const std::string& sql = asset.model.sql;
  const size_t start = std::min(sql.find_first_not_of(" \t\r\n"), sql.size());
  const size_t found = sql.find(text, start);
  return in_file(sql::place_at(sql, found == std::string::npos ? start : found, "", 1), asset);
}

Place start_of(const Asset& asset) { return place_of_text(asset, ""); }

class Resolver {
 public:
  Resolver(duckdb::Connection& connection, Context& context, Project& project)
      : connection_(connection), context_(context), project_(project) {}

  void resolve() {
    std::stable_sort(project_.assets.begin(), project_.assets.end(),
                     [](const Asset& a, const Asset& b) { return a.name < b.name; });
    drop_doubles();
    parse();
    analyze_models();
    if (!order()) return;
    for (Asset& asset : project_.assets) {
      find_schema(asset);
      check_columns(asset);
      make_fingerprint(asset);
    }
    for (Asset& asset : project_.assets) resolve_checks(asset);
    resolve_dashboards(connection_, context_, project_, broken_);
    resolve_tests(connection_, broken_, context_, project_);
  }

 private:
  void drop_doubles() {
    std::vector<Asset>& assets = project_.assets;
    for (size_t i = 1; i < assets.size();) {
      if (assets[i].name != assets[i - 1].name) {
        ++i;
        continue;
      }
      context_.mistake(user_error("two assets with one name: " + quote(assets[i].name))
                           .at(assets[i].place)
                           .hint("the other one is at " + assets[i - 1].place.text()));
      assets.erase(assets.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }

  /// Has DuckDB parse the SQL of all models and checks.
  void parse() {
    std::vector<std::string> texts;
    for (const Asset& asset : project_.assets) {
      if (!asset.is_source()) texts.push_back(asset.model.sql);
      for (const CheckUse& use : asset.checks) {
        if (has_query(use)) texts.push_back(use.options.text("query"));
      }
    }
    const std::vector<std::string> trees = sql::syntax_trees(connection_, texts);
    for (size_t i = 0; i < texts.size(); ++i) syntax_trees_[texts[i]] = trees[i];
  }

  static bool has_query(const CheckUse& use) {
    return use.kind == "sql" && use.options.has("query");
  }

  sql::Statement analyze(const std::string& text) const {
    return sql::analyze(text, syntax_trees_.at(text));
  }

  /// Reads each model's SQL: what it names and which parameters it takes.
  void analyze_models() {
    for (Asset& asset : project_.assets) {
      if (asset.is_source()) continue;
      sql::Statement statement;
      try {
        statement = analyze(asset.model.sql);
        if (!check_parameters(asset, statement)) broken_.insert(asset.name);
      } catch (Error& error) {
        report(std::move(error), asset);
        broken_.insert(asset.name);
      }
      statements_[asset.name] = std::move(statement);
    }
    for (Asset& asset : project_.assets) {
      if (!asset.is_source() && !broken_.contains(asset.name))
        check_references(asset, statements_[asset.name]);
    }
  }

  /// Returns false when a parameter has no value, so that the SQL cannot be described.
  bool check_parameters(const Asset& asset, const sql::Statement& statement) {
    bool known_all = true;
    const bool interval = asset.model.strategy == Model::Strategy::kInterval;
    static const std::vector<std::string> known = {"start", "end", "run_time", "vars"};
    for (const std::string& parameter : statement.parameters) {
      const Place place = place_of_text(asset, "$" + parameter);
      if (std::find(known.begin(), known.end(), parameter) == known.end()) {
        known_all = false;
        Error error = user_error("unknown parameter: " + quote("$" + parameter)).at(place);
        const bool variable = project_.variables.contains(parameter);
        context_.mistake(std::move(error).hint(variable ? "a variable is $vars." + parameter
                                                        : nearest_hint(parameter, known)));
      } else if (asset.is_view()) {
        context_.mistake(
            user_error("a view takes no parameters: " + quote("$" + parameter)).at(place));
      } else if (!interval && (parameter == "start" || parameter == "end")) {
        context_.mistake(
            user_error("only strategy interval has: " + quote("$" + parameter)).at(place));
      }
    }
    if (statement.uses_of_vars > 0) {
      context_.mistake(
          user_error("a variable is written $vars.name").at(place_of_text(asset, "$vars")));
      known_all = false;
    }
    for (const std::string& variable : statement.variables) {
      if (project_.variables.contains(variable)) continue;
      known_all = false;
      std::vector<std::string> names;
      for (const auto& entry : project_.variables) names.push_back(entry.first);
      context_.mistake(user_error("unknown variable: " + quote("$vars." + variable))
                           .at(place_of_text(asset, "$vars." + variable))
                           .hint(nearest_hint(variable, names)));
    }
    if (interval &&
        (!statement.parameters.contains("start") || !statement.parameters.contains("end"))) {
      const std::string time = asset.model.time_column.empty() ? "time" : asset.model.time_column;
      context_.mistake(user_error("an interval model must use $start and $end")
                           .at(start_of(asset))
                           .hint("WHERE " + time + " >= $start AND " + time + " < $end"));
    }
    for (const std::string& call : statement.volatile_calls) {
      context_.warnings.add(user_error("the result differs each time it is built: " + quote(call))
                                .at(place_of_text(asset, call))
                                .hint("$run_time is the start of the run"));
    }
    return known_all;
  }

  void check_references(Asset& asset, const sql::Statement& statement) {
    for (const sql::TableReference& function : foreign_functions(statement)) {
      // Even describing it would open files.
      broken_.insert(asset.name);
      context_.mistake(foreign_function_error(function).at(place_of(asset, function.offset)));
    }
    for (const sql::TableReference& table : statement.tables) {
      if (project_.find(table.name)) continue;
      broken_.insert(asset.name);
      const bool rejects = table.name.ends_with(rejects_name(""));
      context_.mistake(user_error("no source or model makes the table: " + quote(table.name))
                           .at(place_of(asset, table.offset))
                           .hint(rejects ? "rejected rows are for `tidemill query` and dashboards"
                                         : table_hint(project_, table.name)));
    }
    for (const auto& [name, rule] : asset.model.input_rules) {
      const auto same = [&](const sql::TableReference& table) { return table.name == name; };
      if (std::none_of(statement.tables.begin(), statement.tables.end(), same)) {
        context_.mistake(user_error("not an input of this model: " + quote(name)).at(rule.place));
      }
    }
  }

  Place place_of(const Asset& asset, size_t offset) const {
    return in_file(sql::place_at(asset.model.sql, offset, "", 1), asset);
  }

  /// Puts inputs before those that read them. Returns false, and names the loop, when there is one.
  bool order() {
    enum class Mark { kNew, kOpen, kDone };
    std::vector<Asset>& assets = project_.assets;
    std::vector<Mark> marks(assets.size(), Mark::kNew);
    std::vector<size_t> sorted;
    std::vector<std::string> way;
    bool loop_found = false;
    const std::function<void(size_t)> visit = [&](size_t i) {
      if (marks[i] == Mark::kDone || loop_found) return;
      way.push_back(assets[i].name);
      if (marks[i] == Mark::kOpen) {
        loop_found = true;
        way.erase(way.begin(), std::find(way.begin(), way.end(), assets[i].name));
        context_.mistake(user_error("models read each other in a circle: " + join(way, " → "))
                             .at(assets[i].place));
        return;
      }
      marks[i] = Mark::kOpen;
      for (const sql::TableReference& table : statements_[assets[i].name].tables) {
        if (const auto input = project_.find(table.name)) visit(*input);
      }
      if (loop_found) return;
      marks[i] = Mark::kDone;
      way.pop_back();
      sorted.push_back(i);
    };
    for (size_t i = 0; i < assets.size(); ++i) {
      if (assets[i].is_source()) visit(i);
    }
    for (size_t i = 0; i < assets.size(); ++i) visit(i);
    if (loop_found) return false;
    std::vector<Asset> ordered;
    for (const size_t i : sorted) ordered.push_back(std::move(assets[i]));
    assets = std::move(ordered);
    for (Asset& asset : assets) {
      for (const sql::TableReference& table : statements_[asset.name].tables) {
        if (const auto input = project_.find(table.name)) asset.inputs.push_back(*input);
      }
    }
    return true;
  }

  /// Describes a model over empty tables of its inputs, and makes an empty table of its own for
  /// those that follow.
  void find_schema(Asset& asset) {
    if (!is_table_name(asset.name)) {
      broken_.insert(asset.name);
      return;
    }
    if (!asset.is_source()) describe(asset);
    const std::string schema_name = asset.name.substr(0, asset.name.find('.'));
    if (schemas_.insert(schema_name).second)
      connection_.query("CREATE SCHEMA IF NOT EXISTS " + duckdb::quote_identifier(schema_name));
    make_empty_table(asset.name, asset.schema);
    if (asset.is_source()) make_empty_table(rejects_name(asset.name), rejects_schema());
  }

  void make_empty_table(const std::string& name, const Schema& schema) {
    std::vector<std::string> columns;
    for (const Column& column : schema)
      columns.push_back(duckdb::quote_identifier(column.name) + " " + column.type.sql());
    if (columns.empty()) columns.push_back("nothing INTEGER");
    connection_.query("CREATE OR REPLACE TABLE " + duckdb::quote_table(name) + " (" +
                      join(columns, ", ") + ")");
  }

  void describe(Asset& asset) {
    const bool inputs_known =
        std::none_of(asset.inputs.begin(), asset.inputs.end(),
                     [&](size_t input) { return broken_.contains(project_.assets[input].name); });
    if (broken_.contains(asset.name) || !inputs_known) {
      broken_.insert(asset.name);
      return;
    }
    std::vector<duckdb::ResultColumn> columns;
    try {
      columns = connection_.describe(asset.model.sql, sample_parameters(project_));
    } catch (Error& error) {
      broken_.insert(asset.name);
      report(std::move(error), asset);
      return;
    }
    std::set<std::string> names;
    for (const duckdb::ResultColumn& column : columns) {
      const Place place = start_of(asset);
      if (!names.insert(lower(column.name)).second) {
        context_.mistake(user_error("two output columns of one name: " + quote(column.name))
                             .at(place)
                             .hint("name one of them with AS"));
        continue;
      }
      if (!column.type) {
        context_.mistake(user_error("the column " + column.name +
                                    " has a type that no table holds: " + quote(column.type_name))
                             .at(place)
                             .hint("CAST(" + column.name + " AS VARCHAR), or another type"));
      }
      asset.schema.push_back({column.name, column.type.value_or(Type{})});
    }
    for (const std::string& column : statements_[asset.name].untyped) {
      context_.mistake(user_error("a NULL without a type: " + quote(column))
                           .at(start_of(asset))
                           .hint("CAST(NULL AS VARCHAR), or another type"));
    }
    asset.model.time_bounds = sql::time_bounds(
        statements_[asset.name], [&](const std::string& table, const std::string& column) {
          const auto input = project_.find(table);
          return input && find_column(project_.assets[*input].schema, column) != nullptr;
        });
    // The bounds of a text column say nothing about times.
    std::erase_if(asset.model.time_bounds, [&](const auto& bound) {
      const Asset& input = project_.assets[*project_.find(bound.first)];
      const Type::Id type = find_column(input.schema, bound.second)->type.id;
      return type != Type::Id::kTimestamp && type != Type::Id::kDate;
    });
    find_run_time_columns(asset);
    check_intervals(asset);
  }

  void find_run_time_columns(Asset& asset) {
    std::set<std::string> of_inputs;
    for (const size_t input : asset.inputs) {
      for (const std::string& column : project_.assets[input].run_time_columns)
        of_inputs.insert(lower(column));
    }
    const std::set<std::string> made =
        sql::columns_made_of(statements_[asset.name], "run_time", std::move(of_inputs));
    for (const Column& column : asset.schema) {
      if (made.contains(lower(column.name))) asset.run_time_columns.push_back(column.name);
    }
  }

  /// An interval model builds the intervals that its inputs have rows for: there must be a way to
  /// know them.
  void check_intervals(const Asset& asset) {
    if (asset.model.strategy != Model::Strategy::kInterval || asset.inputs.empty() ||
        !asset.model.time_bounds.empty()) {
      return;
    }
    const bool known = std::any_of(asset.inputs.begin(), asset.inputs.end(), [&](size_t input) {
      return project_.assets[input].interval().has_value() || project_.assets[input].is_view();
    });
    if (known) return;
    context_.mistake(user_error("nothing tells which intervals this model has")
                         .at(in_file({"", 1, 1}, asset))
                         .hint("filter an input by exactly `column >= $start AND column < $end`"));
  }

  /// Adds the file, and the line that DuckDB names in its message, to an error of a model's SQL.
  void report(Error error, const Asset& asset) {
    if (error.kind() != Error::Kind::kUser) throw std::move(error);
    Place place = error.place();
    const std::string& message = error.message();
    if (place.line == 0)
      place = sql::place_at(asset.model.sql, asset.model.sql.find_first_not_of(" \t\r\n"), "", 1);
    const size_t at = message.find("\n\nLINE ");
    if (at != std::string::npos) {
      const auto line = parse_integer(message.substr(at + 7, message.find(':', at) - at - 7));
      const size_t caret = message.rfind('^');
      const size_t text_start = message.find(": ", at) + 2;
      const size_t caret_line = message.rfind('\n', caret);
      const bool cut = message.compare(text_start, 3, "...") == 0;
      if (line) place.line = static_cast<int>(*line);
      if (caret != std::string::npos && caret_line != std::string::npos && !cut) {
        const auto column =
            static_cast<int>(caret - caret_line) - static_cast<int>(text_start - (at + 2));
        place.column = std::max(1, column);
      }
    }
    context_.mistake(readable(error).at(in_file(place, asset)));
  }

  void check_columns(const Asset& asset) {
    if (broken_.contains(asset.name)) return;
    std::vector<std::string> names;
    for (const Column& column : asset.schema) names.push_back(column.name);
    for (const ColumnDescription& column : asset.columns) {
      if (column.name.empty() || find_column(asset.schema, column.name) != nullptr) continue;
      context_.mistake(
          user_error("the table " + asset.name + " has no column: " + quote(column.name))
              .at(column.place)
              .hint(nearest_hint(column.name, names)));
    }
    for (const std::string& column : asset.layout.cluster_by) {
      if (find_column(asset.schema, column) != nullptr) continue;
      context_.mistake(user_error("cluster_by names no column: " + quote(column))
                           .at(asset.place)
                           .hint(nearest_hint(column, names)));
    }
    for (const std::string& column : asset.layout.partition_by)
      check_partition(asset, column, names);
    const std::string& time = asset.model.time_column;
    if (time.empty()) return;
    const Column* column = find_column(asset.schema, time);
    if (column == nullptr) {
      context_.mistake(user_error("time_column names no column: " + quote(time))
                           .at(asset.place)
                           .hint(nearest_hint(time, names)));
    } else if (column->type.id != Type::Id::kTimestamp && column->type.id != Type::Id::kDate) {
      context_.mistake(user_error("time_column must be a timestamp or a date, not " +
                                  column->type.name() + ": " + quote(time))
                           .at(asset.place));
    }
  }

  void check_partition(const Asset& asset, const std::string& column,
                       const std::vector<std::string>& names) {
    if (derived_from(asset.schema, column)) return;
    const Column* found = find_column(asset.schema, column);
    if (found == nullptr) {
      context_.mistake(user_error("partition_by names no column: " + quote(column))
                           .at(asset.place)
                           .hint("a timestamp column x can be split by its UTC day: x_date; " +
                                 nearest_hint(column, names)));
      return;
    }
    static const std::set<Type::Id> good = {
        Type::Id::kBoolean, Type::Id::kTinyint, Type::Id::kSmallint, Type::Id::kInteger,
        Type::Id::kBigint,  Type::Id::kVarchar, Type::Id::kDate};
    if (!good.contains(found->type.id)) {
      context_.mistake(user_error("a table cannot be split by a column of type " +
                                  found->type.name() + ": " + quote(column))
                           .at(asset.place));
    }
  }

  /// Returns all that decides a column's values.
  static std::string meaning_of(const ContractColumn& column) {
    std::string text = column.type.name() + (column.required ? "!" : "");
    for (const Path& path : column.paths) text += " " + path_text(path);
    if (column.trim) text += " trim";
    for (const std::string& null : column.null_values) text += " null " + quote(null);
    for (const std::string& format : column.time_formats) text += " format " + quote(format);
    if (column.fallback) text += " default " + quote(*column.fallback);
    return text;
  }

  void make_fingerprint(Asset& asset) {
    std::string text =
        join(asset.layout.partition_by, ",") + "|" + join(asset.layout.cluster_by, ",") + "|";
    if (asset.interval()) text += grain_name(*asset.interval());
    if (asset.is_source()) {
      const Contract& contract = asset.source.contract;
      text += asset.source.format + std::to_string(static_cast<int>(contract.extra_fields)) +
              std::to_string(static_cast<int>(contract.bad_rows));
      for (const auto& [option, value] : asset.source.deciding_options)
        text += "|" + option + "=" + value;
      for (const ContractColumn& column : contract.columns) {
        text += "|" + column.name + "=" + meaning_of(column);
      }
      for (const auto& [field, value] : asset.source.format_options.values())
        text += "|" + field + ":" + value;
    } else {
      const sql::Statement& statement = statements_[asset.name];
      text += std::to_string(static_cast<int>(asset.model.strategy)) + asset.model.time_column +
              "|" + statement.canonical;
      for (const std::string& variable : statement.variables) {
        const auto found = project_.variables.find(variable);
        if (found != project_.variables.end())
          text += "|" + variable + "=" + duckdb::text_of(found->second);
      }
      for (const size_t input : asset.inputs) {
        if (project_.assets[input].is_view()) text += "|" + project_.assets[input].fingerprint;
      }
    }
    asset.fingerprint = std::string(kFingerprintScheme) + hash_text(text);
  }

  /// Finds what the SQL of checks reads, and whether it can be read at all.
  void resolve_checks(Asset& asset) {
    for (const CheckUse& use : asset.checks) {
      if (!has_query(use) || broken_.contains(asset.name)) continue;
      const std::string query = use.options.text("query");
      try {
        const sql::Statement statement = analyze(query);
        for (const sql::TableReference& function : foreign_functions(statement))
          throw foreign_function_error(function);
        for (const sql::TableReference& table : statement.tables) {
          const auto input = project_.find(table.name);
          if (!input)
            throw user_error("no source or model makes the table: " + quote(table.name))
                .hint(table_hint(project_, table.name));
          if (broken_.contains(table.name)) return;
          if (table.name != asset.name) asset.check_inputs.push_back(*input);
        }
        connection_.describe(query, sample_parameters(project_));
      } catch (Error& error) {
        if (error.kind() != Error::Kind::kUser) throw;
        const Error plain = readable(error);
        context_.mistake(user_error("check " + quote(use.name) + ": " + plain.message())
                             .at(use.options.place("query"))
                             .hint(plain.hint()));
      }
    }
  }

  duckdb::Connection& connection_;
  Context& context_;
  Project& project_;
  std::map<std::string, std::string> syntax_trees_;   // By text.
  std::map<std::string, sql::Statement> statements_;  // By model.
  std::set<std::string> schemas_;                     // That were made.
  std::set<std::string> broken_;                      // Assets whose columns are not known.
};

}  // namespace

duckdb::Parameters sample_parameters(const Project& project) {
  duckdb::Parameters parameters = {
      {"start", Instant{}}, {"end", Instant{}}, {"run_time", Instant{}}};
  for (const auto& [name, value] : project.variables) parameters["vars." + name] = value;
  return parameters;
}

void resolve(duckdb::Connection& connection, Context& context, Project& project) {
  Resolver(connection, context, project).resolve();
}

}  // namespace tidemill::reading
