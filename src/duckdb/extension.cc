#include "duckdb/extension.h"

#include <filesystem>

#include "base/error.h"
#include "base/text.h"

namespace tidemill::duckdb {

void load_extension(Connection& connection, const std::string& name) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
  const fs::path installed = program.parent_path().parent_path() / "lib" / "tidemill";
  for (const fs::path& folder : {installed, fs::path(TIDEMILL_EXTENSIONS_DIRECTORY)}) {
    const fs::path file = folder / (name + ".duckdb_extension");
    if (!fs::exists(file, ignored)) continue;
    connection.query("LOAD " + quote_literal(file.string()));
    return;
  }
  throw user_error("an extension of DuckDB is not installed: " + quote(name))
      .hint("it belongs into " + installed.string());
}

}  // namespace tidemill::duckdb
