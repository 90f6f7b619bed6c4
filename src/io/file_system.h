// The one seam to files: local, in memory for tests, object stores later. A decorator can fail any
// of it.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "io/byte_source.h"

namespace tidemill {

struct FileEntry {
  std::string path;
  int64_t size = 0;  ///< Bytes.
  Instant modified;
};

/// Files by path. Folders exist as far as files lie in them; writing makes them. All calls may come
/// from any thread. Throws a user's Error when access is denied or the disk is full, Transient when
/// a store does not answer.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  /// Returns the whole content, or nothing when there is no such file.
  virtual std::optional<std::string> read(const std::string& path) = 0;
  /// Returns the file as a stream that begins at byte `start`, or nothing when there is no such
  /// file.
  virtual std::unique_ptr<ByteSource> open(const std::string& path, int64_t start) = 0;
  virtual std::optional<FileEntry> stat(const std::string& path) = 0;
  /// Returns all files below `folder`, at any depth, sorted by path; none when there is no such
  /// folder.
  virtual std::vector<FileEntry> list(const std::string& folder) = 0;
  /// Returns all files whose paths fit a pattern (`fits_pattern`) with a slash before its first
  /// wildcard, sorted by path. Where there are folders, it looks only into those that may hold such
  /// a file, and goes through links to folders, but not below a `**/`: they may lead around.
  virtual std::vector<FileEntry> find(const std::string& pattern) = 0;
  /// Puts a file in place whole: a reader sees the old content or the new, also after a crash.
  virtual void write(const std::string& path, const std::string& bytes) = 0;
  /// Like `write`, but only if there is no such file: returns false, and changes nothing, when
  /// there is one. Of any number of callers at once, one gets true. Durable when it returns true.
  virtual bool put_if_absent(const std::string& path, const std::string& bytes) = 0;
  /// Makes sure that a file written by someone else (DuckDB) survives a power cut.
  virtual void sync(const std::string& path) = 0;
  /// Has what is in the files below `folder` begin its way to the disk, so that `sync` has less to
  /// wait for. A hint: nothing fails.
  virtual void begin_sync(const std::string& folder) = 0;
  /// Removes a file; nothing happens when there is none.
  virtual void remove(const std::string& path) = 0;
  /// Removes all files below `folder` and, where folders exist, itself.
  virtual void remove_all(const std::string& folder) = 0;
  /// Makes a folder, where folders exist.
  virtual void make_folder(const std::string& folder) = 0;
};

std::unique_ptr<FileSystem> local_file_system();

/// Files in memory, for tests. Times are 1970 plus one second per change.
class MemoryFileSystem : public FileSystem {
 public:
  std::optional<std::string> read(const std::string& path) override;
  std::unique_ptr<ByteSource> open(const std::string& path, int64_t start) override;
  std::optional<FileEntry> stat(const std::string& path) override;
  std::vector<FileEntry> list(const std::string& folder) override;
  std::vector<FileEntry> find(const std::string& pattern) override;
  void write(const std::string& path, const std::string& bytes) override;
  bool put_if_absent(const std::string& path, const std::string& bytes) override;
  void sync(const std::string&) override {}
  void begin_sync(const std::string&) override {}
  void remove(const std::string& path) override;
  void remove_all(const std::string& folder) override;
  void make_folder(const std::string&) override {}

 private:
  struct File {
    std::string bytes;
    Instant modified;
  };
  std::mutex mutex_;  // Guards files_ and clock_.
  std::map<std::string, File> files_;
  Instant clock_;
};

/// Returns the folder that a pattern's files all lie in: what stands before the last slash before
/// its first wildcard.
std::string folder_of_pattern(const std::string& pattern);

/// Returns `folder/name`; `name` as it stands when it is absolute or `folder` is empty.
std::string join_path(const std::string& folder, const std::string& name);

}  // namespace tidemill
