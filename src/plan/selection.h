// Which assets a command is about: names with `+`, and tags.
#pragma once

#include <string>
#include <vector>

#include "project/project.h"

namespace tidemill {

/// Returns for each asset of the project whether it is selected.
/// Each word is a name, `+name` (with all it depends on), `name+` (with all that depends on it),
/// `+name+`, or `tag:word`, also with `+`. No words select everything. Throws a user's Error for a
/// name or tag that nothing has.
std::vector<bool> select_assets(const Project& project, const std::vector<std::string>& words);

}  // namespace tidemill
