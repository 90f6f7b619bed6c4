#include "sql/statement.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace tidemill::sql {

namespace {

using Json = nlohmann::json;
using Names = std::set<std::string>;

std::string text_at(const Json& node, const char* key) {
  const auto found = node.find(key);
  return found != node.end() && found->is_string() ? found->get<std::string>() : "";
}

size_t offset_of(const Json& node) {
  const auto found = node.find("query_location");
  return found != node.end() && found->is_number() ? found->get<size_t>() : 0;
}

bool is_type(const Json& node, std::string_view type) {
  return node.is_object() && text_at(node, "type") == type;
}

std::string table_name(const Json& base_table) {
  const std::string schema = lower(text_at(base_table, "schema_name"));
  const std::string table = lower(text_at(base_table, "table_name"));
  return schema.empty() ? table : schema + "." + table;
}

constexpr std::array<std::string_view, 12> kVolatile = {"now",
                                                        "random",
                                                        "current_timestamp",
                                                        "transaction_timestamp",
                                                        "current_date",
                                                        "today",
                                                        "uuid",
                                                        "gen_random_uuid",
                                                        "setseed",
                                                        "get_current_timestamp",
                                                        "current_time",
                                                        "nextval"};

/// Collects a statement's facts, with the common table expressions in sight at each point.
class Walker {
 public:
  explicit Walker(Statement& statement) : statement_(statement) {}

  void walk(const Json& node, const Names& outer) {
    if (node.is_array()) {
      for (const Json& item : node) walk(item, outer);
      return;
    }
    if (!node.is_object()) return;
    Names scope = outer;
    walk_expressions(node, scope);
    note(node, scope);
    for (const auto& [key, child] : node.items()) {
      if (key != "cte_map") walk(child, scope);
    }
  }

 private:
  /// Walks `WITH`: each expression sees those before it, and itself where it is recursive.
  void walk_expressions(const Json& node, Names& scope) {
    const auto map = node.find("cte_map");
    if (map == node.end() || !map->contains("map")) return;
    for (const Json& entry : (*map)["map"]) {
      const std::string name = lower(text_at(entry, "key"));
      Names inner = scope;
      inner.insert(name);
      const bool recursive = is_type(entry["value"]["query"]["node"], "RECURSIVE_CTE_NODE");
      walk(entry["value"], recursive ? inner : scope);
      scope.insert(name);
    }
  }

  void note(const Json& node, const Names& scope) {
    const std::string type = text_at(node, "type");
    if (type == "BASE_TABLE") {
      const std::string name = table_name(node);
      const bool expression = name.find('.') == std::string::npos && scope.contains(name);
      const auto same = [&](const TableReference& table) { return table.name == name; };
      if (!expression && std::none_of(statement_.tables.begin(), statement_.tables.end(), same)) {
        statement_.tables.push_back({name, offset_of(node)});
      }
    } else if (type == "TABLE_FUNCTION" && node.contains("function")) {
      statement_.functions.push_back(
          {lower(text_at(node["function"], "function_name")), offset_of(node)});
    } else if (type == "VALUE_PARAMETER") {
      if (text_at(node, "identifier") == "vars") ++statement_.uses_of_vars;
      statement_.parameters.insert(text_at(node, "identifier"));
    } else if (type == "STRUCT_EXTRACT" && node.contains("children") &&
               node["children"].size() == 2) {
      const Json& object = node["children"][0];
      const Json& field = node["children"][1];
      if (is_type(object, "VALUE_PARAMETER") && text_at(object, "identifier") == "vars" &&
          field.contains("value")) {
        statement_.variables.insert(text_at(field["value"], "value"));
        --statement_.uses_of_vars;  // The parameter itself is met below and counted there.
      }
    } else if (type == "FUNCTION") {
      const std::string name = lower(text_at(node, "function_name"));
      if (std::find(kVolatile.begin(), kVolatile.end(), name) != kVolatile.end()) {
        statement_.volatile_calls.insert(name);
      }
    }
  }

  Statement& statement_;
};

/// Removes places and folds the case of names. An alias keeps its case: it names an output column.
void make_canonical(Json& node) {
  if (node.is_array()) {
    for (Json& item : node) make_canonical(item);
    return;
  }
  if (!node.is_object()) return;
  node.erase("query_location");
  node.erase("named_param_map");
  for (const char* key : {"schema_name", "table_name", "function_name"}) {
    if (const auto found = node.find(key); found != node.end() && found->is_string()) {
      *found = lower(found->get<std::string>());
    }
  }
  if (const auto names = node.find("column_names"); names != node.end() && names->is_array()) {
    for (Json& name : *names) name = lower(name.get<std::string>());
  }
  for (const auto& item : node.items()) make_canonical(item.value());
}

/// Returns the output columns that are a bare NULL, which has no type.
std::vector<std::string> untyped_columns(const Json& select) {
  std::vector<std::string> columns;
  if (!select.contains("select_list")) return columns;
  for (const Json& column : select["select_list"]) {
    const bool null = is_type(column, "VALUE_CONSTANT") && column["value"].value("is_null", false);
    const std::string alias = text_at(column, "alias");
    if (null) columns.push_back(alias.empty() ? "NULL" : alias);
  }
  return columns;
}

std::vector<std::string> expression_names(const Json& select) {
  std::vector<std::string> names;
  if (!select.contains("cte_map") || !select["cte_map"].contains("map")) return names;
  for (const Json& entry : select["cte_map"]["map"]) names.push_back(text_at(entry, "key"));
  return names;
}

/// Returns the syntax tree with everything that DuckDB needs to make text of it again.
Json whole_tree(duckdb::Connection& connection, const std::string& sql) {
  const duckdb::Table answer =
      connection.query("SELECT json_serialize_sql($sql::VARCHAR)", {{"sql", sql}});
  return Json::parse(duckdb::text_of(answer.rows.at(0).at(0)));
}

/// One table as a SELECT names it.
struct Named {
  std::string table;
  std::string alias;  // What its columns can be qualified by: its alias, else its last name.
  bool aliased = false;
};

/// True when FROM names a table of the lake here, and no common table expression.
bool names_table(const Json& node, const Names& expressions) {
  if (!is_type(node, "BASE_TABLE")) return false;
  const std::string table = table_name(node);
  return table.find('.') != std::string::npos || !expressions.contains(table);
}

/// Collects the tables of a FROM whose rows a WHERE filters one by one. In an ASOF or POSITIONAL
/// join, a row that the WHERE would drop still decides which rows meet: those tables are left out.
void collect_named(const Json& from, const Names& expressions, std::vector<Named>& named) {
  if (names_table(from, expressions)) {
    const std::string table = table_name(from);
    const std::string alias = lower(text_at(from, "alias"));
    named.push_back(
        {table, alias.empty() ? table.substr(table.find('.') + 1) : alias, !alias.empty()});
  } else if (is_type(from, "JOIN")) {
    const std::string kind = text_at(from, "ref_type");
    if (kind == "ASOF" || kind == "POSITIONAL") return;
    for (const char* side : {"left", "right"}) {
      if (from.contains(side)) collect_named(from[side], expressions, named);
    }
  }
}

/// Collects the sides of `column >= $start` and `column < $end` under AND.
struct Conditions {
  std::set<std::vector<std::string>> from_start;  // Columns as written, in lower case.
  std::set<std::vector<std::string>> before_end;

  void collect(const Json& condition) {
    if (is_type(condition, "CONJUNCTION_AND") && condition.contains("children")) {
      for (const Json& child : condition["children"]) collect(child);
      return;
    }
    if (!condition.contains("left") || !condition.contains("right")) return;
    const std::string type = text_at(condition, "type");
    const Json& left = condition["left"];
    const Json& right = condition["right"];
    if (type == "COMPARE_GREATERTHANOREQUALTO") note(left, right, "start", from_start);
    if (type == "COMPARE_LESSTHAN") note(left, right, "end", before_end);
    if (type == "COMPARE_LESSTHANOREQUALTO") note(right, left, "start", from_start);
    if (type == "COMPARE_GREATERTHAN") note(right, left, "end", before_end);
  }

 private:
  static void note(const Json& column, const Json& parameter, std::string_view name,
                   std::set<std::vector<std::string>>& columns) {
    if (!is_type(column, "COLUMN_REF") || !is_type(parameter, "VALUE_PARAMETER")) return;
    if (text_at(parameter, "identifier") != name) return;
    std::vector<std::string> names;
    for (const Json& part : column["column_names"]) names.push_back(lower(part.get<std::string>()));
    columns.insert(names);
  }
};

using HasColumn = std::function<bool(const std::string&, const std::string&)>;

/// Returns the bounded column of `named`, when a column bounded on both sides is surely its own.
std::optional<std::string> bounded_column(const Named& named, const std::vector<Named>& all,
                                          const Conditions& conditions,
                                          const HasColumn& has_column) {
  for (const auto& names : conditions.from_start) {
    if (!conditions.before_end.contains(names)) continue;
    const std::string& column = names.back();
    if (!has_column(named.table, column)) continue;
    const bool alone =
        all.size() == 1 || std::count_if(all.begin(), all.end(), [&](const Named& other) {
                             return has_column(other.table, column);
                           }) == 1;
    const bool by_alias = names.size() == 2 && names[0] == named.alias;
    const bool by_table =
        names.size() == 3 && !named.aliased && names[0] + "." + names[1] == named.table;
    if ((names.size() == 1 && alone) || by_alias || by_table) return column;
  }
  return std::nullopt;
}

class BoundFinder {
 public:
  explicit BoundFinder(const HasColumn& has_column) : has_column_(has_column) {}

  void walk(const Json& node, const Names& outer) {
    if (node.is_array()) {
      for (const Json& item : node) walk(item, outer);
      return;
    }
    if (!node.is_object()) return;
    Names scope = outer;
    if (node.contains("cte_map") && node["cte_map"].contains("map")) {
      for (const Json& entry : node["cte_map"]["map"]) scope.insert(lower(text_at(entry, "key")));
    }
    if (is_type(node, "SELECT_NODE") && node.contains("from_table")) note(node, scope);
    if (names_table(node, scope)) ++uses_[table_name(node)];
    for (const auto& [key, child] : node.items()) walk(child, scope);
  }

  std::map<std::string, std::string> bounds() const {
    std::map<std::string, std::string> result;
    for (const auto& [table, columns] : found_) {
      const bool one_column = columns.size() == 1 && !columns.begin()->empty();
      if (one_column && uses_.at(table) == noted_.at(table)) result[table] = *columns.begin();
    }
    return result;
  }

 private:
  void note(const Json& select, const Names& scope) {
    std::vector<Named> named;
    collect_named(select["from_table"], scope, named);
    Conditions conditions;
    if (select.contains("where_clause")) conditions.collect(select["where_clause"]);
    for (const Named& one : named) {
      ++noted_[one.table];
      found_[one.table].insert(bounded_column(one, named, conditions, has_column_).value_or(""));
    }
  }

  const HasColumn& has_column_;
  // Per table: its bounded columns, "" for an unbounded use.
  std::map<std::string, std::set<std::string>> found_;
  // How often it stands in the statement, and how many of these `found_` knows: under a PIVOT, say,
  // it does not.
  std::map<std::string, int> uses_;
  std::map<std::string, int> noted_;
};

/// Follows a parameter through the columns that are made of it.
class Marker {
 public:
  Marker(const std::string& parameter, std::set<std::string>& marked)
      : parameter_(parameter), marked_(marked) {}

  /// Marks what is made of marked columns and the parameter; once for each step of the way.
  void walk(const Json& node) {
    if (node.is_structured()) {
      for (const Json& child : node) walk(child);
    }
    if (is_type(node, "SELECT_NODE") && node.contains("select_list")) mark_columns(node);
    // WITH x(a, b) AS (…) names columns anew.
    if (node.is_object() && node.contains("aliases") && node.contains("query"))
      mark_aliases(node["aliases"], node["query"]);
  }

 private:
  void mark_columns(const Json& select) {
    for (const Json& column : select["select_list"]) {
      if (is_made_of(column)) marked_.insert(output_name(column));
    }
  }

  void mark_aliases(const Json& aliases, const Json& query) {
    const auto node = query.find("node");
    if (node == query.end() || !node->contains("select_list")) return;
    const Json& columns = (*node)["select_list"];
    for (size_t i = 0; i < std::min(aliases.size(), columns.size()); ++i) {
      if (is_made_of(columns[i])) marked_.insert(lower(aliases[i].get<std::string>()));
    }
  }

  static std::string output_name(const Json& column) {
    const std::string alias = text_at(column, "alias");
    if (!alias.empty() || !column.contains("column_names")) return lower(alias);
    return lower(column["column_names"].back().get<std::string>());
  }

  bool is_made_of(const Json& node) const {
    if (is_type(node, "VALUE_PARAMETER")) return text_at(node, "identifier") == parameter_;
    if (is_type(node, "COLUMN_REF") && node.contains("column_names"))
      return marked_.contains(lower(node["column_names"].back().get<std::string>()));
    return node.is_structured() && std::any_of(node.begin(), node.end(), [&](const Json& child) {
             return is_made_of(child);
           });
  }

  const std::string& parameter_;
  std::set<std::string>& marked_;
};

}  // namespace

Place place_at(std::string_view text, size_t offset, const std::string& file, int first_line) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = static_cast<int>(std::count(before.begin(), before.end(), '\n'));
  const size_t line_start =
      before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return {file, first_line + line, static_cast<int>(before.size() - line_start) + 1};
}

std::string without_semicolon(std::string sql) {
  size_t last =
      std::string::npos;  // The semicolon that nothing but blanks and comments has followed so far.
  for (size_t at = 0; at < sql.size();) {
    const char c = sql[at];
    const std::string_view rest = std::string_view(sql).substr(at);
    std::string_view closing;
    if (rest.starts_with("--")) closing = "\n";
    if (rest.starts_with("/*")) closing = "*/";
    const bool comment = !closing.empty();
    if (c == '\'') closing = "'";
    if (c == '"') closing = "\"";
    if (c == ';') {
      last = at;
    } else if (!comment && std::string_view(" \t\r\n").find(c) == std::string_view::npos) {
      last = std::string::npos;
    }
    if (closing.empty()) {
      ++at;
      continue;
    }
    const size_t end = sql.find(closing, at + (comment ? 2 : 1));
    at = end == std::string::npos ? sql.size() : end + closing.size();
  }
  if (last != std::string::npos) sql[last] = ' ';
  return sql;
}

std::vector<std::string> syntax_trees(duckdb::Connection& connection,
                                      const std::vector<std::string>& texts) {
  if (texts.empty()) return {};
  duckdb::Parameters parameters;
  std::vector<std::string> list;
  for (const std::string& text : texts) {
    if (!is_utf8(text)) throw user_error("the SQL is not valid UTF-8: " + quote(text));
    const std::string name = "text" + std::to_string(list.size());
    list.push_back("$" + name + "::VARCHAR");
    parameters[name] = text;
  }
  const duckdb::Table answer = connection.query(
      "SELECT json_serialize_sql(text, skip_default := true, skip_empty := true, skip_null := "
      "true) "
      "FROM (SELECT unnest(list) AS text, generate_subscripts(list, 1) AS number FROM (SELECT [" +
          join(list, ", ") + "] AS list)) ORDER BY number",
      parameters);
  std::vector<std::string> trees;
  for (const duckdb::Row& row : answer.rows) trees.push_back(duckdb::text_of(row.at(0)));
  return trees;
}

Statement analyze(duckdb::Connection& connection, const std::string& sql) {
  return analyze(sql, syntax_trees(connection, {sql}).at(0));
}

Statement analyze(const std::string& sql, const std::string& syntax_tree) {
  Json tree = Json::parse(syntax_tree);
  if (tree.value("error", false)) {
    const std::string message = text_at(tree, "error_message");
    if (text_at(tree, "error_type") == "not implemented") {
      throw user_error("not a plain SELECT")
          .at(place_at(sql, 0, "", 1))
          .hint(
              "nothing is inserted or created here; a PIVOT needs its values: PIVOT … ON x IN "
              "('a', 'b')");
    }
    const size_t offset = static_cast<size_t>(parse_integer(text_at(tree, "position")).value_or(0));
    throw user_error(message).at(place_at(sql, offset, "", 1));
  }
  if (tree["statements"].size() != 1) {
    throw user_error("one SELECT is wanted, not " + std::to_string(tree["statements"].size()) +
                     " statements")
        .at(place_at(sql, 0, "", 1));
  }
  Statement statement;
  Walker(statement).walk(tree["statements"], {});
  statement.untyped = untyped_columns(tree["statements"][0]["node"]);
  statement.expressions = expression_names(tree["statements"][0]["node"]);
  statement.tree = tree["statements"].dump();
  make_canonical(tree["statements"]);
  statement.canonical = tree["statements"].dump();
  return statement;
}

std::string select_expression(duckdb::Connection& connection, const std::string& sql,
                              const std::string& expression) {
  const std::vector<std::string> known = analyze(connection, sql).expressions;
  const auto found = std::find_if(known.begin(), known.end(), [&](const std::string& name) {
    return lower(name) == lower(expression);
  });
  if (found == known.end()) {
    throw user_error("the SQL has no common table expression: " + quote(expression))
        .hint(known.empty() ? "" : nearest_hint(expression, known));
  }
  Json tree = whole_tree(connection, "SELECT * FROM " + duckdb::quote_identifier(*found));
  tree["statements"][0]["node"]["cte_map"] =
      whole_tree(connection, sql)["statements"][0]["node"]["cte_map"];
  const duckdb::Table answer = connection.query("SELECT json_deserialize_sql($tree::VARCHAR::JSON)",
                                                {{"tree", tree.dump()}});
  return duckdb::text_of(answer.rows.at(0).at(0));
}

std::set<std::string> columns_made_of(const Statement& statement, const std::string& parameter,
                                      std::set<std::string> marked) {
  if (marked.empty() && !statement.parameters.contains(parameter)) return marked;
  const Json tree = Json::parse(statement.tree);
  for (size_t before = marked.size() + 1; before != marked.size();) {
    before = marked.size();
    Marker(parameter, marked).walk(tree);
  }
  return marked;
}

std::map<std::string, std::string> time_bounds(const Statement& statement,
                                               const HasColumn& has_column) {
  BoundFinder finder(has_column);
  finder.walk(Json::parse(statement.tree), {});
  return finder.bounds();
}

}  // namespace tidemill::sql
