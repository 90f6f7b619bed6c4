#include "base/cores.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

namespace tidemill {

namespace {

namespace fs = std::filesystem;

constexpr double kUnlimited = std::numeric_limits<double>::infinity();

/// Returns quota divided by period; unlimited where one of them is missing or no number: `max`, -1.
double ratio(std::istream& quota, std::istream& period) {
  double time = 0;
  double per = 0;
  if (!(quota >> time) || !(period >> per) || time <= 0 || per <= 0) return kUnlimited;
  return time / per;
}

/// Returns the quota that a group's folder names itself.
double quota_of(const fs::path& group) {
  std::ifstream both(group / "cpu.max");
  if (both) return ratio(both, both);
  std::ifstream quota(group / "cpu.cfs_quota_us");
  std::ifstream period(group / "cpu.cfs_period_us");
  return ratio(quota, period);
}

/// Returns where the file system shows the group that a line of /proc/self/cgroup is about,
/// `NUMBER:CONTROLLERS:PATH`, when it is about processors; else nothing.
std::optional<fs::path> folder_of(const fs::path& groups, std::string_view line) {
  const size_t first = line.find(':');
  const size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const std::string controllers(line.substr(first + 1, second - first - 1));
  const fs::path path = fs::path(line.substr(second + 1)).relative_path();
  if (controllers.empty()) return groups / path;  // The one hierarchy of version 2.
  if (("," + controllers + ",").find(",cpu,") == std::string::npos) return std::nullopt;
  std::error_code ignored;
  const fs::path named = groups / controllers;
  return (fs::exists(named, ignored) ? named : groups / "cpu") / path;
}

/// Returns the smallest quota of the process's groups and of those that they are in. A container
/// may see its own group as the root of all.
double smallest_quota(const fs::path& root) {
  const fs::path groups = root / "sys/fs/cgroup";
  double smallest = std::min(quota_of(groups), quota_of(groups / "cpu"));
  std::ifstream file(root / "proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const std::optional<fs::path> folder = folder_of(groups, line);
    if (!folder) continue;
    for (fs::path group = *folder; group != groups && group.has_relative_path();
         group = group.parent_path())
      smallest = std::min(smallest, quota_of(group));
  }
  return smallest;
}

/// Returns how many processors the process may be scheduled on.
unsigned schedulable() {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0)
    return static_cast<unsigned>(CPU_COUNT(&allowed));
  return std::thread::hardware_concurrency();  // More processors than a cpu_set_t has bits.
}

}  // namespace

size_t usable_cores(const fs::path& root) {
  const double cores = std::max(1U, schedulable());
  return static_cast<size_t>(std::max(1.0, std::ceil(std::min(cores, smallest_quota(root)))));
}

}  // namespace tidemill
