// Runs the fuzz targets on the files of a folder: FOLDER/TARGET/*. For builds without libFuzzer.
//
// Each file is read by a process of its own, so that one that ends it does not hide the others.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "target.h"

namespace tidemill::fuzz {

namespace {

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

/// Returns whether the target came to its end.
bool run(const Target& target, const std::filesystem::path& path) {
  const pid_t child = fork();
  if (child < 0) {
    std::perror("cannot start a process");
    std::exit(1);
  }
  if (child == 0) {
    std::ifstream file(path, std::ios::binary);
    target.run(std::string(std::istreambuf_iterator<char>(file), {}));
    std::_Exit(0);
  }
  int status = 0;
  return waitpid(child, &status, 0) == child && status == 0;
}

int run_all(const std::filesystem::path& corpus) {
  int passed = 0;
  int failed = 0;
  for (const Target& target : kTargets) {
    for (const auto& path : files_in(corpus / target.name)) {
      const bool good = run(target, path);
      if (!good) std::printf("failed: %s\n", path.c_str());
      ++(good ? passed : failed);
    }
  }
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}

}  // namespace

}  // namespace tidemill::fuzz

int main(int count, char** arguments) {
  if (count == 2) return tidemill::fuzz::run_all(arguments[1]);
  std::fprintf(stderr, "usage: %s FOLDER\n", arguments[0]);
  return 2;
}
