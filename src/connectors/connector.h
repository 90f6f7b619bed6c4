// A connector says which files a source's interval consists of, and opens them. One file per
// connector.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancellation.h"
#include "base/form.h"
#include "data/interval.h"
#include "formats/record_rows.h"
#include "io/byte_source.h"
#include "io/environment.h"
#include "io/file_system.h"
#include "io/secrets.h"

namespace tidemill {

class Scanners;

/// One file of a source, or what stands for one.
struct SourceFile {
  std::string
      name;  ///< Stays the same when the place of all files changes: `2015-01-01-15.json.gz`.
  std::string address;  ///< Where it is: a URL or an absolute path.
  Fingerprint fingerprint;
  std::string member = {};  ///< What to read of it when it is a zip archive; empty: its only file.
};

/// What a connector works with. The references outlive what is made from it.
struct ConnectorContext {
  const Options& options;  ///< Under the connector's form.
  std::string project_folder;
  Environment& environment;
  const Cancellation& cancellation;
  Scanners& scanners;
  bool may_be_missing = false;  ///< It is nothing wrong when what is asked for is not there.

  /// Returns the value of a secret option; an empty one when it is not given. Throws a user's Error
  /// when nobody knows the secret.
  Secret secret(std::string_view field) const {
    return options.has(field) ? read_secret(options.secret(field), project_folder) : Secret();
  }
  /// Returns the path that an option gives, seen from the project's folder; empty when it is not
  /// given.
  std::string path(std::string_view field) const {
    return options.has(field) ? join_path(project_folder, options.text(field)) : "";
  }
};

struct Connector {
  std::string name;
  std::string doc;
  Form form;
  /// Asking whether a file changed costs next to nothing: it is done in every run, however old the
  /// interval.
  std::function<bool(const ConnectorContext&)> listing_is_free;
  /// Returns where the files of an interval are looked for, as a message names it.
  std::function<std::string(const Options&, const std::optional<Interval>&)> address;
  /// Returns the files of an interval (nothing: of the whole source), by name; none when it is not
  /// there yet. Any thread may call it. Throws Transient when the outside does not answer.
  std::function<std::vector<SourceFile>(const ConnectorContext&, const std::optional<Interval>&)>
      list;
  /// Opens a file that was listed. Throws Transient when it is gone or changed meanwhile.
  std::function<std::unique_ptr<ByteSource>(const ConnectorContext&, const SourceFile&)> open;
  /// Instead of `open`, of a connector that has records rather than bytes: opens those of a file
  /// that was listed, with at least the fields that are visible. Its sources have no format. Throws
  /// as `open`; the context outlives the stream.
  std::function<std::unique_ptr<RecordStream>(const ConnectorContext&, const SourceFile&,
                                              const VisibleFields&)>
      open_records;

  bool gives_records() const { return open_records != nullptr; }
};

namespace connectors {
/// Returns all connectors of this build, by name.
std::span<const Connector* const> all();
}  // namespace connectors

}  // namespace tidemill
