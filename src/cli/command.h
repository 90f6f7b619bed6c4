// A command of the program: its options, declared once, and its work. One file per command, in
// commands/.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "cli/workspace.h"

namespace CLI {
class App;
}

namespace tidemill {

/// What a command ends with: the exit codes of the program.
enum class Exit {
  kDone = 0,
  kFailed = 1,       ///< A run, a check or a test failed.
  kWrong = 2,        ///< The project or the command is wrong.
  kUnavailable = 3,  ///< The outside stayed unavailable after the retries.
  kInterrupted = 130,
};

struct Command {
  std::string name;
  std::string doc;  ///< One line for `--help`.
  /// Adds the command's options to `app` and returns its work, which is called after the options
  /// were read.
  std::function<std::function<Exit(const Globals&)>(CLI::App& app)> declare;
};

namespace cli {
/// Returns all commands of this build, by name.
std::span<const Command* const> all();
}  // namespace cli

}  // namespace tidemill
