#include "run/project_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/text.h"

namespace tidemill {

namespace {

std::string content_of(int file) {
  std::array<char, 256> bytes{};
  const ssize_t count = ::pread(file, bytes.data(), bytes.size(), 0);
  return count > 0 ? trim(std::string(bytes.data(), static_cast<size_t>(count))) : "";
}

}  // namespace

ProjectLock::ProjectLock(const std::string& path, const std::string& command) {
  file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (file_ < 0)
    throw user_error(std::string("cannot lock the project (") + std::strerror(errno) +
                     "): " + quote(path));
  if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
    const std::string holder = content_of(file_);
    ::close(file_);
    throw user_error("another process is writing to this project: " + quote(holder))
        .hint("wait for it, or stop it with Ctrl-C");
  }
  const std::string holder =
      "process " + std::to_string(::getpid()) + ", tidemill " + command + "\n";
  if (::ftruncate(file_, 0) != 0 || ::pwrite(file_, holder.data(), holder.size(), 0) < 0) {
    const int code = errno;
    ::close(file_);
    throw user_error(std::string("cannot lock the project (") + std::strerror(code) +
                     "): " + quote(path));
  }
}

ProjectLock::~ProjectLock() { ::close(file_); }

}  // namespace tidemill
