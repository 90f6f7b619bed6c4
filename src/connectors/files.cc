// Files of a folder, by a pattern.
#include "connectors/address.h"

namespace tidemill::connectors {

const Connector& files() {
  static const Connector connector =
      make_address_connector("files", "files of a folder, in the project or elsewhere", "path",
                             "which files: data/{start:%Y-%m-%d}/*.json.gz");
  return connector;
}

}  // namespace tidemill::connectors
