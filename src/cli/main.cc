// tidemill: reads the command line, calls the command, and is the door at which errors become
// messages and exit codes.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <functional>
#include <string>

#include "base/error.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/workspace.h"

namespace tidemill {

namespace {

void require_processor() {
  const bool good = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
                    __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("pclmul");
  if (!good)
    throw user_error(
        "this processor is too old: Tidemill needs AVX2, BMI and PCLMUL (x86-64-v3, from about "
        "2013)");
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
  app.add_option("-C", globals.folder,
                 "the project's folder (default: this one or the nearest above)")
      ->type_name("DIR");
  app.add_option("--target", globals.target, "which of the project's targets")->type_name("NAME");
  app.add_option("--var", globals.variables, "gives a variable another value")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  app.add_flag("--json", globals.json, "one JSON object a line on standard output");
  app.add_flag("-q,--quiet", globals.quiet, "say only what went wrong");
  app.add_flag("-v,--verbose", globals.verbose, "say also what starts, and why");
}

/// Says what is wrong with the command line. Returns the exit code: 0 when help was asked for.
int answer_parse_error(const CLI::App& app, const CLI::ParseError& error, const Globals& globals,
                       int count, char** arguments) {
  if (error.get_exit_code() == 0) return app.exit(error);
  std::vector<std::string> names;
  for (const Command* command : cli::all()) names.push_back(command->name);
  // The first word that is neither an option nor an option's value was meant to be a command.
  std::string word;
  for (int i = 1; i < count && word.empty(); ++i) {
    const std::string argument = arguments[i];
    const bool takes_value = argument == "-C" || argument == "--target" || argument == "--var";
    if (takes_value) {
      ++i;
    } else if (!argument.starts_with('-')) {
      word = argument;
    }
  }
  const bool known = std::find(names.begin(), names.end(), word) != names.end();
  if (known) {
    print_error(globals, user_error(error.what()).hint("tidemill " + word + " --help"));
  } else if (word.empty()) {
    print_error(globals, user_error("a command is needed").hint("one of: " + join(names, ", ")));
  } else {
    print_error(globals,
                user_error("unknown command: " + quote(word)).hint(nearest_hint(word, names)));
  }
  return static_cast<int>(Exit::kWrong);
}

int run(int count, char** arguments) {
  CLI::App app("Tidemill turns a folder of SQL and YAML into a running data pipeline.", "tidemill");
  app.set_version_flag("--version", std::string("tidemill ") + TIDEMILL_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  Globals globals;
  globals.ends_process = true;
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
    return answer_parse_error(app, error, globals, count, arguments);
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
  int code = 1;
  try {
    code = tidemill::run(count, arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tidemill: %s\n", error.what());
  }
  if ((std::fflush(nullptr) != 0 || std::ferror(stdout) != 0) && code == 0) {
    std::fprintf(stderr, "tidemill: the output cannot be written\n");
    code = 1;
  }
  // Without destroying statics, which threads of DuckDB may still use. See Globals::ends_process.
  std::_Exit(code);
}
