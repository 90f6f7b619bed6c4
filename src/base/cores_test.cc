#include "base/cores.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

namespace tidemill {
namespace {

namespace fs = std::filesystem;

/// A file system's root with what a test puts there.
class Root {
 public:
  Root() { fs::remove_all(path_); }
  ~Root() { fs::remove_all(path_); }
  Root& write(const std::string& name, const std::string& text) {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << text;
    return *this;
  }
  size_t cores() const { return usable_cores(path_); }

 private:
  fs::path path_ = fs::path(testing::TempDir()) / ("cores_test_" + std::to_string(getpid()));
};

const size_t kAll = std::max(1U, std::thread::hardware_concurrency());

TEST(Cores, AllWhereNothingLimitsThem) {
  EXPECT_EQ(Root().cores(), kAll);
  EXPECT_EQ(Root().write("sys/fs/cgroup/cpu.max", "max 100000\n").cores(), kAll);
  EXPECT_EQ(Root()
                .write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n")
                .write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n")
                .cores(),
            kAll);
  EXPECT_EQ(Root().write("sys/fs/cgroup/cpu.max", "").cores(), kAll);
  EXPECT_EQ(Root().write("sys/fs/cgroup/cpu.max", "99900000 100000\n").cores(), kAll);
  EXPECT_EQ(Root().write("proc/self/cgroup", "no group\n\n0::\n").cores(), kAll);
}

TEST(Cores, AQuotaOfTheContainerLimitsThem) {
  EXPECT_EQ(Root().write("sys/fs/cgroup/cpu.max", "100000 100000\n").cores(), 1);
  EXPECT_EQ(Root().write("sys/fs/cgroup/cpu.max", "5000 100000\n").cores(), 1);
  EXPECT_EQ(Root().write("sys/fs/cgroup/cpu.max", "150000 100000\n").cores(),
            std::min<size_t>(kAll, 2));
  EXPECT_EQ(Root()
                .write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "50000\n")
                .write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n")
                .cores(),
            1);
}

TEST(Cores, AQuotaOfTheGroupOrOfOneAroundItLimitsThem) {
  const std::string second = "0::/system.slice/tidemill.service\n";
  EXPECT_EQ(Root()
                .write("proc/self/cgroup", second)
                .write("sys/fs/cgroup/system.slice/tidemill.service/cpu.max", "100000 100000\n")
                .cores(),
            1);
  EXPECT_EQ(Root()
                .write("proc/self/cgroup", second)
                .write("sys/fs/cgroup/system.slice/tidemill.service/cpu.max", "max 100000\n")
                .write("sys/fs/cgroup/system.slice/cpu.max", "100000 100000\n")
                .cores(),
            1);
  const std::string first = "5:memory:/m\n4:cpu,cpuacct:/docker/a\n";
  for (const std::string name : {"cpu", "cpu,cpuacct"}) {
    EXPECT_EQ(Root()
                  .write("proc/self/cgroup", first)
                  .write("sys/fs/cgroup/" + name + "/docker/a/cpu.cfs_quota_us", "100000\n")
                  .write("sys/fs/cgroup/" + name + "/docker/a/cpu.cfs_period_us", "100000\n")
                  .cores(),
              1)
        << name;
  }
  EXPECT_EQ(Root()
                .write("proc/self/cgroup", "5:memory:/m\n")
                .write("sys/fs/cgroup/memory/m/cpu.max", "100000 100000\n")
                .cores(),
            kAll);
}

TEST(Cores, OnlyThoseThatTheProcessMayRunOn) {
  std::thread([] {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
    EXPECT_EQ(Root().cores(), 1);
  }).join();
}

}  // namespace
}  // namespace tidemill
