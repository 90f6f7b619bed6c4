#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "io/file_system.h"

namespace tidemill {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& what, const std::string& path, int code = errno) {
  const std::string message = "cannot " + what + " (" + std::strerror(code) + "): " + quote(path);
  if (code == EINTR || code == EAGAIN || code == EMFILE || code == ENFILE)
    throw transient_error(message);
  Error error = user_error(message);
  if (code == ENOSPC || code == EDQUOT)
    error.hint("free some disk space and run again: nothing was committed");
  throw std::move(error);
}

/// An open file descriptor, closed at the end of its scope.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int value() const { return value_; }
  bool open() const { return value_ >= 0; }

 private:
  int value_;
};

Instant modified_time(const struct stat& status) {
  return Instant(std::chrono::seconds(status.st_mtim.tv_sec) +
                 std::chrono::microseconds(status.st_mtim.tv_nsec / 1000));
}

class LocalSource : public ByteSource {
 public:
  LocalSource(const std::string& path, int descriptor, int64_t start)
      : path_(path), file_(descriptor) {
    struct stat status {};
    if (::fstat(file_.value(), &status) != 0) fail("read", path_);
    if (S_ISDIR(status.st_mode)) fail("read", path_, EISDIR);
    if (!S_ISREG(status.st_mode))
      throw user_error("not a file, but a device or a pipe: " + quote(path_));
    if (start > 0 && ::lseek(file_.value(), start, SEEK_SET) < 0) fail("read", path_);
    fingerprint_ = {
        .etag = "", .last_modified = format_time(modified_time(status)), .size = status.st_size};
  }
  size_t read(std::span<uint8_t> buffer) override {
    while (true) {
      const ssize_t count = ::read(file_.value(), buffer.data(), buffer.size());
      if (count == 0 && !buffer.empty()) check_unchanged();
      if (count >= 0) return static_cast<size_t>(count);
      if (errno != EINTR) fail("read", path_);
    }
  }
  const Fingerprint& fingerprint() const override { return fingerprint_; }
  std::optional<std::string> local_path() const override { return path_; }

 private:
  /// Throws when the file was cut short or written over since it was opened: what was read may be
  /// of two contents. One that only became longer is what it was, and more.
  void check_unchanged() const {
    struct stat status {};
    if (::fstat(file_.value(), &status) != 0) fail("read", path_);
    const int64_t before = fingerprint_.size.value_or(0);
    if (status.st_size > before) return;
    if (status.st_size < before || format_time(modified_time(status)) != fingerprint_.last_modified)
      throw transient_error("the file changed while it was read: " + quote(path_));
  }

  std::string path_;
  Descriptor file_;
  Fingerprint fingerprint_;
};

void sync_folder(const fs::path& folder) {
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor.open() || ::fsync(descriptor.value()) != 0) fail("sync the folder", folder);
}

/// A finished, synced file under a name of its own, removed at the end of its scope.
class TemporaryFile {
 public:
  TemporaryFile(const std::string& target, const std::string& bytes)
      : path_(fs::path(target).parent_path() /
              ("." + fs::path(target).filename().string() + "." + random_id())) {
    const Descriptor file(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    if (!file.open()) fail("write", path_);
    try {
      for (size_t at = 0; at < bytes.size();) {
        const ssize_t count = ::write(file.value(), bytes.data() + at, bytes.size() - at);
        if (count < 0 && errno != EINTR) fail("write", path_);
        if (count > 0) at += static_cast<size_t>(count);
      }
      if (::fsync(file.value()) != 0) fail("sync", path_);
    } catch (...) {
      ::unlink(path_.c_str());
      throw;
    }
  }
  ~TemporaryFile() { ::unlink(path_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

class LocalFileSystem : public FileSystem {
 public:
  std::optional<std::string> read(const std::string& path) override {
    const auto source = open(path, 0);
    if (source == nullptr) return std::nullopt;
    std::string bytes(static_cast<size_t>(source->fingerprint().size.value_or(0)) + 1, '\0');
    size_t at = 0;
    while (const size_t count =
               source->read({reinterpret_cast<uint8_t*>(bytes.data()) + at, bytes.size() - at})) {
      at += count;
      if (at == bytes.size()) bytes.resize(2 * bytes.size());
    }
    bytes.resize(at);
    return bytes;
  }

  std::unique_ptr<ByteSource> open(const std::string& path, int64_t start) override {
    // Opening a pipe would wait for one who writes.
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0 && (errno == ENOENT || errno == ENOTDIR)) return nullptr;
    if (descriptor < 0) fail("read", path);
    return std::make_unique<LocalSource>(path, descriptor, start);
  }

  std::optional<FileEntry> stat(const std::string& path) override {
    const auto status = look_at(path);
    return status ? std::optional(entry_of(path, *status)) : std::nullopt;
  }

  std::vector<FileEntry> list(const std::string& folder) override {
    std::vector<FileEntry> entries;
    for_each_path<fs::recursive_directory_iterator>(
        folder, [&](const fs::path& path) { add_file(path, entries); });
    std::ranges::sort(entries, {}, &FileEntry::path);
    return entries;
  }

  std::vector<FileEntry> find(const std::string& pattern) override {
    std::vector<FileEntry> entries;
    const std::string folder = folder_of_pattern(pattern);
    find_in(folder.empty() ? "/" : folder, std::string_view(pattern).substr(folder.size() + 1),
            entries);
    std::ranges::sort(entries, {}, &FileEntry::path);
    return entries;
  }

  void write(const std::string& path, const std::string& bytes) override {
    make_folder(fs::path(path).parent_path());
    const TemporaryFile temporary(path, bytes);
    if (::rename(temporary.path().c_str(), path.c_str()) != 0) fail("write", path);
    sync_folder(fs::path(path).parent_path());
  }

  bool put_if_absent(const std::string& path, const std::string& bytes) override {
    make_folder(fs::path(path).parent_path());
    const TemporaryFile temporary(path, bytes);
    // link(2) fails when the name is taken, and the name appears with its whole content.
    if (::link(temporary.path().c_str(), path.c_str()) != 0) {
      if (errno == EEXIST) return false;
      fail("write", path);
    }
    sync_folder(fs::path(path).parent_path());
    return true;
  }

  void sync(const std::string& path) override {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.open() || ::fsync(file.value()) != 0) fail("sync", path);
    sync_folder(fs::path(path).parent_path());
  }

  void begin_sync(const std::string& folder) override {
    std::error_code error;
    for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
         it.increment(error)) {
      const Descriptor file(::open(it->path().c_str(), O_RDONLY | O_CLOEXEC));
      if (file.open()) ::sync_file_range(file.value(), 0, 0, SYNC_FILE_RANGE_WRITE);
    }
  }

  void remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT && errno != ENOTDIR) fail("remove", path);
  }

  void remove_all(const std::string& folder) override {
    std::error_code error;
    fs::remove_all(folder, error);
    if (error) fail("remove", folder, error.value());
  }

  void make_folder(const std::string& folder) override {
    std::error_code error;
    if (!folder.empty()) fs::create_directories(folder, error);
    if (error) fail("make the folder", folder, error.value());
  }

 private:
  /// Calls `use` with each path that the iterator finds in `folder`: none if there is no such
  /// folder as it is opened. One that vanishes later would leave files out without a word: it
  /// throws.
  template <typename Iterator, typename Use>
  static void for_each_path(const std::string& folder, const Use& use) {
    std::error_code error;
    Iterator it(folder, error);
    if (error == std::errc::no_such_file_or_directory) return;
    while (!error && it != Iterator()) {
      use(it->path());
      it.increment(error);
    }
    if (error) fail("list", folder, error.value());
  }

  /// Follows links. Nothing: there is no such file, or a link leads nowhere.
  static std::optional<struct stat> look_at(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0) return status;
    if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP) fail("look at", path);
    return std::nullopt;
  }

  static FileEntry entry_of(const std::string& path, const struct stat& status) {
    return {path, status.st_size, modified_time(status)};
  }

  static bool is_folder(const std::string& path) {
    const auto status = look_at(path);
    return status && S_ISDIR(status->st_mode);
  }

  /// Appends what is at `path` if it is a file, rather than a folder, a pipe or a device.
  static void add_file(const std::string& path, std::vector<FileEntry>& entries) {
    const auto status = look_at(path);
    if (status && S_ISREG(status->st_mode)) entries.push_back(entry_of(path, *status));
  }

  /// Appends the files below `folder` that fit the rest of a pattern.
  void find_in(const std::string& folder, std::string_view pattern,
               std::vector<FileEntry>& entries) {
    const size_t slash = pattern.find('/');
    const bool is_last = slash == std::string_view::npos;
    const std::string_view name = pattern.substr(0, slash);
    const std::string_view rest = is_last ? std::string_view() : pattern.substr(slash + 1);
    if (name == "**" && !is_last) {
      for (FileEntry& entry : list(folder)) {
        if (fits_pattern(std::string_view(entry.path).substr(folder.size() + 1), pattern))
          entries.push_back(std::move(entry));
      }
      return;
    }
    if (!is_last && name.find_first_of("*?") == std::string_view::npos) {
      const std::string next = join_path(folder, std::string(name));
      if (is_folder(next)) find_in(next, rest, entries);
      return;
    }
    for_each_path<fs::directory_iterator>(folder, [&](const fs::path& path) {
      if (!fits_pattern(path.filename().native(), name)) return;
      if (is_last) {
        add_file(path, entries);
      } else if (is_folder(path)) {
        find_in(path, rest, entries);
      }
    });
  }
};

}  // namespace

std::unique_ptr<FileSystem> local_file_system() { return std::make_unique<LocalFileSystem>(); }

}  // namespace tidemill
