// The files a table consists of, as its log names them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/time.h"
#include "data/interval.h"

namespace tidemill::tables {

/// The value of each partition column as the log writes it; nothing stands for NULL.
using PartitionValues = std::map<std::string, std::optional<std::string>>;

/// One Parquet file of a table.
struct DataFile {
  std::string path;         ///< Relative to the table's folder, as the file system spells it.
  std::string logged_path;  ///< The same as the log spells it (percent-encoded); empty until it is
                            ///< committed.
  int64_t size = 0;         ///< Bytes.
  Instant modified;         ///< `Table::commit` sets it.
  PartitionValues partition_values;
  std::optional<int64_t> records;  ///< Nothing when the writer left no statistics.
  std::string
      stats;  ///< JSON text, Delta protocol "Per-file Statistics"; empty when there is none.
  std::optional<Interval> interval;  ///< The interval this file was built for.
  /// Stands for the names and types of the columns in the file: equal where these are. Empty when
  /// its writer does not say.
  std::string columns;
  /// The file itself holds the partition columns: ours do, other writers' do not.
  bool holds_partition_columns = true;
  std::map<std::string, std::string>
      tags;                 ///< All that the log has; those of the fields above included.
  bool data_change = true;  ///< False: the commit only rearranged rows that were there.
};

/// A file that a commit removed from the table. It stays on disk for the versions before.
struct Tombstone {
  DataFile file;  ///< What the log still says of it; size and statistics only where the writer left
                  ///< them.
  Instant removed;
};

/// Returns `path` as the log spells it: a relative URI (RFC 2396), percent-encoded.
std::string encode_path(const std::string& path);
/// Returns the path that the log's `logged_path` stands for. A `file:` URI becomes an absolute
/// path. Throws a user's Error for any other scheme.
std::string decode_path(const std::string& logged_path);

}  // namespace tidemill::tables
