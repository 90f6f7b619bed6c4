// What commands work with: the project they were pointed at, and the concrete outside.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "engines/duckdb_engine.h"
#include "io/environment.h"
#include "plan/plan.h"
#include "project/load.h"
#include "project/project.h"
#include "publish/lake.h"
#include "state/store.h"

namespace tidemill {

/// The options that every command takes.
struct Globals {
  std::string folder;  ///< `-C`; empty: this folder or the nearest above with a tidemill.yml.
  std::string target;
  std::vector<std::string> variables;  ///< `name=value`
  bool json = false;
  bool quiet = false;
  bool verbose = false;
  /// The process ends with the command, by a call that destroys nothing: what takes long to give
  /// back is left to the system.
  bool ends_process = false;
};

/// All kinds of connectors, formats and checks of this build.
Kinds all_kinds();

/// Returns the absolute path of the project's folder. Throws a user's Error when there is none.
std::string find_project(const Globals& globals);

/// The mistakes of a project, thrown by `open_project`; the door prints them all.
struct ProjectMistakes {
  std::vector<Error> mistakes;
};

/// Everything a command may need, made when it is first asked for. Owned by the command; one
/// thread.
class Workspace {
 public:
  explicit Workspace(const Globals& globals);
  ~Workspace();

  /// Reads the project without judging it.
  LoadedProject load(const ProjectParts& parts);
  /// Reads the project once. Throws ProjectMistakes when it has any.
  const Project& project(const ProjectParts& parts = {});
  Environment& environment() { return environment_; }
  DuckdbEngine& engine();
  StateStore& store();
  /// Raised by Ctrl-C.
  Cancellation& cancellation();
  /// Returns `<project>/.tidemill/name`.
  std::string private_path(const std::string& name);
  /// Removes what processes that died left in the cache. For the holder of the project's lock.
  void clean_cache();

 private:
  std::string spill_folder();

  Globals globals_;
  std::unique_ptr<FileSystem> files_;
  std::unique_ptr<HttpClient> http_;
  std::unique_ptr<Clock> clock_;
  Environment environment_;
  std::optional<Project> project_;
  std::unique_ptr<DuckdbEngine> engine_;  // From the first load on.
  bool engine_is_ready_ = false;          // For more than loading the project.
  std::unique_ptr<StateStore> store_;
};

/// Makes Ctrl-C raise the cancellation; a second one ends the process at once.
void listen_for_interrupts();

/// Reads `--start` and `--end`; nothing when neither is given. Throws a user's Error for what is no
/// range.
std::optional<Interval> read_range(const std::string& start, const std::string& end);

/// Reads a version or a time, the value of `option`; empty: the newest. Throws a user's Error for
/// what is neither.
PointInTime read_point(const std::string& text, const std::string& option);

}  // namespace tidemill
