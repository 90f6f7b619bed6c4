#include "run/emulate.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "base/text.h"
#include "publish/lake.h"

namespace tidemill {

namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kMostRecords = 10'000;  // Of each table, in memory.
constexpr const char* kContentType = "application/vnd.kafka.json.v2+json";
constexpr std::chrono::seconds kMostBehind{1};  // Later than this, rounds are left out.

/// Where a column's value stands in a record.
struct Target {
  std::vector<std::string> steps;
  bool is_json = false;    // Its text is JSON.
  bool is_number = false;  // Its text is a decimal.
};

Target target_of(const Asset& asset, const duckdb::ResultColumn& column) {
  Target target{.steps = {column.name}};
  if (column.type) {
    const Type::Id id = column.type->id;
    target.is_json = id == Type::Id::kList || id == Type::Id::kStruct || id == Type::Id::kMap;
    target.is_number = id == Type::Id::kDecimal;
  }
  if (!asset.is_source()) return target;
  for (const ContractColumn& contract : asset.source.contract.columns) {
    if (contract.name != column.name) continue;
    target.is_json = target.is_json || contract.type.id == Type::Id::kJson;
    const Path& path = contract.paths.front();
    if (goes_through_list(path)) break;  // There is no one way back into the elements.
    target.steps.clear();
    for (const PathStep& step : path) target.steps.push_back(step.name);
  }
  return target;
}

Json json_of(const duckdb::Value& value, const Target& target) {
  struct Visitor {
    const Target& target;
    Json operator()(std::monostate) const { return nullptr; }
    Json operator()(bool flag) const { return flag; }
    Json operator()(int64_t number) const { return number; }
    Json operator()(double number) const { return number; }
    Json operator()(Instant time) const { return format_time(time); }
    Json operator()(const std::string& text) const {
      constexpr size_t kExactDigits = 15;  // That a double keeps; a longer decimal stays text.
      if (!target.is_json && (!target.is_number || text.size() > kExactDigits)) return text;
      const Json json = Json::parse(text, nullptr, false);
      return json.is_discarded() ? Json(text) : json;
    }
  };
  return std::visit(Visitor{target}, value);
}

/// Puts a value where the steps lead, through objects; a value in the way stays.
void put(Json& record, const std::vector<std::string>& steps, Json value) {
  Json* place = &record;
  for (size_t i = 0; i + 1 < steps.size(); ++i) {
    place = &(*place)[steps[i]];
    if (!place->is_object() && !place->is_null()) return;
  }
  if (place->is_null() || !place->contains(steps.back())) (*place)[steps.back()] = std::move(value);
}

std::string record_of(const std::vector<Target>& targets, const duckdb::Row& row) {
  Json record = Json::object();
  for (size_t i = 0; i < row.size(); ++i)
    put(record, targets[i].steps, json_of(row[i], targets[i]));
  return record.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Chooses `most` of the numbers below `count`, or all of them (Floyd's algorithm).
std::set<int64_t> choose(int64_t count, int64_t most, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::set<int64_t> chosen;
  for (int64_t i = std::max<int64_t>(0, count - most); i < count; ++i) {
    const auto number = static_cast<int64_t>(random() % static_cast<uint64_t>(i + 1));
    if (!chosen.insert(number).second) chosen.insert(i);
  }
  return chosen;
}

const Asset& find_asset(const Project& project, const std::string& table) {
  const auto asset = project.find(table);
  if (asset) return project.assets[*asset];
  throw user_error("no such table: " + quote(table))
      .hint(nearest_hint(table, project.asset_names()));
}

std::string url_for(const std::string& url, const std::string& table) {
  const size_t dot = table.find('.');
  return replace_all(replace_all(url, "{schema}", table.substr(0, dot)), "{table}",
                     table.substr(dot + 1));
}

/// Says when the next round is due.
class Pace {
 public:
  Pace(double rate, uint64_t seed, Instant start) : rate_(rate), random_(seed), due_(start) {}

  uint64_t number() { return random_(); }

  /// Waits for the next round.
  void wait(Clock& clock, const Cancellation& cancellation) {
    constexpr double kUnit = 1.0 / static_cast<double>(uint64_t{1} << 53);
    const double share = static_cast<double>(random_() >> 11) * kUnit;  // From 0 to below 1.
    const double microseconds = 2e6 * share / rate_;
    due_ += std::chrono::microseconds(static_cast<int64_t>(microseconds));
    const Instant now = clock.now();
    due_ = std::max(due_, now - kMostBehind);
    const auto left = std::chrono::floor<std::chrono::milliseconds>(due_ - now);
    if (left.count() > 0) clock.sleep(left, cancellation);
  }

 private:
  double rate_;
  std::mt19937_64 random_;
  Instant due_;
};

/// Posts one record; counts what became of it.
void post(HttpPoster& poster, const std::string& url, const std::string& record,
          const Cancellation& cancellation, EmulationSums& sums) {
  try {
    ++sums.answers[poster.post(url, kContentType, "{\"records\":[{\"value\":" + record + "}]}",
                               cancellation)];
  } catch (const Error& error) {
    if (error.kind() != Error::Kind::kTransient && error.kind() != Error::Kind::kCancelled) throw;
    // It may have been taken all the same.
    ++sums.unanswered;
    sums.last_failure = error.message();
  }
}

int64_t count_rows(const Project& project, FileSystem& files, duckdb::Connection& connection,
                   const std::string& table) {
  show_relations(connection, lake_relations(project, files, connection, {table}, {}).relations);
  return duckdb::integer_of(
      connection.query("SELECT count(*) FROM " + duckdb::quote_table(table)).rows[0][0]);
}

}  // namespace

int64_t EmulationSums::posted() const {
  int64_t posted = unanswered;
  for (const auto& [status, count] : answers) posted += count;
  return posted;
}

bool EmulationSums::all_taken() const {
  return unanswered == 0 && std::all_of(answers.begin(), answers.end(), [](const auto& answer) {
           return answer.first >= 200 && answer.first < 300;
         });
}

std::vector<std::string> sample_records(const Project& project, FileSystem& files,
                                        duckdb::Connection& connection, const std::string& table,
                                        int64_t count, int64_t most, uint64_t seed) {
  const Asset& asset = find_asset(project, table);
  show_relations(connection, lake_relations(project, files, connection, {table}, {}).relations);
  const std::set<int64_t> chosen = choose(count, most, seed);
  auto next = chosen.begin();
  std::vector<Target> targets;
  std::vector<std::string> records;
  int64_t number = 0;
  connection.stream(
      "SELECT * FROM " + duckdb::quote_table(table) + " ORDER BY ALL", {},
      [&](const std::vector<duckdb::ResultColumn>& columns) {
        for (const duckdb::ResultColumn& column : columns)
          targets.push_back(target_of(asset, column));
      },
      [&](const duckdb::Row& row) {
        if (next != chosen.end() && number++ == *next) {
          records.push_back(record_of(targets, row));
          ++next;
        }
        return next != chosen.end();
      });
  return records;
}

EmulationSums emulate(const Project& project, Environment& environment, DuckdbEngine& engine,
                      HttpPoster& poster, const Cancellation& cancellation,
                      const EmulationRequest& request,
                      const std::function<void(const EmulationSums&)>& after_round) {
  int64_t count = INT64_MAX;
  std::vector<std::string> urls;
  std::vector<std::vector<std::string>> records;
  {
    const DuckdbEngine::Session session = engine.open();
    duckdb::Connection& connection = *session.connection;
    for (const std::string& table : request.tables) {
      find_asset(project, table);
      const int64_t rows = count_rows(project, environment.files, connection, table);
      if (rows == 0) throw user_error("the table has no rows: " + quote(table));
      count = std::min(count, rows);
    }
    for (const std::string& table : request.tables) {
      urls.push_back(url_for(request.url, table));
      records.push_back(sample_records(project, environment.files, connection, table, count,
                                       kMostRecords, request.seed));
    }
  }
  EmulationSums sums;
  Pace pace(request.rate, request.seed, environment.clock.now());
  try {
    while (!request.rounds || sums.rounds < *request.rounds) {
      pace.wait(environment.clock, cancellation);
      cancellation.check();
      const size_t row = pace.number() % records.front().size();
      for (size_t i = 0; i < records.size(); ++i)
        post(poster, urls[i], records[i][row], cancellation, sums);
      ++sums.rounds;
      after_round(sums);
    }
  } catch (const Error& error) {
    if (error.kind() != Error::Kind::kCancelled) throw;
  }
  return sums;
}

}  // namespace tidemill
