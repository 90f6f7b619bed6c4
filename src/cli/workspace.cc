#include "cli/workspace.h"

#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "base/text.h"
#include "connectors/connector.h"
#include "formats/contract_row.h"
#include "formats/format.h"
#include "io/fault.h"
#include "publish/check.h"

namespace tidemill {

namespace {

constexpr const char* kMemoryLimit = "300MB";

Cancellation& the_cancellation() {
  static Cancellation cancellation;
  return cancellation;
}

std::map<std::string, std::string> variables_of(const std::vector<std::string>& assignments) {
  std::map<std::string, std::string> variables;
  for (const std::string& assignment : assignments) {
    const size_t equals = assignment.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw user_error("--var wants name=value: " + quote(assignment))
          .hint("--var base_url=http://127.0.0.1:8000");
    }
    variables[assignment.substr(0, equals)] = assignment.substr(equals + 1);
  }
  return variables;
}

}  // namespace

Kinds all_kinds() {
  Kinds kinds;
  for (const Connector* connector : connectors::all())
    kinds.connectors.push_back({.name = connector->name,
                                .form = connector->form,
                                .gives_records = connector->gives_records()});
  for (const Format* format : formats::all()) kinds.formats.push_back({format->name, format->form});
  for (const Check* check : checks::all()) {
    kinds.checks.push_back({check->name, check->form, check->main_field, check->of_column});
  }
  kinds.check_default = [](const ContractColumn& column) {
    const Contract alone{.columns = {column}};
    const ContractRow row(alone);
  };
  return kinds;
}

std::string find_project(const Globals& globals) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (!globals.folder.empty()) {
    const fs::path folder = fs::weakly_canonical(globals.folder, error);
    if (fs::is_directory(folder, error)) return folder;
    throw user_error("no such folder: " + quote(globals.folder));
  }
  for (fs::path folder = fs::current_path(error); !error; folder = folder.parent_path()) {
    if (fs::exists(folder / "tidemill.yml", error)) return folder;
    if (folder == folder.parent_path()) break;
  }
  throw user_error("no tidemill.yml here or in a folder above").hint("tidemill -C DIR …");
}

Workspace::Workspace(const Globals& globals)
    : globals_(globals),
      files_(with_fault_steps(local_file_system())),
      http_(curl_http_client()),
      clock_(system_clock()),
      environment_{*files_, *http_, *clock_} {
  globals_.folder = find_project(globals);
}

Workspace::~Workspace() {
  if (engine_ == nullptr) return;
  // All sessions are over by now. DuckDB would free its catalog entry by entry.
  if (globals_.ends_process) static_cast<void>(engine_.release());
  engine_.reset();
  std::error_code ignored;  // An empty folder that stays does no harm.
  std::filesystem::remove_all(spill_folder(), ignored);
}

LoadedProject Workspace::load(const ProjectParts& parts) {
  // The models are described on the instance that later builds them: starting one is a tenth of
  // what a run with nothing to do takes.
  if (engine_ == nullptr) {
    engine_ = std::make_unique<DuckdbEngine>(
        duckdb::Settings{.memory_limit = kMemoryLimit, .temporary_folder = spill_folder()});
  }
  const DuckdbEngine::Session session = engine_->open();
  return load_project(*files_, *session.connection, all_kinds(),
                      {.folder = globals_.folder,
                       .variables = variables_of(globals_.variables),
                       .target = globals_.target,
                       .parts = parts});
}

const Project& Workspace::project(const ProjectParts& parts) {
  if (!project_) {
    LoadedProject loaded = load(parts);
    if (!loaded.mistakes.empty()) throw ProjectMistakes{std::move(loaded.mistakes)};
    project_ = std::move(loaded.project);
  }
  return *project_;
}

DuckdbEngine& Workspace::engine() {
  if (!engine_is_ready_) {
    const std::string limit = project().memory_limit;
    if (!limit.empty()) engine_->limit_memory(limit);
    files_->make_folder(private_path("cache"));
    engine_is_ready_ = true;
  }
  return *engine_;
}

std::string Workspace::spill_folder() {
  // DuckDB names its spill files alike in every process: two must not share a folder.
  return private_path("cache/spill-" + std::to_string(::getpid()));
}

void Workspace::clean_cache() {
  const std::string cache = private_path("cache");
  for (const FileEntry& entry : files_->list(cache)) {
    const std::string name = entry.path.substr(cache.size() + 1);
    constexpr std::string_view kSpill = "spill-";
    if (name.starts_with(kSpill)) {
      const auto process =
          parse_integer(name.substr(kSpill.size(), name.find('/') - kSpill.size()));
      if (process && ::kill(static_cast<pid_t>(*process), 0) == 0) continue;
    }
    files_->remove(entry.path);
  }
}

StateStore& Workspace::store() {
  if (store_ == nullptr) {
    files_->make_folder(private_path("cache"));
    store_ = open_sqlite_store(private_path("state.db"));
  }
  return *store_;
}

Cancellation& Workspace::cancellation() { return the_cancellation(); }

std::string Workspace::private_path(const std::string& name) {
  return globals_.folder + "/.tidemill/" + name;
}

void listen_for_interrupts() {
  the_cancellation();
  const auto handler = [](int signal) {
    if (the_cancellation().cancelled()) ::_exit(128 + signal);
    the_cancellation().cancel();
  };
  std::signal(SIGINT, handler);
  std::signal(SIGTERM, handler);
}

std::optional<Interval> read_range(const std::string& start, const std::string& end) {
  if (start.empty() && end.empty()) return std::nullopt;
  const auto read = [](const std::string& option, const std::string& text) {
    const auto time = parse_time(text);
    if (time) return *time;
    if (text.empty()) throw user_error("--start and --end go together; missing: " + quote(option));
    throw user_error(option + " is not a time: " + quote(text)).hint("for example: 2015-01-01T15");
  };
  const Interval range{read("--start", start), read("--end", end)};
  if (range.end <= range.start) throw user_error("--end is not after --start: " + quote(end));
  return range;
}

PointInTime read_point(const std::string& text, const std::string& option) {
  if (text.empty()) return std::monostate();
  // Four digits alone are a version: no table is asked for "the year 2015".
  if (const auto version = parse_integer(text)) return *version;
  if (const auto time = parse_time(text)) return *time;
  throw user_error(option + " is neither a version nor a time: " + quote(text))
      .hint(option + " 3, or " + option + " 2015-01-02T12:00:00Z");
}

}  // namespace tidemill
