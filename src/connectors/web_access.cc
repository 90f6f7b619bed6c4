#include "connectors/web_access.h"

#include "base/error.h"
#include "base/text.h"

namespace tidemill {

namespace {

constexpr int64_t kMostConnections = 100;
constexpr std::string_view kHeaderName =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";

/// Reports a name or password in an address, without showing it.
void check_address(const Options& options, const std::string& field, Mistakes& mistakes) {
  const std::string address = options.text(field);
  const size_t scheme = address.find("://");
  if (field != "proxy") {
    if (scheme == std::string::npos) return;
    const std::string rest = address.substr(scheme + 3);
    if (rest.substr(0, rest.find_first_of("/?#")).find('@') == std::string::npos) return;
  } else if (address.find('@') == std::string::npos) {
    return;
  }
  const std::string prefix = field == "proxy" ? "proxy_" : "";
  mistakes.add(user_error("a name or password does not belong into an address")
                   .at(options.place(field))
                   .hint(prefix + "user: …, " + prefix + "password: ${secret:NAME}"));
}

/// Reports what is given without what it goes with, or beside what it does not.
void check_credentials(const Options& options, Mistakes& mistakes) {
  const auto needs = [&](const std::string& field, const std::string& other) {
    if (options.has(field) && !options.has(other))
      mistakes.add(user_error(field + " needs " + other).at(options.place(field)));
  };
  needs("user", "password");
  needs("password", "user");
  needs("proxy_user", "proxy_password");
  needs("proxy_password", "proxy_user");
  needs("token_header", "token");
  if (options.has("user") && options.has("token"))
    mistakes.add(user_error("both user and token are given").at(options.place("token")));
  if (options.text("token_header").find_first_not_of(kHeaderName) != std::string::npos) {
    mistakes.add(user_error("not a header's name: " + quote(options.text("token_header")))
                     .at(options.place("token_header")));
  }
}

void check_limits(const Options& options, Mistakes& mistakes) {
  const int64_t connections = options.integer("connections", 1);
  if (connections < 1 || connections > kMostConnections) {
    mistakes.add(user_error("connections must be from 1 to " + std::to_string(kMostConnections) +
                            ": " + quote(options.text("connections")))
                     .at(options.place("connections")));
  }
  for (const char* field : {"connect_timeout", "stall_timeout"}) {
    if (options.duration(field, std::chrono::seconds(1)).count() > 0) continue;
    mistakes.add(user_error(std::string(field) +
                            " must be longer than nothing: " + quote(options.text(field)))
                     .at(options.place(field)));
  }
}

}  // namespace

Form web_form(const std::string& field) {
  const auto check = [field](const Options& options, Mistakes& mistakes) {
    check_address(options, field, mistakes);
    check_address(options, "proxy", mistakes);
    check_credentials(options, mistakes);
    check_limits(options, mistakes);
  };
  return {
      "web address",
      {{.name = "user", .doc = "name for basic authentication"},
       {.name = "password", .type = FieldType::kSecret, .doc = "with user"},
       {.name = "token", .type = FieldType::kSecret, .doc = "for bearer authentication"},
       {.name = "token_header", .doc = "the header that carries the token as it is: X-Api-Key"},
       {.name = "proxy", .doc = "its address; empty: none; without it: as the environment says"},
       {.name = "proxy_user", .doc = "name that the proxy asks for"},
       {.name = "proxy_password", .type = FieldType::kSecret, .doc = "with proxy_user"},
       {.name = "ssl_ca", .doc = "the file of certificates to verify servers against"},
       {.name = "connections",
        .type = FieldType::kInteger,
        .doc = "most that are open to one host at once"},
       {.name = "connect_timeout",
        .type = FieldType::kDuration,
        .doc = "how long a server may take to be reached"},
       {.name = "stall_timeout",
        .type = FieldType::kDuration,
        .doc = "how long a server may send nothing"}},
      {check}};
}

HttpRequest web_request(const ConnectorContext& context, const std::string& url) {
  const Options& options = context.options;
  HttpRequest request{.url = url};
  HttpAccess& access = request.access;
  access.connect_timeout = options.duration("connect_timeout", access.connect_timeout);
  access.stall_timeout = options.duration("stall_timeout", access.stall_timeout);
  access.connections =
      static_cast<size_t>(options.integer("connections", static_cast<int64_t>(access.connections)));
  access.user = options.text("user");
  access.password = context.secret("password");
  access.token = context.secret("token");
  access.token_header = options.text("token_header");
  if (options.has("proxy")) access.proxy = options.text("proxy");
  access.proxy_user = options.text("proxy_user");
  access.proxy_password = context.secret("proxy_password");
  access.ssl_ca = context.path("ssl_ca");
  return request;
}

}  // namespace tidemill
