// tidemill: reads the command line, calls the command, and is the door at which errors become messages and exit codes.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <functional>
#include <string>

#include "base/error.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/workspace.h"

namespace tidemill {

namespace {

void require_processor() {
  const bool good = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
                    __builtin_cpu_supports("pclmul");
  if (!good) throw user_error("this processor is too old: Tidemill needs AVX2, BMI and PCLMUL (x86-64-v3, from about 2013)");
}

Exit exit_of(const Error& error) {
  switch (error.kind()) {
    case Error::Kind::kUser:
      return Exit::kWrong;
    case Error::Kind::kTransient:
      return Exit::kUnavailable;
    case Error::Kind::kCancelled:
      return Exit::kInterrupted;
    case Error::Kind::kBug:
      return Exit::kFailed;
  }
  return Exit::kFailed;
}

void add_globals(CLI::App& app, Globals& globals) {
  app.add_option("-C", globals.folder, "the project's folder (default: this one or the nearest above)")->type_name("DIR");
  app.add_option("--target", globals.target, "which of the project's targets")->type_name("NAME");
  app.add_option("--var", globals.variables, "gives a variable another value")->type_name("NAME=VALUE")->allow_extra_args(false);
  app.add_flag("--json", globals.json, "one JSON object a line on standard output");
  app.add_flag("-q,--quiet", globals.quiet, "say only what went wrong");
  app.add_flag("-v,--verbose", globals.verbose, "say more");
}

int run(int count, char** arguments) {
  CLI::App app("Tidemill turns a folder of SQL and YAML into a running data pipeline.", "tidemill");
  app.set_version_flag("--version", std::string("tidemill ") + TIDEMILL_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  Globals globals;
  add_globals(app, globals);
  std::function<Exit(const Globals&)> work;
  for (const Command* command : cli::all()) {
    CLI::App* sub = app.add_subcommand(command->name, command->doc);
    sub->fallthrough();
    sub->callback([&work, action = command->declare(*sub)] { work = action; });
  }
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(Exit::kWrong);
  }
  try {
    require_processor();
    listen_for_interrupts();
    return static_cast<int>(work(globals));
  } catch (const ProjectMistakes& project) {
    print_mistakes(globals, project.mistakes);
    return static_cast<int>(Exit::kWrong);
  } catch (const Error& error) {
    print_error(globals, error);
    return static_cast<int>(exit_of(error));
  }
}

}  // namespace

}  // namespace tidemill

int main(int count, char** arguments) {
  try {
    return tidemill::run(count, arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tidemill: %s\n", error.what());
    return 1;
  }
}
