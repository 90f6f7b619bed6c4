// How many processors this process may keep busy.
#pragma once

#include <cstddef>
#include <filesystem>

namespace tidemill {

/// Returns the number of processors, at least 1: those that the process may be scheduled on, and no
/// more than its control groups' quota of processor time pays for, rounded up. `root` is where
/// `proc` and `sys` are. Source: Linux, Documentation/admin-guide/cgroup-v2.rst, `cpu.max`, and
/// scheduler/sched-bwc.rst, `cpu.cfs_quota_us`.
size_t usable_cores(const std::filesystem::path& root = "/");

}  // namespace tidemill
