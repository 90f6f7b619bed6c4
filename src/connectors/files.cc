// Files of a folder, by a pattern.
#include "connectors/address.h"
#include "connectors/connector.h"
#include "connectors/web_access.h"

namespace tidemill::connectors {

const Connector& files() {
  static const Connector connector = {
      .name = "files",
      .doc = "files of a folder, in the project or elsewhere",
      .form = Form{"files source",
                   {{.name = "path",
                     .type = FieldType::kTimePattern,
                     .doc = "which files: data/{start:%Y-%m-%d}/*.json.gz",
                     .required = true}}} +
              web_form("path"),
      .listing_is_free =
          [](const ConnectorContext& context) {
            return !is_web_address(context.options.text("path"));
          },
      .address =
          [](const Options& options, const std::optional<Interval>& interval) {
            return address_of(options.text("path"), interval);
          },
      .list =
          [](const ConnectorContext& context, const std::optional<Interval>& interval) {
            return list_address(context, address_of(context.options.text("path"), interval));
          },
      .open = open_address};
  return connector;
}

}  // namespace tidemill::connectors
