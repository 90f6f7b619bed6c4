// One file per interval from a web server.
#include "connectors/address.h"
#include "connectors/connector.h"
#include "connectors/web_access.h"

namespace tidemill::connectors {

const Connector& http() {
  static const Connector connector = {
      .name = "http",
      .doc = "a file of a web server (or of a folder, where the address is a path)",
      .form = Form{"http source",
                   {{.name = "url",
                     .type = FieldType::kTimePattern,
                     .doc = "its address: ${base_url}/{start:%Y-%m-%d-%-H}.json.gz",
                     .required = true}}} +
              web_form("url"),
      .listing_is_free =
          [](const ConnectorContext& context) {
            return !is_web_address(context.options.text("url"));
          },
      .address =
          [](const Options& options, const std::optional<Interval>& interval) {
            return address_of(options.text("url"), interval);
          },
      .list =
          [](const ConnectorContext& context, const std::optional<Interval>& interval) {
            return list_address(context, address_of(context.options.text("url"), interval));
          },
      .open = open_address};
  return connector;
}

}  // namespace tidemill::connectors
