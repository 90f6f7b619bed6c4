#include "cli/report.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <mutex>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "cli/output.h"

namespace tidemill {

namespace {

using Json = nlohmann::ordered_json;

std::string name_of(const Project& project, size_t asset, const std::optional<Interval>& interval) {
  return project.assets[asset].name + (interval ? "  " + interval->label() : "");
}

std::string speed(int64_t count, std::chrono::microseconds duration, bool bytes) {
  const double per_second = static_cast<double>(count) * 1e6 /
                            static_cast<double>(std::max<int64_t>(1, duration.count()));
  const auto rounded = static_cast<int64_t>(per_second);
  return bytes ? format_bytes(rounded) + "/s" : format_count(rounded) + " rows/s";
}

std::string outcome_text(const TaskReport& report) {
  std::string text = format_count(report.outcome.rows, "row");
  if (report.outcome.rejected > 0)
    text += ", " + format_count(report.outcome.rejected) + " rejected";
  if (report.outcome.bytes > 0) text += ", " + format_bytes(report.outcome.bytes);
  return text + " in " + format_duration(report.duration);
}

/// Prints lines to stderr: what was done, what failed, what is waited for.
class LineReport : public RunReport {
 public:
  LineReport(const Project& project, const Globals& globals)
      : project_(project), quiet_(globals.quiet), verbose_(globals.verbose) {
    for (const Asset& asset : project.assets) width_ = std::max(width_, asset.name.size());
  }

  void swept(int64_t files) override {
    say(fmt::format("removed {} that a killed run had left", format_count(files, "file")));
  }

  void planned(const Plan& plan) override {
    for (const Waiting& waiting : plan.waiting) {
      if (waiting.state == Waiting::State::kMissing) {
        print("error: " + name_of(project_, waiting.asset, waiting.interval) + "  " +
              waiting_text(waiting));
      } else {
        say(line(waiting.asset, waiting.interval, waiting_text(waiting)));
      }
    }
    total_ = plan.tasks.size();
  }

  void started(const Task& task) override {
    const std::string detail = task.detail.empty() ? "" : ": " + task.detail;
    if (verbose_)
      print(line(task.asset, task.interval, "starts, " + reason_text(task.reason) + detail));
  }

  void retrying(const Task& task, const Error& error, std::chrono::milliseconds delay) override {
    say(line(task.asset, task.interval,
             "trying again in " + format_duration(delay) + ": " + error.message()));
  }

  void ended(const Task& task, const TaskReport& report) override {
    ++over_;
    for (const Finding& warning : report.outcome.warnings) {
      print("warning: " + project_.assets[task.asset].name +
            (task.interval ? " " + task.interval->label() : "") + ": " + warning.text());
    }
    switch (report.status) {
      case TaskReport::Status::kDone:
        say(line(task.asset, task.interval,
                 project_.assets[task.asset].is_view() ? "checked" : outcome_text(report)));
        break;
      case TaskReport::Status::kUnchanged:
        break;
      case TaskReport::Status::kFailed:
      case TaskReport::Status::kBlocked: {
        std::string text = report.error ? report.error->text() : "";
        if (report.attempts > 1) text += fmt::format("\n  after {} attempts", report.attempts);
        print("error: " + name_of(project_, task.asset, task.interval) + ": " + text);
        break;
      }
      case TaskReport::Status::kInterrupted:
        break;
    }
  }

  void tick(const std::vector<RunningTask>&) override {}

  void finished(const RunSummary& summary) override {
    if (summary.interrupted > 0) {
      print(fmt::format("interrupted: {} finished and kept, {} not", summary.done,
                        summary.interrupted));
      return;
    }
    const int64_t wrong = summary.failed + summary.blocked + summary.missing;
    if (summary.done + summary.unchanged + wrong == 0) {
      say(nothing_to_do_text(project_, summary.fresh, summary.without_input, summary.waiting));
      return;
    }
    std::string text = fmt::format("{}: {} built", wrong > 0 ? "failed" : "done", summary.done);
    if (summary.rows > 0) text += ", " + format_count(summary.rows, "row");
    if (summary.rejected > 0) text += fmt::format(", {} rejected", format_count(summary.rejected));
    if (summary.failed > 0) text += fmt::format(", {} failed", summary.failed);
    if (summary.blocked > 0) text += fmt::format(", {} not tried", summary.blocked);
    if (summary.missing > 0) text += fmt::format(", {} missing", summary.missing);
    if (summary.waiting > 0) text += fmt::format(", {} waited for", summary.waiting);
    text += " in " + format_duration(summary.duration);
    if (wrong > 0) {
      print(text);
    } else {
      say(text);
    }
  }

 protected:
  /// Prints a line, also when asked to be quiet.
  virtual void print(const std::string& text) { std::fprintf(stderr, "%s\n", text.c_str()); }
  void say(const std::string& text) {
    if (!quiet_) print(text);
  }
  std::string line(size_t asset, const std::optional<Interval>& interval,
                   const std::string& text) const {
    return fmt::format("{:{}}  {:16}  {}", project_.assets[asset].name, width_,
                       interval ? interval->label() : "", text);
  }

  const Project& project_;
  size_t total_ = 0;
  size_t over_ = 0;

 private:
  bool quiet_;
  bool verbose_;
  size_t width_ = 0;
};

/// The same lines, and below them a bar for each task at work, redrawn ten times a second.
class BarReport : public LineReport {
 public:
  using LineReport::LineReport;
  ~BarReport() override { clear(); }

  void tick(const std::vector<RunningTask>& running) override {
    clear();
    const size_t width = terminal_width();
    std::string text;
    for (const RunningTask& task : running) text += cut(bar(task), width) + "\n";
    if (total_ > 1) text += cut(fmt::format("{} of {} done", over_, total_), width) + "\n";
    drawn_ = static_cast<int>(std::count(text.begin(), text.end(), '\n'));
    std::fputs(text.c_str(), stderr);
    std::fflush(stderr);
  }

  void finished(const RunSummary& summary) override {
    clear();
    LineReport::finished(summary);
  }

 protected:
  void print(const std::string& text) override {
    clear();
    LineReport::print(text);
  }

 private:
  static constexpr size_t kBarWidth = 20;

  void clear() {
    for (; drawn_ > 0; --drawn_) std::fputs("\x1b[1A\x1b[2K", stderr);
  }

  static size_t terminal_width() {
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
  }

  /// Cuts to a number of columns, never within a character.
  static std::string cut(const std::string& text, size_t width) {
    size_t columns = 0;
    for (size_t i = 0; i < text.size(); ++i) {
      const bool begins = (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80;
      if (begins && columns++ == width) return text.substr(0, i);
    }
    return text;
  }

  std::string bar(const RunningTask& running) const {
    const auto duration = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now() - running.started);
    const std::string what = name_of(project_, running.task->asset, running.task->interval);
    if (running.bytes <= 0) return fmt::format("  {}  {}", what, format_duration(duration));
    std::string text = fmt::format("  {}  ", what);
    if (running.bytes_total > 0) {
      const double part = std::min(
          1.0, static_cast<double>(running.bytes) / static_cast<double>(running.bytes_total));
      const auto full = static_cast<size_t>(part * kBarWidth);
      for (size_t i = 0; i < kBarWidth; ++i) text += i < full ? "█" : "░";
      text += fmt::format(" {:3.0f} %", part * 100);
    }
    text += fmt::format("  {}  {}  {}", format_bytes(running.bytes),
                        speed(running.bytes, duration, true), speed(running.rows, duration, false));
    if (running.bytes_total > running.bytes) {
      const double left = static_cast<double>(duration.count()) *
                          static_cast<double>(running.bytes_total - running.bytes) /
                          static_cast<double>(running.bytes);
      text +=
          "  " + format_duration(std::chrono::microseconds(static_cast<int64_t>(left))) + " left";
    }
    return text;
  }

  int drawn_ = 0;  // Lines of bars on the screen.
};

/// One JSON object a line on stdout.
class JsonReport : public RunReport {
 public:
  explicit JsonReport(const Project& project) : project_(project) {}

  void swept(int64_t files) override { print({{"event", "swept"}, {"files", files}}); }
  void planned(const Plan& plan) override {
    print({{"event", "planned"}, {"tasks", plan.tasks.size()}, {"waiting", plan.waiting.size()}});
    for (const Waiting& waiting : plan.waiting) {
      Json json = task_json("waiting", waiting.asset, waiting.interval);
      json["text"] = waiting_text(waiting);
      json["missing"] = waiting.state == Waiting::State::kMissing;
      json["address"] = waiting.address.empty() ? Json() : Json(waiting.address);
      print(json);
    }
  }
  void started(const Task& task) override {
    Json json = task_json("started", task.asset, task.interval);
    json["reason"] = reason_text(task.reason);
    print(json);
  }
  void retrying(const Task& task, const Error& error, std::chrono::milliseconds delay) override {
    Json json = task_json("retrying", task.asset, task.interval);
    json["message"] = error.message();
    json["delay_ms"] = delay.count();
    print(json);
  }
  void ended(const Task& task, const TaskReport& report) override {
    Json json = task_json("ended", task.asset, task.interval);
    json["status"] = status_text(report.status);
    json["version"] = report.outcome.version < 0 ? Json() : Json(report.outcome.version);
    json["rows"] = report.outcome.rows;
    json["rejected"] = report.outcome.rejected;
    json["bytes"] = report.outcome.bytes;
    json["attempts"] = report.attempts;
    json["duration_us"] = report.duration.count();
    for (const Finding& warning : report.outcome.warnings)
      json["warnings"].push_back(warning.text());
    if (report.error) json["error"] = Json::parse(error_json(*report.error));
    print(json);
  }
  void tick(const std::vector<RunningTask>& running) override {
    for (const RunningTask& task : running) {
      if (task.bytes == 0) continue;
      Json json = task_json("progress", task.task->asset, task.task->interval);
      json["bytes"] = task.bytes;
      json["bytes_total"] = task.bytes_total < 0 ? Json() : Json(task.bytes_total);
      json["rows"] = task.rows;
      print(json);
    }
  }
  void finished(const RunSummary& summary) override {
    print({{"event", "finished"},
           {"run", summary.run},
           {"done", summary.done},
           {"unchanged", summary.unchanged},
           {"failed", summary.failed},
           {"blocked", summary.blocked},
           {"interrupted", summary.interrupted},
           {"missing", summary.missing},
           {"waiting", summary.waiting},
           {"fresh", summary.fresh.size()},
           {"rows", summary.rows},
           {"rejected", summary.rejected},
           {"duration_us", summary.duration.count()}});
  }

 private:
  Json task_json(const char* event, size_t asset, const std::optional<Interval>& interval) const {
    Json json = {{"event", event}, {"asset", project_.assets[asset].name}};
    json["start"] = interval ? Json(format_time(interval->start)) : Json();
    json["end"] = interval ? Json(format_time(interval->end)) : Json();
    return json;
  }
  static void print(const Json& json) {
    std::printf("%s\n", json.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
    std::fflush(stdout);
  }

  const Project& project_;
};

}  // namespace

std::string waiting_text(const Waiting& waiting) {
  const std::string address = waiting.address.empty() ? "" : ": " + quote(waiting.address);
  switch (waiting.state) {
    case Waiting::State::kNotReady:
      return "waiting: not ready before " + format_time(waiting.until);
    case Waiting::State::kAbsent:
      return "waiting: not there yet, given up at " + format_time(waiting.until) + address;
    case Waiting::State::kMissing:
      return (waiting.interval ? "missing: not there, and not expected any more"
                               : "missing: there is no such file or table") +
             address;
    case Waiting::State::kSkipped:
      return "missing, skipped" + address;
  }
  return "";
}

std::string nothing_to_do_text(const Project& project, const std::vector<size_t>& fresh,
                               const std::vector<size_t>& without_input, int64_t waiting) {
  std::string text =
      "nothing to do: " + format_count(static_cast<int64_t>(fresh.size()), "asset") + " up to date";
  if (!without_input.empty())
    text += ", " + format_count(static_cast<int64_t>(without_input.size()), "model") +
            " without any input yet";
  if (waiting > 0) text += ", " + format_count(waiting, "interval") + " waited for";
  if (fresh.empty() && waiting == 0 && !without_input.empty())
    text += "\n  hint: tidemill run +" + project.assets[without_input[0]].name;
  return text;
}

std::unique_ptr<RunReport> make_report(const Globals& globals, const Project& project) {
  if (globals.json) return std::make_unique<JsonReport>(project);
  if (stderr_is_terminal() && !globals.quiet) return std::make_unique<BarReport>(project, globals);
  return std::make_unique<LineReport>(project, globals);
}

}  // namespace tidemill
