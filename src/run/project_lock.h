// One writer per project.
#pragma once

#include <string>

namespace tidemill {

/// Holds the project for one process that writes; the system lets go of it when the process ends,
/// however it ends.
class ProjectLock {
 public:
  /// Throws a user's Error that names the process and its command when another one holds the
  /// project.
  ProjectLock(const std::string& path, const std::string& command);
  ~ProjectLock();
  ProjectLock(const ProjectLock&) = delete;
  ProjectLock& operator=(const ProjectLock&) = delete;

 private:
  int file_ = -1;
};

}  // namespace tidemill
