#include "run/discover.h"

#include <algorithm>
#include <mutex>
#include <thread>

#include "base/text.h"
#include "run/retry.h"

namespace tidemill {

namespace {

constexpr size_t kMostAtOnce = 8;  // Requests for listings under way; they wait, they do not work.

struct Question {
  size_t asset;
  std::optional<Interval> interval;
};

/// Calls `work(i)` for every i below `count` on a few threads. `work` throws nothing.
template <typename Function>
void in_parallel(size_t count, Function work) {
  std::atomic<size_t> next = 0;
  const auto loop = [&] {
    for (size_t i = next++; i < count; i = next++) work(i);
  };
  std::vector<std::jthread> threads;
  for (size_t i = 1; i < std::min(count, kMostAtOnce); ++i) threads.emplace_back(loop);
  loop();
}

}  // namespace

const Connector& connector_of(const Source& source) {
  for (const Connector* connector : connectors::all()) {
    if (connector->name == source.connector) return *connector;
  }
  throw bug_error("an unknown connector passed validation: " + quote(source.connector));
}

Listing listing_of(const std::optional<Interval>& interval, const std::vector<SourceFile>& files) {
  Listing listing{.interval = interval, .bytes = 0};
  for (const SourceFile& file : files) {
    const Fingerprint& f = file.fingerprint;
    const std::string size = f.size ? std::to_string(*f.size) : "";
    listing.contents[file.name] = f.etag.empty() ? f.last_modified + " " + size : f.etag;
    listing.bytes = listing.bytes < 0 || !f.size ? -1 : listing.bytes + *f.size;
  }
  return listing;
}

Discovery discover(const Project& project, Environment& environment, Scanners& scanners,
                   const PlanRequest& request, Progress& progress,
                   const Cancellation& cancellation) {
  std::vector<Question> questions;
  for (size_t i = 0; i < project.assets.size(); ++i) {
    const Asset& asset = project.assets[i];
    if (!request.selected[i] || !asset.is_source()) continue;
    const ConnectorContext context{asset.source.connector_options, project.folder, environment,
                                   cancellation, scanners};
    const bool always = connector_of(asset.source).listing_is_free(context);
    if (!asset.source.interval) questions.push_back({i, std::nullopt});
    for (const Interval& interval :
         intervals_to_ask(asset, progress.assets[asset.name], request, always)) {
      questions.push_back({i, interval});
    }
  }
  Discovery discovery;
  std::mutex mutex;  // Guards discovery and progress.
  in_parallel(questions.size(), [&](size_t q) {
    const auto& [asset_index, interval] = questions[q];
    const Asset& asset = project.assets[asset_index];
    const ConnectorContext context{asset.source.connector_options,
                                   project.folder,
                                   environment,
                                   cancellation,
                                   scanners,
                                   asset.source.missing == Source::Missing::kSkip};
    try {
      cancellation.check();
      const Connector& connector = connector_of(asset.source);
      auto files = with_retries(project, environment.clock, cancellation,
                                [&] { return connector.list(context, interval); });
      Listing listing = listing_of(interval, files);
      listing.address = connector.address(context.options, interval);
      const std::lock_guard lock(mutex);
      progress.listings[asset.name].push_back(std::move(listing));
      discovery.files[{asset_index, interval}] = std::move(files);
    } catch (Error& error) {
      const std::lock_guard lock(mutex);
      discovery.failures.push_back({asset_index, interval, std::move(error)});
    }
  });
  for (auto& [name, listings] : progress.listings) {
    std::sort(listings.begin(), listings.end(),
              [](const Listing& a, const Listing& b) { return a.interval < b.interval; });
  }
  cancellation.check();
  return discovery;
}

}  // namespace tidemill
