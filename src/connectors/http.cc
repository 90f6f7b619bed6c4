// One file per interval from a web server.
#include "connectors/address.h"

namespace tidemill::connectors {

const Connector& http() {
  static const Connector connector = make_address_connector(
      "http", "a file of a web server (or of a folder, where the address is a path)", "url",
      "its address: ${base_url}/{start:%Y-%m-%d-%-H}.json.gz");
  return connector;
}

}  // namespace tidemill::connectors
