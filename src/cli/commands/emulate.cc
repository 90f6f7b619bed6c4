// tidemill emulate: posts rows of tables as if users made them.
#include "run/emulate.h"

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <memory>

#include "base/text.h"
#include "cli/command.h"
#include "cli/output.h"

namespace tidemill::cli {

namespace {

struct EmulateOptions {
  std::vector<std::string> tables;
  std::string url;
  double rate = 1;
  std::optional<uint64_t> seed;
  std::optional<int64_t> count;
};

std::string answers_text(const EmulationSums& sums) {
  std::vector<std::string> parts;
  for (const auto& [status, count] : sums.answers)
    parts.push_back(std::to_string(status) + ": " + format_count(count));
  if (sums.unanswered > 0) parts.push_back("no answer: " + format_count(sums.unanswered));
  return format_count(sums.posted(), "row") + " posted" + (parts.empty() ? "" : "; ") +
         join(parts, ", ");
}

/// Shows the sums now and then: on a terminal in one line that stays in place, elsewhere as lines.
class Progress {
 public:
  explicit Progress(const Globals& globals)
      : shown_(!globals.quiet && !globals.json), in_place_(stderr_is_terminal()) {}

  void show(const EmulationSums& sums, Instant now) {
    const auto pause = in_place_ ? std::chrono::milliseconds(200) : std::chrono::seconds(10);
    if (!shown_ || now - last_ < pause) return;
    const bool first = last_ == Instant();
    last_ = now;
    if (in_place_) std::fprintf(stderr, "\r\x1b[K%s", answers_text(sums).c_str());
    if (!in_place_ && !first) std::fprintf(stderr, "%s\n", answers_text(sums).c_str());
  }

  void end(const EmulationSums& sums) const {
    if (!shown_) return;
    std::fprintf(stderr, "%s%s\n", in_place_ ? "\r\x1b[K" : "", answers_text(sums).c_str());
    if (sums.unanswered > 0)
      std::fprintf(stderr, "the last without an answer: %s\n", sums.last_failure.c_str());
  }

 private:
  bool shown_;
  bool in_place_;
  Instant last_;
};

void print_json(const EmulationSums& sums) {
  std::vector<std::string> answers;
  for (const auto& [status, count] : sums.answers)
    answers.push_back("\"" + std::to_string(status) + "\":" + std::to_string(count));
  std::printf(
      "{\"event\":\"emulated\",\"rounds\":%ld,\"posted\":%ld,\"answers\":{%s},\"unanswered\":%ld}"
      "\n",
      sums.rounds, sums.posted(), join(answers, ",").c_str(), sums.unanswered);
}

EmulationRequest request_of(const EmulateOptions& options, Instant now) {
  EmulationRequest request{.url = options.url, .rate = options.rate, .rounds = options.count};
  for (const std::string& table : options.tables) request.tables.push_back(lower(table));
  request.seed = options.seed.value_or(static_cast<uint64_t>(now.time_since_epoch().count()));
  if (request.tables.size() > 1 && request.url.find("{table}") == std::string::npos) {
    throw user_error("several tables go to one address: " + quote(request.url))
        .hint("{table} stands for the table's name: --to http://127.0.0.1:8082/topics/{table}");
  }
  return request;
}

Exit emulate_users(const Globals& globals, const EmulateOptions& options) {
  Workspace workspace(globals);
  Environment& environment = workspace.environment();
  const EmulationRequest request = request_of(options, environment.clock.now());
  const Project& project = workspace.project();
  const auto poster = curl_http_poster();
  Progress progress(globals);
  const EmulationSums sums =
      emulate(project, environment, workspace.engine(), *poster, workspace.cancellation(), request,
              [&](const EmulationSums& now) { progress.show(now, environment.clock.now()); });
  progress.end(sums);
  if (globals.json) print_json(sums);
  if (workspace.cancellation().cancelled()) return Exit::kInterrupted;
  return sums.all_taken() ? Exit::kDone : Exit::kFailed;
}

}  // namespace

const Command& emulate() {
  static const Command command = {
      .name = "emulate",
      .doc = "post random rows of tables, as if users made them",
      .declare = [](CLI::App& app) -> std::function<Exit(const Globals&)> {
        auto options = std::make_shared<EmulateOptions>();
        app.add_option("sources", options->tables, "whose rows; each round posts one of each")
            ->required()
            ->type_name("SOURCE");
        app.add_option("--to", options->url, "where to; {table} stands for the table's name")
            ->required()
            ->type_name("URL");
        app.add_option("--rate", options->rate, "rounds a second (default: 1)")
            ->check(CLI::Range(0.001, 100'000.0))
            ->type_name("N");
        app.add_option("--seed", options->seed, "the same seed posts the same rows")
            ->type_name("S");
        app.add_option("--count", options->count, "how many rounds (default: until Ctrl-C)")
            ->check(CLI::Range(int64_t{1}, INT64_MAX))
            ->type_name("N");
        return [options](const Globals& globals) { return emulate_users(globals, *options); };
      }};
  return command;
}

}  // namespace tidemill::cli
