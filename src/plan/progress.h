// What is known about the state of the lake and the sources: the facts a plan is made from.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "data/interval.h"

namespace tidemill {

/// What an attempt read: of a model, the version of each table; of a source, the content of each
/// address.
using InputVersions = std::map<std::string, std::string>;

/// The last successful build of an asset's interval (or of the whole asset).
struct Built {
  std::optional<Interval> interval;
  int64_t version = -1;  ///< Of the asset's table; -1 for a view, which has none.
  std::string fingerprint;
  InputVersions inputs;
  std::string run;
  Instant time;
  int64_t rows = 0;
  int64_t rejected = 0;
};

/// A commit that changed the rows of a table, and when those rows happened.
struct Touch {
  int64_t version = 0;
  Instant committed;  ///< Tells the version from one of the same number in a table made anew.
  /// Per timestamp or date column an interval that all changed rows lie in. A column that is not
  /// here: no one knows.
  std::map<std::string, Interval> ranges;
};

/// One file of a table's newest version, as far as a plan cares.
struct FileFacts {
  int64_t bytes = 0;
  int64_t rows = -1;  ///< -1: the log does not say.
  std::map<std::string, Interval> ranges;
};

/// What is known of one asset.
struct AssetProgress {
  std::map<std::optional<Interval>, Built> built;
  std::vector<Touch> touches;
  std::vector<FileFacts> files;
  std::optional<std::chrono::microseconds> last_duration;  ///< Of its last successful attempt.
};

/// What a source's connector said about an interval.
struct Listing {
  std::optional<Interval> interval;
  InputVersions
      contents;  ///< Address to a text that changes when the content does. Empty: nothing is there.
  int64_t bytes = -1;   ///< All together, as stored; -1: not known.
  std::string address;  ///< Where it looked, for messages.
};

struct Progress {
  std::map<std::string, AssetProgress> assets;  ///< By name; none is missing.
  std::map<std::string, std::vector<Listing>>
      listings;  ///< Of sources, for the intervals that were asked for.
};

}  // namespace tidemill
