#include "io/file_system.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace tidemill {

std::optional<std::string> MemoryFileSystem::read(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const auto found = files_.find(path);
  if (found == files_.end()) return std::nullopt;
  return found->second.bytes;
}

std::unique_ptr<ByteSource> MemoryFileSystem::open(const std::string& path, int64_t start) {
  const auto bytes = read(path);
  if (!bytes) return nullptr;
  return make_byte_source(bytes->substr(std::min(bytes->size(), static_cast<size_t>(start))));
}

std::optional<FileEntry> MemoryFileSystem::stat(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const auto found = files_.find(path);
  if (found == files_.end()) return std::nullopt;
  return FileEntry{path, static_cast<int64_t>(found->second.bytes.size()), found->second.modified};
}

std::vector<FileEntry> MemoryFileSystem::list(const std::string& folder) {
  const std::lock_guard lock(mutex_);
  std::vector<FileEntry> entries;
  const std::string prefix = folder + "/";
  for (auto it = files_.lower_bound(prefix); it != files_.end() && it->first.starts_with(prefix);
       ++it) {
    entries.push_back(
        {it->first, static_cast<int64_t>(it->second.bytes.size()), it->second.modified});
  }
  return entries;
}

std::vector<FileEntry> MemoryFileSystem::find(const std::string& pattern) {
  std::vector<FileEntry> entries = list(folder_of_pattern(pattern));
  std::erase_if(entries,
                [&](const FileEntry& entry) { return !fits_pattern(entry.path, pattern); });
  return entries;
}

void MemoryFileSystem::write(const std::string& path, const std::string& bytes) {
  const std::lock_guard lock(mutex_);
  clock_ += std::chrono::seconds(1);
  files_[path] = {bytes, clock_};
}

bool MemoryFileSystem::put_if_absent(const std::string& path, const std::string& bytes) {
  const std::lock_guard lock(mutex_);
  clock_ += std::chrono::seconds(1);
  return files_.emplace(path, File{bytes, clock_}).second;
}

void MemoryFileSystem::remove(const std::string& path) {
  const std::lock_guard lock(mutex_);
  files_.erase(path);
}

void MemoryFileSystem::remove_all(const std::string& folder) {
  for (const FileEntry& entry : list(folder)) remove(entry.path);
}

std::string folder_of_pattern(const std::string& pattern) {
  return pattern.substr(0, pattern.rfind('/', pattern.find_first_of("*?")));
}

std::string join_path(const std::string& folder, const std::string& name) {
  if (folder.empty() || name.starts_with('/')) return name;
  return folder.ends_with('/') ? folder + name : folder + "/" + name;
}

}  // namespace tidemill
