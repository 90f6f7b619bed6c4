#include "connectors/database_table.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "connectors/scanners.h"
#include "duckdb/text_stream.h"

namespace tidemill {

namespace {

/// Returns `mysql://host:port/database`: what messages call the server, and addresses begin with.
std::string server_name(const DatabaseDialect& dialect, const Options& options) {
  return dialect.name + "://" + options.text("host") + ":" +
         std::to_string(options.integer("port", dialect.port)) + "/" + options.text("database");
}

/// Returns what the server itself said: DuckDB's extensions put the statement before it, between
/// quotation marks, and DuckDB its own statement behind it.
std::string server_message(const std::string& message) {
  constexpr std::string_view kMark = "\": ";
  const std::string first = message.substr(0, message.find("\nLINE "));
  const size_t mark = first.rfind(kMark);
  const std::string own = mark == std::string::npos ? first : first.substr(mark + kMark.size());
  return trim(replace_all(own, "\n", " "));
}

/// A server, attached to a DuckDB connection of its own as long as this object lives.
class AttachedDatabase {
 public:
  AttachedDatabase(const ConnectorContext& context, const DatabaseDialect& dialect)
      : context_(context),
        dialect_(dialect),
        server_(server_name(dialect, context.options)),
        alias_("server_" + random_id()),
        password_(context.secret("password")),
        connection_(context.scanners.connect(dialect.extension, dialect.settings)) {
    context.cancellation.check();
    try {
      explained([&] { attach(); });
    } catch (...) {
      detach();
      throw;
    }
  }
  ~AttachedDatabase() { detach(); }
  AttachedDatabase(const AttachedDatabase&) = delete;
  AttachedDatabase& operator=(const AttachedDatabase&) = delete;

  /// Returns the rows of a SELECT that the server runs.
  std::vector<duckdb::Row> query(const std::string& sql) {
    std::vector<duckdb::Row> rows;
    explained([&] { rows = connection_->query(local_sql(sql)).rows; });
    return rows;
  }
  /// Returns the only column of a SELECT that the server runs, row by row. This object outlives it.
  std::unique_ptr<duckdb::TextStream> stream(const std::string& sql) {
    std::unique_ptr<duckdb::TextStream> texts;
    explained([&] { texts = std::make_unique<duckdb::TextStream>(*connection_, local_sql(sql)); });
    return texts;
  }
  /// Runs `work`; what DuckDB throws becomes an Error that names the server and holds no password.
  template <typename Work>
  void explained(const Work& work) const {
    try {
      work();
    } catch (const Error& error) {
      if (error.kind() == Error::Kind::kCancelled) throw;
      throw explanation(error);
    }
  }

 private:
  std::string local_sql(const std::string& sql) const {
    return "SELECT * FROM " + dialect_.query_function + "(" + duckdb::quote_literal(alias_) + ", " +
           duckdb::quote_literal(sql) + ")";
  }

  void attach() {
    const Options& options = context_.options;
    std::map<std::string, std::string> fields = dialect_.secret_fields(context_);
    fields["host"] = options.text("host");
    fields["port"] = std::to_string(options.integer("port", dialect_.port));
    fields["database"] = options.text("database");
    fields["user"] = options.text("user");
    if (!password_.empty()) fields["password"] = password_.reveal();
    std::string sql = "CREATE TEMPORARY SECRET " + alias_ + " (TYPE " + dialect_.name;
    for (const auto& [field, value] : fields)
      sql += ", " + field + " " + duckdb::quote_literal(value);
    connection_->query(sql + ")");
    connection_->query("ATTACH " + duckdb::quote_literal(dialect_.attach_text(context_)) + " AS " +
                       alias_ + " (TYPE " + dialect_.name + ", SECRET " + alias_ + ", READ_ONLY)");
  }

  void detach() {
    for (const char* statement : {"DETACH DATABASE IF EXISTS ", "DROP SECRET IF EXISTS "}) {
      try {
        connection_->query(statement + alias_);
      } catch (const Error&) {
        // What stays goes with the instance, at the end of the run.
      }
    }
  }

  Error explanation(const Error& error) const {
    const std::string message = server_message(error.message());
    std::string text = server_ + ": " + message;
    if (!password_.empty()) text = replace_all(text, password_.reveal(), "***");
    const bool refused = std::any_of(
        dialect_.refusals.begin(), dialect_.refusals.end(),
        [&](const auto& refusal) { return message.find(refusal) != std::string::npos; });
    if (refused) return user_error(text).at(context_.options.place());
    if (error.kind() == Error::Kind::kBug) return bug_error(text);
    return transient_error(text);
  }

  const ConnectorContext& context_;
  const DatabaseDialect& dialect_;
  std::string server_;
  std::string alias_;
  Secret password_;
  std::unique_ptr<duckdb::Connection> connection_;
};

std::vector<TableColumn> columns_of(const ConnectorContext& context, const DatabaseDialect& dialect,
                                    AttachedDatabase& database) {
  const std::string table = context.options.text("table");
  std::vector<TableColumn> columns;
  for (const duckdb::Row& row : database.query(dialect.columns_sql(table))) {
    columns.push_back({duckdb::text_of(row.at(0)), duckdb::text_of(row.at(1)),
                       duckdb::text_of(row.at(2)) == "YES"});
  }
  if (!columns.empty()) return columns;
  throw user_error("no such table, or no right to see it: " + quote(table))
      .at(context.options.place("table"));
}

std::vector<std::string> names_of(const std::vector<TableColumn>& columns) {
  std::vector<std::string> names;
  for (const TableColumn& column : columns) names.push_back(column.name);
  return names;
}

const TableColumn& cursor_of(const ConnectorContext& context,
                             const std::vector<TableColumn>& columns) {
  const std::string name = context.options.text("cursor");
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&](const TableColumn& column) { return column.name == name; });
  if (found != columns.end()) return *found;
  throw user_error("the table has no such column: " + quote(name))
      .at(context.options.place("cursor"))
      .hint(nearest_hint(name, names_of(columns)));
}

/// Returns what stands after FROM: the table, or what of it lies in the interval.
std::string from_sql(const ConnectorContext& context, const DatabaseDialect& dialect,
                     const std::vector<TableColumn>& columns,
                     const std::optional<Interval>& interval) {
  const std::string table = quote_table_name(dialect, context.options.text("table"));
  if (!interval) return table;
  const TableColumn& cursor = cursor_of(context, columns);
  const auto start = dialect.time_literal(cursor, interval->start);
  const auto end = dialect.time_literal(cursor, interval->end);
  if (!start || !end) {
    throw user_error("the cursor is no date or time but of type " + cursor.type + ": " +
                     quote(cursor.name))
        .at(context.options.place("cursor"));
  }
  const std::string column = dialect.quote_identifier(cursor.name);
  return table + " WHERE " + column + " >= " + *start + " AND " + column + " < " + *end;
}

/// Throws when rows have no cursor: they are in no interval, and would be left out for good.
void check_cursor(const ConnectorContext& context, const DatabaseDialect& dialect,
                  const TableColumn& cursor, AttachedDatabase& database) {
  if (!cursor.nullable) return;
  const auto rows = database.query(
      "SELECT 1 AS one FROM " + quote_table_name(dialect, context.options.text("table")) +
      " WHERE " + dialect.quote_identifier(cursor.name) + " IS NULL LIMIT 1");
  if (rows.empty()) return;
  throw user_error("rows without a value in the cursor belong to no interval: " +
                   quote(cursor.name))
      .at(context.options.place("cursor"))
      .hint("load the whole table, or a view of the rows that have one");
}

std::vector<WantedColumn> all_of(const std::vector<TableColumn>& columns) {
  std::vector<WantedColumn> wanted;
  for (const TableColumn& column : columns) wanted.push_back({column});
  return wanted;
}

std::vector<SourceFile> list(const ConnectorContext& context, const DatabaseDialect& dialect,
                             const std::optional<Interval>& interval) {
  AttachedDatabase database(context, dialect);
  const std::vector<TableColumn> columns = columns_of(context, dialect, database);
  const std::string from = from_sql(context, dialect, columns, interval);
  if (interval) check_cursor(context, dialect, cursor_of(context, columns), database);
  const auto content =
      database.query(dialect.content_sql(dialect.records_sql(all_of(columns), from)));
  const std::string table = context.options.text("table");
  const std::string address = server_name(dialect, context.options) + "/" + table;
  return {{.name = interval ? interval->label() : table,
           .address = interval ? address + "#" + interval->text() : address,
           .fingerprint = {.etag = duckdb::text_of(content.at(0).at(0))}}};
}

/// Returns the columns that the contract can see. Throws when one of the contract's is not there.
std::vector<WantedColumn> wanted_of(const ConnectorContext& context,
                                    const std::vector<TableColumn>& columns,
                                    const VisibleFields& visible) {
  const std::vector<std::string> names = names_of(columns);
  for (const auto& alternatives : visible.alternatives) {
    const bool there =
        std::any_of(alternatives.begin(), alternatives.end(), [&](const std::string& field) {
          return std::find(names.begin(), names.end(), field) != names.end();
        });
    if (there) continue;
    throw user_error("the table has no such column: " + quote(alternatives.front()))
        .at(context.options.place("table"))
        .hint(nearest_hint(alternatives.front(), names));
  }
  std::vector<WantedColumn> wanted;
  for (const TableColumn& column : columns) {
    if (visible.contains(column.name))
      wanted.push_back({column, visible.booleans.contains(column.name)});
  }
  return wanted;
}

std::optional<Interval> interval_of(const SourceFile& file) {
  const size_t mark = file.address.rfind('#');
  return mark == std::string::npos ? std::nullopt : parse_interval(file.address.substr(mark + 1));
}

/// The rows of a table or of an interval of it.
class TableRecords : public RecordStream {
 public:
  TableRecords(const ConnectorContext& context, const DatabaseDialect& dialect,
               const SourceFile& file, const VisibleFields& visible)
      : place_(context.options.place("table")), database_(context, dialect) {
    const std::vector<TableColumn> columns = columns_of(context, dialect, database_);
    records_ = database_.stream(
        dialect.records_sql(wanted_of(context, columns, visible),
                            from_sql(context, dialect, columns, interval_of(file))));
  }

  std::optional<std::string_view> next() override {
    std::optional<std::string_view> record;
    database_.explained([&] { record = records_->next(); });
    if (record && record->empty()) {
      throw user_error("a row is larger than the server lets a text be")
          .at(place_)
          .hint("raise max_allowed_packet there, or leave out the largest column");
    }
    return record;
  }

 private:
  Place place_;
  AttachedDatabase database_;
  std::unique_ptr<duckdb::TextStream> records_;
};

void check_cursor_and_interval(const Options& options, Mistakes& mistakes) {
  if (options.has("interval") == options.has("cursor")) return;
  if (options.has("cursor")) {
    mistakes.add(
        user_error("a cursor needs an interval").at(options.place("cursor")).hint("interval: day"));
  } else {
    mistakes.add(user_error("intervals of a table need a cursor: the column of dates or times that "
                            "says which interval a row is in")
                     .at(options.place("interval"))
                     .hint("cursor: created_at"));
  }
}

Form form_of(const DatabaseDialect& dialect) {
  return {.name = dialect.name + " source",
          .fields = {{.name = "host", .doc = "the server's name or address", .required = true},
                     {.name = "port",
                      .type = FieldType::kInteger,
                      .doc = "its port; by default " + std::to_string(dialect.port)},
                     {.name = "database", .doc = "the database on it", .required = true},
                     {.name = "user", .doc = "whom to sign in as", .required = true},
                     {.name = "password",
                      .type = FieldType::kSecret,
                      .doc = "that user's password: ${secret:NAME}"},
                     {.name = "ssl",
                      .type = FieldType::kChoice,
                      .doc = "whether the connection is encrypted, and the server's certificate "
                             "verified; by default it is encrypted where the server can",
                      .choices = {"disable", "prefer", "require", "verify"}},
                     {.name = "ssl_ca", .doc = "the file of certificates to verify against"},
                     {.name = "table",
                      .doc = "the table or view to read",
                      .required = true,
                      .decides_records = true},
                     {.name = "cursor",
                      .doc = "the column of dates or times by which a row belongs to an interval",
                      .decides_records = true}},
          .rules = {check_cursor_and_interval}};
}

}  // namespace

Connector make_database_connector(const DatabaseDialect& dialect, std::string doc) {
  return {
      .name = dialect.name,
      .doc = std::move(doc),
      .form = form_of(dialect),
      .listing_is_free = [](const ConnectorContext&) { return false; },
      .address = [](const Options& options,
                    const std::optional<Interval>&) { return options.text("table"); },
      .list =
          [&dialect](const ConnectorContext& context, const std::optional<Interval>& interval) {
            return list(context, dialect, interval);
          },
      .open_records = [&dialect](const ConnectorContext& context, const SourceFile& file,
                                 const VisibleFields& visible) -> std::unique_ptr<RecordStream> {
        return std::make_unique<TableRecords>(context, dialect, file, visible);
      }};
}

std::string quote_table_name(const DatabaseDialect& dialect, const std::string& table) {
  std::vector<std::string> parts = split(table, '.');
  for (std::string& part : parts) part = dialect.quote_identifier(part);
  return join(parts, ".");
}

}  // namespace tidemill
