// The texts of rejected records while they are read again: in a file, so that any number of them
// takes little memory.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "formats/format.h"
#include "io/file_system.h"

namespace tidemill {

/// For one thread; the inputs may be read by any. The file is removed with this object, which
/// outlives the inputs.
class ReplayTexts {
 public:
  /// Makes the file.
  ReplayTexts(FileSystem& files, std::string path);
  ~ReplayTexts();
  ReplayTexts(const ReplayTexts&) = delete;
  ReplayTexts& operator=(const ReplayTexts&) = delete;

  /// Adds a record that stood in `file` from `line` on, with the lines above it that it needs: the
  /// header of a delimited text, or nothing.
  void add(std::string file, int64_t line, std::string_view header, std::string_view record);
  /// Returns each record as a file of its own. To be called once; throws a user's Error when the
  /// disk is full.
  std::vector<Input> finish();

 private:
  FileSystem& files_;
  std::string path_;
  std::ofstream file_;
  int64_t size_ = 0;  // Bytes written.
  std::vector<Input> inputs_;
};

}  // namespace tidemill
