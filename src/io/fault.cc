#include "io/fault.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace tidemill {

namespace {

/// What the environment asked for, read once.
struct Wish {
  std::string name;  // Empty: any step counts.
  int64_t number = 0;
  std::string log;

  Wish() {
    if (const char* path = std::getenv("TIDEMILL_FAULT_LOG")) log = path;
    const char* fault = std::getenv("TIDEMILL_FAULT");
    if (fault == nullptr) return;
    std::string text = fault;
    if (!text.starts_with("kill@"))
      throw user_error("TIDEMILL_FAULT must be kill@N or kill@NAME#N: " + quote(text));
    text = text.substr(5);
    if (const size_t mark = text.find('#'); mark != std::string::npos) {
      name = text.substr(0, mark);
      text = text.substr(mark + 1);
    }
    number = parse_integer(text).value_or(0);
  }
};

const Wish& wish() {
  static const Wish the_wish;
  return the_wish;
}

void log_step(const std::string& path, int64_t number, std::string_view name) {
  const std::string line = std::to_string(number) + " " + std::string(name) + "\n";
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file < 0 || ::write(file, line.data(), line.size()) < 0)
    throw user_error("cannot write: " + quote(path));
  ::close(file);
}

class FaultyFileSystem : public FileSystem {
 public:
  explicit FaultyFileSystem(std::unique_ptr<FileSystem> files) : files_(std::move(files)) {}

  std::optional<std::string> read(const std::string& path) override { return files_->read(path); }
  std::unique_ptr<ByteSource> open(const std::string& path, int64_t start) override {
    return files_->open(path, start);
  }
  std::optional<FileEntry> stat(const std::string& path) override { return files_->stat(path); }
  std::vector<FileEntry> list(const std::string& folder) override { return files_->list(folder); }
  std::vector<FileEntry> find(const std::string& pattern) override { return files_->find(pattern); }
  void write(const std::string& path, const std::string& bytes) override {
    fault_step("write");
    files_->write(path, bytes);
  }
  bool put_if_absent(const std::string& path, const std::string& bytes) override {
    fault_step("put");
    const bool put = files_->put_if_absent(path, bytes);
    fault_step("put-done");
    return put;
  }
  void sync(const std::string& path) override {
    fault_step("sync");
    files_->sync(path);
  }
  void begin_sync(const std::string& folder) override { files_->begin_sync(folder); }
  void remove(const std::string& path) override {
    fault_step("remove");
    files_->remove(path);
  }
  void remove_all(const std::string& folder) override {
    fault_step("remove");
    files_->remove_all(folder);
  }
  void make_folder(const std::string& folder) override { files_->make_folder(folder); }

 private:
  std::unique_ptr<FileSystem> files_;
};

}  // namespace

bool faults_wanted() { return wish().number > 0 || !wish().log.empty(); }

void fault_step(std::string_view name) {
  if (!faults_wanted()) return;
  static std::mutex mutex;  // Guards the counters.
  static int64_t total = 0;
  static std::map<std::string, int64_t, std::less<>> by_name;
  const std::lock_guard lock(mutex);
  ++total;
  const int64_t of_name = ++by_name[std::string(name)];
  if (!wish().log.empty()) log_step(wish().log, total, name);
  const bool here = wish().name.empty() ? total == wish().number
                                        : wish().name == name && of_name == wish().number;
  if (here) ::kill(::getpid(), SIGKILL);
}

std::unique_ptr<FileSystem> with_fault_steps(std::unique_ptr<FileSystem> files) {
  if (!faults_wanted()) return files;
  return std::make_unique<FaultyFileSystem>(std::move(files));
}

}  // namespace tidemill
