// How staleness is found, in short: every commit of a table leaves a "touch", the range of time its
// changed rows lie in. A model's interval remembers, per input, the newest touch it was built from.
// When there is a newer one in its range, it is stale. Nothing else has to be remembered, and a
// commit that only rearranges files leaves no touch.
#include "plan/plan.h"

#include <algorithm>
#include <set>

#include "base/text.h"

namespace tidemill {

namespace {

using Key = std::optional<Interval>;

/// Returns the range of a touch or file in a column, or nothing when it may lie anywhere.
template <typename Ranged>
std::optional<Interval> range_in(const Ranged& ranged, const std::string& column) {
  const auto found = ranged.ranges.find(lower(column));
  if (column.empty() || found == ranged.ranges.end()) return std::nullopt;
  return found->second;
}

/// Returns what a build remembers of a commit: its version, and when it was made, since a table
/// that is made anew counts its versions from 0 again.
std::string version_text(const Touch& touch) {
  return std::to_string(touch.version) + "@" +
         std::to_string(touch.committed.time_since_epoch().count() / 1000);
}

template <typename Ranged>
bool concerns(const Ranged& ranged, const std::string& column, const Key& interval) {
  const auto range = interval ? range_in(ranged, column) : std::nullopt;
  return !range || range->overlaps(*interval);
}

const AssetProgress& progress_of(const Project& project, const Progress& progress, size_t asset) {
  static const AssetProgress nothing;
  const auto found = progress.assets.find(project.assets[asset].name);
  return found == progress.assets.end() ? nothing : found->second;
}

/// True when a change of one of the inputs makes the model stale. Where none does, the model is
/// built once, as soon as any of them is there.
bool any_rebuilds(const std::vector<TableInput>& inputs) {
  return std::any_of(inputs.begin(), inputs.end(),
                     [](const TableInput& input) { return input.rebuild; });
}

/// True when `key` is a slice of `grain`: no interval of before its model's width was changed.
bool is_slice(const Key& key, Grain grain) {
  return key && floor_time(key->start, grain) == key->start &&
         next_time(key->start, grain) == key->end;
}

/// Adds up what is known of the files that a build reads.
void add_reads(Task& task, const AssetProgress& input, const std::string& bound) {
  for (const FileFacts& file : input.files) {
    if (!concerns(file, bound, task.interval)) continue;
    ++task.files;
    task.bytes += file.bytes;
    if (file.rows < 0 || task.rows < 0) {
      task.rows = -1;
    } else {
      task.rows += file.rows;
    }
  }
}

class Planner {
 public:
  Planner(const Project& project, const Progress& progress, const PlanRequest& request)
      : project_(project),
        progress_(progress),
        request_(request),
        tasks_of_(project.assets.size()) {}

  Plan plan() {
    for (size_t i = 0; i < project_.assets.size(); ++i) {
      if (!request_.selected[i]) continue;
      const size_t before = plan_.tasks.size();
      if (project_.assets[i].is_source()) {
        plan_source(i);
      } else {
        plan_model(i);
      }
      if (plan_.tasks.size() != before) continue;
      const Asset& asset = project_.assets[i];
      if (!progress_of(project_, progress_, i).built.empty()) {
        plan_.fresh.push_back(i);
      } else if (!asset.is_source() && !asset.is_view()) {
        plan_.without_input.push_back(i);
      }
    }
    return std::move(plan_);
  }

 private:
  void add(Task task) {
    tasks_of_[task.asset].push_back(plan_.tasks.size());
    plan_.tasks.push_back(std::move(task));
  }

  void plan_source(size_t i) {
    const Asset& asset = project_.assets[i];
    const AssetProgress& own = progress_of(project_, progress_, i);
    if (asset.source.interval) note_early(i);
    const auto listings = progress_.listings.find(asset.name);
    if (listings == progress_.listings.end()) return;
    for (const Listing& listing : listings->second) {
      const auto built = own.built.find(listing.interval);
      if (listing.contents.empty()) {
        if (built == own.built.end()) note_absent(i, listing);
        continue;
      }
      Task task{.asset = i, .interval = listing.interval};
      if (built == own.built.end()) {
        task.reason = Reason::kNeverBuilt;
      } else if (request_.full_refresh) {
        task.reason = Reason::kFullRefresh;
      } else if (built->second.fingerprint != asset.fingerprint) {
        task.reason = Reason::kCodeChanged;
      } else if (built->second.inputs != listing.contents) {
        task.reason = Reason::kNewInput;
      } else {
        continue;
      }
      task.files = static_cast<int64_t>(listing.contents.size());
      task.bytes = listing.bytes;
      add(std::move(task));
    }
  }

  /// Notes the intervals that were asked for by name and are not ready.
  void note_early(size_t i) {
    const Source& source = project_.assets[i].source;
    if (!request_.range) return;
    for (const Interval& interval : source_intervals(source, request_)) {
      const Instant ready = interval.end + source.ready_after;
      if (ready > request_.now)
        plan_.waiting.push_back({i, interval, Waiting::State::kNotReady, ready});
    }
  }

  void note_absent(size_t i, const Listing& listing) {
    const Source& source = project_.assets[i].source;
    const Key& interval = listing.interval;
    Waiting waiting{.asset = i, .interval = interval, .address = listing.address};
    if (interval) waiting.until = interval->end + source.give_up_after;
    if (!interval || waiting.until <= request_.now) {
      waiting.state = source.missing == Source::Missing::kSkip ? Waiting::State::kSkipped
                                                               : Waiting::State::kMissing;
    }
    plan_.waiting.push_back(waiting);
  }

  void plan_model(size_t i) {
    const Asset& asset = project_.assets[i];
    if (asset.is_view() && asset.checks.empty()) return;
    for (const Key& interval : candidates(i)) {
      if (asset.model.wait_for_complete && (lacks_input(i) || waits(i, interval))) continue;
      Task task{.asset = i, .interval = interval};
      const bool built = progress_of(project_, progress_, i).built.contains(interval);
      const std::vector<TableInput> inputs = table_inputs(project_, i);
      const bool all_count = !built && !any_rebuilds(inputs);
      std::string upstream;
      for (const TableInput& input : inputs) {
        for (const size_t other : tasks_of_[input.asset]) {
          const Key& range = plan_.tasks[other].interval;
          if (interval && range && !input.bound.empty() && !range->overlaps(*interval)) continue;
          task.needs.push_back(other);
          if (input.rebuild || all_count) upstream = project_.assets[input.asset].name;
        }
      }
      const auto reason = staleness(project_, i, interval, progress_);
      if (!reason && upstream.empty() && !(request_.full_refresh && built)) continue;
      task.reason = reason             ? *reason
                    : !built           ? Reason::kNeverBuilt
                    : upstream.empty() ? Reason::kFullRefresh
                                       : Reason::kUpstreamChanged;
      describe(task, upstream);
      // What its checks read comes first, where the order of assets allows.
      for (const size_t read : asset.check_inputs) {
        if (read < i)
          task.needs.insert(task.needs.end(), tasks_of_[read].begin(), tasks_of_[read].end());
      }
      // A view whose checks fail is not to be built upon.
      add_views(i, task.needs);
      add(std::move(task));
    }
  }

  /// Adds the tasks that check the views which an asset reads, directly or through other views.
  void add_views(size_t i, std::vector<size_t>& needs) const {
    for (const size_t input : project_.assets[i].inputs) {
      if (!project_.assets[input].is_view()) continue;
      needs.insert(needs.end(), tasks_of_[input].begin(), tasks_of_[input].end());
      add_views(input, needs);
    }
  }

  /// Returns the intervals of a model that an input, a task of this plan, or an earlier build
  /// speaks of, in order.
  std::set<Key> candidates(size_t i) const {
    const Asset& asset = project_.assets[i];
    if (!asset.model.interval) return {std::nullopt};
    const Grain grain = *asset.model.interval;
    std::set<Key> found;
    const auto add_range = [&](const std::optional<Interval>& range) {
      const auto clipped = clip(range);
      if (!clipped) return;
      for (const Interval& slice : slices(*clipped, grain)) found.insert(slice);
    };
    for (const auto& entry : progress_of(project_, progress_, i).built) {
      if (!is_slice(entry.first, grain)) continue;
      if (!request_.range || request_.range->overlaps(*entry.first)) found.insert(entry.first);
    }
    for (const TableInput& input : table_inputs(project_, i)) {
      if (input.bound.empty()) {
        // Any of its rows may matter for any interval: it has as many intervals as its input.
        for (const auto& entry : progress_of(project_, progress_, input.asset).built)
          add_range(entry.first);
        for (const size_t task : tasks_of_[input.asset]) add_range(plan_.tasks[task].interval);
        continue;
      }
      const AssetProgress& of_input = progress_of(project_, progress_, input.asset);
      for (const Touch& touch : of_input.touches) {
        const auto range = range_in(touch, input.bound);
        if (range) add_range(range);
        if (range) continue;
        // Its rows may lie in any interval of the input.
        for (const auto& entry : of_input.built) add_range(entry.first);
      }
      for (const size_t task : tasks_of_[input.asset]) add_range(plan_.tasks[task].interval);
    }
    if (found.empty() && request_.range) add_range(request_.range);
    return found;
  }

  std::optional<Interval> clip(const std::optional<Interval>& range) const {
    if (!range || !request_.range) return range;
    if (!range->overlaps(*request_.range)) return std::nullopt;
    return Interval{std::max(range->start, request_.range->start),
                    std::min(range->end, request_.range->end)};
  }

  /// True when an input was never built and nothing in this plan builds it.
  bool lacks_input(size_t i) const {
    const std::vector<TableInput> inputs = table_inputs(project_, i);
    return std::any_of(inputs.begin(), inputs.end(), [&](const TableInput& input) {
      return tasks_of_[input.asset].empty() &&
             progress_of(project_, progress_, input.asset).built.empty();
    });
  }

  bool waits(size_t i, const Key& interval) const {
    for (const TableInput& input : table_inputs(project_, i)) {
      for (const Waiting& waiting : plan_.waiting) {
        const bool may_come =
            waiting.state == Waiting::State::kNotReady || waiting.state == Waiting::State::kAbsent;
        const bool concerned =
            !interval || !waiting.interval || waiting.interval->overlaps(*interval);
        if (waiting.asset == input.asset && may_come && concerned) return true;
      }
    }
    return false;
  }

  /// Fills in what a model's task reads and which input made it stale.
  void describe(Task& task, const std::string& upstream) const {
    const AssetProgress& own = progress_of(project_, progress_, task.asset);
    if (task.needs.empty()) {
      task.files = task.rows = task.bytes = 0;
      for (const TableInput& input : table_inputs(project_, task.asset)) {
        add_reads(task, progress_of(project_, progress_, input.asset), input.bound);
      }
    }
    if (task.reason != Reason::kUpstreamChanged) return;
    task.detail = upstream;
    const auto built = own.built.find(task.interval);
    if (!upstream.empty() || built == own.built.end()) return;
    for (const auto& [name, version] :
         input_versions(project_, task.asset, task.interval, progress_, true)) {
      const auto before = built->second.inputs.find(name);
      if (before != built->second.inputs.end() && before->second == version) continue;
      task.detail = name + " is at version " + version.substr(0, version.find('@'));
    }
  }

  const Project& project_;
  const Progress& progress_;
  const PlanRequest& request_;
  Plan plan_;
  std::vector<std::vector<size_t>> tasks_of_;  // By asset: indices into plan_.tasks.
};

void collect_inputs(const Project& project, size_t model, const std::string& bound, bool rebuild,
                    std::vector<TableInput>& inputs) {
  const Asset& asset = project.assets[model];
  for (const size_t input : asset.inputs) {
    const std::string& name = project.assets[input].name;
    const auto rule = asset.model.input_rules.find(name);
    const bool rebuilds =
        rebuild && (rule == asset.model.input_rules.end() || rule->second.rebuild);
    if (project.assets[input].is_view()) {
      collect_inputs(project, input, "", rebuilds, inputs);
      continue;
    }
    const auto own_bound = asset.model.time_bounds.find(name);
    const std::string column =
        own_bound == asset.model.time_bounds.end() ? bound : own_bound->second;
    const auto same = [&](const TableInput& other) { return other.asset == input; };
    const auto known = std::find_if(inputs.begin(), inputs.end(), same);
    if (known == inputs.end()) {
      inputs.push_back({input, column, rebuilds});
    } else {
      // Read twice, once through a view perhaps: only what holds of both uses holds.
      if (known->bound != column) known->bound.clear();
      known->rebuild = known->rebuild || rebuilds;
    }
  }
}

Interval asked_range(const Source& source, const PlanRequest& request) {
  const Instant now = floor_time(request.now, *source.interval);
  const Instant last = source.end.value_or(request.range ? request.range->end : now);
  if (request.range) {
    return {std::max(source.start, request.range->start), std::min(last, request.range->end)};
  }
  return {source.start, std::min(last, source.default_end.value_or(last))};
}

}  // namespace

std::string reason_text(Reason reason) {
  switch (reason) {
    case Reason::kNeverBuilt:
      return "never built";
    case Reason::kNewInput:
      return "new input";
    case Reason::kCodeChanged:
      return "code changed";
    case Reason::kUpstreamChanged:
      return "upstream changed";
    case Reason::kFullRefresh:
      return "full refresh";
  }
  return "";
}

std::vector<Interval> source_intervals(const Source& source, const PlanRequest& request) {
  const Interval range = asked_range(source, request);
  if (range.end <= range.start) return {};
  return slices(range, *source.interval);
}

int64_t count_source_intervals(const Source& source, const PlanRequest& request) {
  const Interval range = asked_range(source, request);
  return range.end <= range.start ? 0 : count_slices(range, *source.interval);
}

std::vector<Interval> intervals_to_ask(const Asset& asset, const AssetProgress& progress,
                                       const PlanRequest& request, bool always) {
  std::vector<Interval> asked;
  if (!asset.source.interval) return asked;
  for (const Interval& interval : source_intervals(asset.source, request)) {
    if (interval.end + asset.source.ready_after > request.now) continue;
    const auto built = progress.built.find(interval);
    const bool changed =
        built == progress.built.end() || built->second.fingerprint != asset.fingerprint;
    const bool young = interval.end + asset.source.recheck > request.now;
    if (changed || young || always || request.full_refresh) asked.push_back(interval);
  }
  return asked;
}

std::vector<TableInput> table_inputs(const Project& project, size_t model) {
  std::vector<TableInput> inputs;
  collect_inputs(project, model, "", true, inputs);
  return inputs;
}

InputVersions input_versions(const Project& project, size_t model,
                             const std::optional<Interval>& interval, const Progress& progress,
                             bool rebuild_only) {
  InputVersions versions;
  for (const TableInput& input : table_inputs(project, model)) {
    if (rebuild_only && !input.rebuild) continue;
    const Touch* newest = nullptr;
    for (const Touch& touch : progress_of(project, progress, input.asset).touches) {
      if (!concerns(touch, input.bound, interval)) continue;
      if (newest == nullptr || newest->version < touch.version) newest = &touch;
    }
    if (newest != nullptr) versions[project.assets[input.asset].name] = version_text(*newest);
  }
  return versions;
}

std::optional<Reason> staleness(const Project& project, size_t model,
                                const std::optional<Interval>& interval, const Progress& progress) {
  const Asset& asset = project.assets[model];
  const AssetProgress& own = progress_of(project, progress, model);
  const auto built = own.built.find(interval);
  if (built == own.built.end()) {
    // Without rows for it there is nothing to build; a model that reads no table is built once.
    const std::vector<TableInput> inputs = table_inputs(project, model);
    const bool all_count = !any_rebuilds(inputs);
    const bool has_input = !input_versions(project, model, interval, progress, !all_count).empty();
    if (!inputs.empty() && !has_input) return std::nullopt;
    return Reason::kNeverBuilt;
  }
  if (built->second.fingerprint != asset.fingerprint) return Reason::kCodeChanged;
  for (const auto& [name, version] : input_versions(project, model, interval, progress, true)) {
    const auto before = built->second.inputs.find(name);
    if (before == built->second.inputs.end() || before->second != version)
      return Reason::kUpstreamChanged;
  }
  return std::nullopt;
}

Plan make_plan(const Project& project, const Progress& progress, const PlanRequest& request) {
  return Planner(project, progress, request).plan();
}

}  // namespace tidemill
