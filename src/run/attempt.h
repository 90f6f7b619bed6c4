// What all attempts share: what they write into, what they read, and how they commit rejects.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "publish/publish.h"
#include "run/build.h"
#include "run/reject_spool.h"
#include "tables/commit.h"

namespace tidemill {

/// An engine session that can be interrupted while it lasts.
class AttemptSession {
 public:
  explicit AttemptSession(const BuildContext& context)
      : active_(context.active), session_(context.engine.open()) {
    active_.add(*session_.connection);
  }
  ~AttemptSession() { active_.remove(*session_.connection); }
  AttemptSession(const AttemptSession&) = delete;
  AttemptSession& operator=(const AttemptSession&) = delete;
  duckdb::Connection& connection() { return *session_.connection; }

 private:
  ActiveConnections& active_;
  DuckdbEngine::Session session_;
};

/// The folder that an attempt writes into, removed at the end unless a commit names what is in it.
class AttemptFolder {
 public:
  AttemptFolder(FileSystem& files, std::string path) : files_(files), path_(std::move(path)) {}
  ~AttemptFolder() {
    if (kept_) return;
    try {
      files_.remove_all(path_);
    } catch (const Error&) {
      // What stays is named by no log. A sweep finds it when it next looks into this table.
    }
  }
  AttemptFolder(const AttemptFolder&) = delete;
  AttemptFolder& operator=(const AttemptFolder&) = delete;
  void keep() { kept_ = true; }

 private:
  FileSystem& files_;
  std::string path_;
  bool kept_ = false;
};

/// Returns the values of the parameters that an attempt's SQL may use.
duckdb::Parameters parameters_of(const BuildContext& context,
                                 const std::optional<Interval>& interval);

tables::Provenance provenance_of(const BuildContext& context, const Asset& asset, const Task& task,
                                 const std::string& attempt, const InputVersions& inputs);

/// Returns everything that a build and its checks read, in an order in which views come after what
/// they read.
std::vector<Relation> relations_of(const BuildContext& context, duckdb::Connection& connection,
                                   const Task& task);

/// Commits what a source could not take, in place of what the interval's rejects were; nothing
/// happens when there are none and were none. `select` has the columns of `rejects_schema`, and
/// `count` rows.
void publish_rejects(const BuildContext& context, duckdb::Connection& connection, const Task& task,
                     const std::string& attempt, const std::string& select, int64_t count,
                     const tables::Provenance& provenance);

/// Makes the rows of a source, with its rejects in `spool` and its counts in `counters`; a second
/// time when they have to be read once more.
using OpenRows = std::function<std::unique_ptr<duckdb::RowSource>()>;

/// Writes the rows that `open` makes into the attempt's folder, and its rejects into the spool.
/// Throws what the reading throws, as it was, and a Bug when a record was neither loaded nor
/// rejected.
Staged stage_source(const BuildContext& context, duckdb::Connection& connection, const Asset& asset,
                    const OpenRows& open, RejectSpool& spool, ReadCounters& counters,
                    const std::string& attempt);

}  // namespace tidemill
