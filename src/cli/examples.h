// The projects of examples/, which the build puts into the program.
#pragma once

#include <string_view>
#include <vector>

namespace tidemill::cli {

struct ExampleFile {
  std::string_view path;  ///< `movielens/sources/ratings.yml`: below the folder of all examples.
  std::string_view bytes;
};

/// Returns all files of all examples, by path.
const std::vector<ExampleFile>& example_files();

}  // namespace tidemill::cli
