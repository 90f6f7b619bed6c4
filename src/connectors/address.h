// Addresses of files, by their scheme: http(s) URLs, and paths with wildcards. What connectors of
// files share.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/connector.h"

namespace tidemill {

/// Returns the address with its `{start:…}` and `{end:…}` filled in. The project's reader has
/// checked the patterns.
std::string address_of(const std::string& pattern, const std::optional<Interval>& interval);

bool is_web_address(const std::string& address);

/// Lists what an address stands for: a URL is one file, a path with `*`, `?` or `**` any number of
/// them. A relative path is relative to the project's folder. `data/*.zip!ratings.csv` is that
/// member of each archive, the first if it is a pattern. What an archive holds is only seen when it
/// is read, except where the member may be missing: then an archive that lacks it is left out.
std::vector<SourceFile> list_address(const ConnectorContext& context, const std::string& address);
std::unique_ptr<ByteSource> open_address(const ConnectorContext& context, const SourceFile& file);

/// Returns a connector whose files stand at the address that the option `field` gives.
Connector make_address_connector(std::string name, std::string doc, std::string field,
                                 std::string field_doc);

}  // namespace tidemill
