// Asks the sources what is there.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "connectors/connector.h"
#include "connectors/scanners.h"
#include "plan/plan.h"
#include "project/project.h"

namespace tidemill {

/// The files of each interval, as the connector listed them.
using SourceFiles = std::map<std::pair<size_t, std::optional<Interval>>, std::vector<SourceFile>>;

const Connector& connector_of(const Source& source);

/// Returns what `progress` needs to know of the files of a source's interval.
Listing listing_of(const std::optional<Interval>& interval, const std::vector<SourceFile>& files);

/// Asks each selected source for the intervals that `intervals_to_ask` names, some at a time, and
/// puts the answers into `progress.listings`. Transient failures are tried again as the project
/// says. Returns the files. An interval whose connector keeps failing is in `failures`, by what
/// failed.
struct Discovery {
  SourceFiles files;
  struct Failure {
    size_t asset;
    std::optional<Interval> interval;
    Error error;
  };
  std::vector<Failure> failures;
};
Discovery discover(const Project& project, Environment& environment, Scanners& scanners,
                   const PlanRequest& request, Progress& progress,
                   const Cancellation& cancellation);

}  // namespace tidemill
