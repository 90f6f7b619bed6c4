#include "connectors/scanners.h"

#include "duckdb/extension.h"

namespace tidemill {

std::unique_ptr<duckdb::Connection> Scanners::connect(const std::string& extension,
                                                      const std::vector<std::string>& settings) {
  const std::lock_guard lock(mutex_);
  if (database_ == nullptr)
    database_ = std::make_unique<duckdb::Database>(duckdb::Settings{.threads = 1});
  auto connection = database_->connect();
  if (!loaded_.contains(extension)) {
    duckdb::load_extension(*connection, extension);
    for (const std::string& setting : settings) connection->query(setting);
    loaded_.insert(extension);
  }
  return connection;
}

}  // namespace tidemill
