// The options by which connectors are told how to ask a web server.
#pragma once

#include <string>

#include "base/form.h"
#include "connectors/connector.h"
#include "io/http_client.h"

namespace tidemill {

/// Returns the options, and what must hold of them: to be added to the form of a connector whose
/// `field` may have a URL.
Form web_form(const std::string& field);

/// Returns a request for `url` as the context's options say. Throws a user's Error when nobody
/// knows a secret among them.
HttpRequest web_request(const ConnectorContext& context, const std::string& url);

}  // namespace tidemill
