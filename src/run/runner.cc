#include "run/runner.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <memory>
#include <set>
#include <thread>

#include "base/cores.h"
#include "base/text.h"

namespace tidemill {

namespace {

constexpr int64_t kMostIntervals = 1000;  // Without being told that so many are meant.
constexpr std::chrono::milliseconds kTick{100};

using TaskKey = std::pair<size_t, std::optional<Interval>>;

/// Executes one plan.
class Execution {
 public:
  Execution(const BuildContext& context, StateStore& store, const Plan& plan,
            const SourceFiles& files, RunListener& listener)
      : context_(context),
        store_(store),
        plan_(plan),
        files_(files),
        listener_(listener),
        states_(plan.tasks.size()),
        reports_(plan.tasks.size()),
        running_(plan.tasks.size()) {}

  /// Returns a report for each task, in the plan's order.
  std::vector<TaskReport> run() {
    const size_t workers = std::min(usable_cores(), plan_.tasks.size());
    {
      std::vector<std::jthread> threads;
      for (size_t i = 0; i < workers; ++i) threads.emplace_back([this] { work(); });
      watch();
    }
    return std::move(reports_);
  }

 private:
  enum class State { kNew, kRunning, kOver };

  struct Running {
    Instant started;
    std::unique_ptr<ReadCounters> counters = std::make_unique<ReadCounters>();
    std::string folder;  // That its attempt writes into; empty while it makes none.
  };

  /// Ticks, passes on a cancellation, and has what attempts write begin its way to the disk, until
  /// all tasks are over.
  void watch() {
    std::unique_lock lock(mutex_);
    while (over_ < plan_.tasks.size()) {
      changed_.wait_for(lock, kTick);
      if (context_.cancellation.cancelled()) {
        changed_.notify_all();
        context_.active.interrupt_all();
      }
      std::vector<RunningTask> running;
      std::vector<std::string> folders;
      for (size_t i = 0; i < states_.size(); ++i) {
        if (states_[i] != State::kRunning) continue;
        const Task& task = plan_.tasks[i];
        const bool source = context_.project.assets[task.asset].is_source();
        running.push_back({&task, running_[i].started, running_[i].counters->bytes,
                           source ? task.bytes : -1, running_[i].counters->rows});
        if (!running_[i].folder.empty()) folders.push_back(running_[i].folder);
      }
      listener_.tick(running);
      lock.unlock();
      for (const std::string& folder : folders) context_.environment.files.begin_sync(folder);
      lock.lock();
    }
  }

  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      const auto next = take();
      if (!next) {
        if (over_ == plan_.tasks.size()) return;
        changed_.wait(lock);
        continue;
      }
      lock.unlock();
      TaskReport report = execute(*next);
      lock.lock();
      finish(*next, std::move(report));
    }
  }

  /// Returns a task that can start, marked as running; ends those that never will.
  std::optional<size_t> take() {
    for (size_t i = first_; i < plan_.tasks.size(); ++i) {
      if (states_[i] != State::kNew) {
        if (i == first_ && states_[i] == State::kOver) ++first_;
        continue;
      }
      if (context_.cancellation.cancelled()) {
        finish(i, {.status = TaskReport::Status::kInterrupted});
        continue;
      }
      const auto& needs = plan_.tasks[i].needs;
      if (std::any_of(needs.begin(), needs.end(),
                      [&](size_t need) { return states_[need] != State::kOver; }))
        continue;
      if (const auto blocker = find_blocker(i)) {
        const Task& task = plan_.tasks[*blocker];
        const std::string name = context_.project.assets[task.asset].name +
                                 (task.interval ? " " + task.interval->label() : "");
        finish(i, {.status = TaskReport::Status::kBlocked,
                   .error = user_error("not built, since its input failed: " + name)});
        continue;
      }
      states_[i] = State::kRunning;
      running_[i].started = context_.environment.clock.now();
      listener_.started(plan_.tasks[i]);
      return i;
    }
    return std::nullopt;
  }

  std::optional<size_t> find_blocker(size_t i) const {
    for (const size_t need : plan_.tasks[i].needs) {
      const TaskReport::Status status = reports_[need].status;
      if (status == TaskReport::Status::kFailed || status == TaskReport::Status::kBlocked)
        return need;
    }
    return std::nullopt;
  }

  void finish(size_t i, TaskReport report) {
    states_[i] = State::kOver;
    ++over_;
    listener_.ended(plan_.tasks[i], report);
    reports_[i] = std::move(report);
    changed_.notify_all();
  }

  TaskReport execute(size_t i) {
    const Task& task = plan_.tasks[i];
    const Instant started = context_.environment.clock.now();
    TaskReport report;
    auto delay = context_.project.retry_delay;
    while (true) {
      ++report.attempts;
      auto error = attempt(i, report);
      report.duration = context_.environment.clock.now() - started;
      if (!error) return report;
      report.error = std::move(error);
      const bool cancelled =
          report.error->kind() == Error::Kind::kCancelled || context_.cancellation.cancelled();
      report.status = cancelled ? TaskReport::Status::kInterrupted : TaskReport::Status::kFailed;
      const bool again = report.error->kind() == Error::Kind::kTransient &&
                         report.attempts <= context_.project.retries;
      if (cancelled || !again) return report;
      const auto wait = report.error->retry_after().value_or(delay);
      {
        const std::lock_guard lock(mutex_);
        listener_.retrying(task, *report.error, wait);
      }
      context_.environment.clock.sleep(wait, context_.cancellation);
      delay *= 2;
    }
  }

  /// Makes one attempt and notes it in the state. Returns why it failed, or nothing.
  std::optional<Error> attempt(size_t i, TaskReport& report) {
    const Task& task = plan_.tasks[i];
    const Asset& asset = context_.project.assets[task.asset];
    AttemptRecord record{
        .id = random_id(), .run = context_.run, .asset = asset.name, .interval = task.interval};
    record.number = report.attempts;
    record.started = context_.environment.clock.now();
    record.status = "running";
    record.folder = replace_all(asset.name, ".", "/") + "/" + record.id;
    std::optional<Error> failure;
    show_folder(i, join_path(context_.project.table_folder(asset.name), record.id));
    try {
      store_.begin_attempt(record);
      report.outcome =
          asset.is_source() ? read_source(i, record) : build_model(context_, task, record.id);
      report.status =
          report.outcome.unchanged ? TaskReport::Status::kUnchanged : TaskReport::Status::kDone;
      report.error.reset();
      record.status = status_text(report.status);
    } catch (Error& error) {
      failure = std::move(error);
    } catch (const std::exception& error) {
      failure = bug_error(error.what());
    }
    if (failure) {
      const bool cancelled =
          failure->kind() == Error::Kind::kCancelled || context_.cancellation.cancelled();
      record.status = cancelled ? "interrupted" : "failed";
      record.error = failure->text();
      if (failure->message().starts_with("DuckDB stopped")) context_.engine.renew();
    }
    show_folder(i, "");
    record.ended = context_.environment.clock.now();
    record.rows = report.outcome.rows;
    record.rejected = report.outcome.rejected;
    record.bytes = report.outcome.bytes;
    try {
      store_.end_attempt(record);
    } catch (Error& error) {
      if (!failure) failure = std::move(error);
    }
    return failure;
  }

  /// Tells those who watch where an attempt writes.
  void show_folder(size_t i, const std::string& folder) {
    const std::lock_guard lock(mutex_);
    running_[i].folder = folder;
  }

  BuildOutcome read_source(size_t i, const AttemptRecord& record) {
    const Task& task = plan_.tasks[i];
    const Asset& asset = context_.project.assets[task.asset];
    {
      // Those who watch hold the mutex while they look at the counters.
      const std::lock_guard lock(mutex_);
      running_[i].counters = std::make_unique<ReadCounters>();
    }
    std::vector<SourceFile> files = files_.at({task.asset, task.interval});
    if (record.number > 1) {
      const ConnectorContext connector{asset.source.connector_options, context_.project.folder,
                                       context_.environment, context_.cancellation,
                                       context_.scanners};
      files = connector_of(asset.source).list(connector, task.interval);
      if (files.empty()) throw transient_error("the files are gone: " + quote(asset.name));
    }
    return build_source(context_, task, files, record.id, *running_[i].counters);
  }

  const BuildContext& context_;
  StateStore& store_;
  const Plan& plan_;
  const SourceFiles& files_;
  RunListener& listener_;
  std::mutex mutex_;  // Guards all below.
  std::condition_variable changed_;
  std::vector<State> states_;
  std::vector<TaskReport> reports_;
  std::vector<Running> running_;
  size_t first_ = 0;  // All tasks before it are over.
  size_t over_ = 0;
};

/// Returns the plan without the tasks that failed, and without those that need one of them.
Plan without(const Plan& plan, const std::set<TaskKey>& failed) {
  Plan rest;
  std::map<size_t, size_t> places;  // Of a task that stays: its index in `rest`.
  for (size_t i = 0; i < plan.tasks.size(); ++i) {
    Task task = plan.tasks[i];
    const bool possible = std::all_of(task.needs.begin(), task.needs.end(),
                                      [&](size_t need) { return places.contains(need); });
    if (!possible || failed.contains({task.asset, task.interval})) continue;
    for (size_t& need : task.needs) need = places.at(need);
    places[i] = rest.tasks.size();
    rest.tasks.push_back(std::move(task));
  }
  return rest;
}

void add_to(RunSummary& summary, const TaskReport& report) {
  switch (report.status) {
    case TaskReport::Status::kDone:
      ++summary.done;
      break;
    case TaskReport::Status::kUnchanged:
      ++summary.unchanged;
      break;
    case TaskReport::Status::kFailed:
      ++summary.failed;
      if (report.error && report.error->kind() == Error::Kind::kTransient) ++summary.transient;
      break;
    case TaskReport::Status::kBlocked:
      ++summary.blocked;
      break;
    case TaskReport::Status::kInterrupted:
      ++summary.interrupted;
      break;
  }
  summary.rows += report.outcome.rows;
  summary.rejected += report.outcome.rejected;
}

void add_failures(const Discovery& discovery, RunListener& listener, RunSummary& summary) {
  for (const Discovery::Failure& failure : discovery.failures) {
    TaskReport report{.status = TaskReport::Status::kFailed, .error = failure.error};
    listener.ended({.asset = failure.asset, .interval = failure.interval}, report);
    add_to(summary, report);
  }
}

void count_waiting(const Plan& plan, RunSummary& summary) {
  for (const Waiting& waiting : plan.waiting) {
    if (waiting.state == Waiting::State::kMissing) ++summary.missing;
    if (waiting.state == Waiting::State::kAbsent || waiting.state == Waiting::State::kNotReady)
      ++summary.waiting;
  }
}

std::string run_status(const RunSummary& summary, const Cancellation& cancellation) {
  if (cancellation.cancelled()) return "interrupted";
  return summary.failed + summary.blocked + summary.missing > 0 ? "failed" : "done";
}

}  // namespace

std::string status_text(TaskReport::Status status) {
  switch (status) {
    case TaskReport::Status::kDone:
      return "done";
    case TaskReport::Status::kUnchanged:
      return "unchanged";
    case TaskReport::Status::kFailed:
      return "failed";
    case TaskReport::Status::kBlocked:
      return "blocked";
    case TaskReport::Status::kInterrupted:
      return "interrupted";
  }
  return "";
}

void check_size(const Project& project, const Progress& progress, const PlanRequest& request) {
  if (request.range) return;
  for (size_t i = 0; i < project.assets.size(); ++i) {
    const Asset& asset = project.assets[i];
    if (!request.selected[i] || !asset.is_source() || !asset.source.interval) continue;
    if (count_source_intervals(asset.source, request) <= kMostIntervals) continue;
    const auto count = static_cast<int64_t>(
        intervals_to_ask(asset, progress.assets.at(asset.name), request, false).size());
    if (count <= kMostIntervals) continue;
    const auto& end = asset.source.default_end ? asset.source.default_end : asset.source.end;
    throw user_error(asset.name + " has " +
                     format_count(count, grain_name(*asset.source.interval)) + " to load, from " +
                     format_time(asset.source.start, *asset.source.interval) + " to " +
                     (end ? format_time(*end, *asset.source.interval) : "now"))
        .hint("say which: --start 2015-01-01T00 --end 2015-01-01T03; or --yes for all of them");
  }
}

RunSummary run_project(const Project& project, Environment& environment, DuckdbEngine& engine,
                       StateStore& store, const Cancellation& cancellation,
                       const RunRequest& request, RunListener& listener) {
  const Instant started = environment.clock.now();
  RunSummary summary{.run = random_id()};
  Ledger ledger(project, environment.files, store);
  {
    const DuckdbEngine::Session session = engine.open();
    ledger.load(*session.connection);
    if (const int64_t removed = ledger.sweep(*session.connection, started)) listener.swept(removed);
  }
  if (!request.yes) check_size(project, ledger.progress(), request.plan);
  store.begin_run(
      {.id = summary.run, .command = request.command, .started = started, .status = "running"});
  ActiveConnections active;
  TableMutexes mutexes;
  Scanners scanners;
  BuildContext context{project,
                       environment,
                       scanners,
                       engine,
                       ledger,
                       cancellation,
                       active,
                       mutexes,
                       summary.run,
                       started,
                       request.plan.full_refresh};
  try {
    const Discovery discovery =
        discover(project, environment, scanners, request.plan, ledger.progress(), cancellation);
    add_failures(discovery, listener, summary);
    PlanRequest plan_request = request.plan;
    std::set<TaskKey> failed;
    for (bool first = true;; first = false) {
      Plan plan = make_plan(project, ledger.progress(), plan_request);
      if (first) {
        listener.planned(plan);
        count_waiting(plan, summary);
        summary.fresh = plan.fresh;
        summary.without_input = plan.without_input;
      } else {
        plan = without(plan, failed);
      }
      if (plan.tasks.empty() || cancellation.cancelled()) break;
      std::map<size_t, std::set<std::optional<Interval>>> rebuilt;
      for (const Task& task : plan.tasks) rebuilt[task.asset].insert(task.interval);
      context.rebuilt = &rebuilt;
      const auto reports = Execution(context, store, plan, discovery.files, listener).run();
      for (size_t i = 0; i < reports.size(); ++i) {
        add_to(summary, reports[i]);
        const bool good = reports[i].status == TaskReport::Status::kDone ||
                          reports[i].status == TaskReport::Status::kUnchanged;
        if (!good) failed.insert({plan.tasks[i].asset, plan.tasks[i].interval});
      }
      context.rebuilt = nullptr;
      // A late row may have fallen into an interval that nobody planned: look again, without asking
      // the sources again.
      plan_request.full_refresh = false;
      context.full_refresh = false;
      ledger.progress().listings.clear();
    }
  } catch (const Error&) {
    store.end_run(summary.run, cancellation.cancelled() ? "interrupted" : "failed",
                  environment.clock.now());
    throw;
  }
  const Instant ended = environment.clock.now();
  summary.duration = ended - started;
  store.end_run(summary.run, run_status(summary, cancellation), ended);
  return summary;
}

}  // namespace tidemill
