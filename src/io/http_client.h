// HTTP towards the outside, over libcurl.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/cancellation.h"
#include "base/secret.h"
#include "io/byte_source.h"

namespace tidemill {

/// How a server is asked.
struct HttpAccess {
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds stall_timeout{30'000};  ///< No byte for this long: broken off.
  size_t connections = 4;  ///< Most that are open to one host at once, at least 1.
  std::string user;        ///< With `password`, for basic authentication.
  Secret password;
  Secret token;                      ///< For bearer authentication.
  std::string token_header;          ///< Carries the token as it is, in place of Authorization.
  std::optional<std::string> proxy;  ///< Empty: none. Nothing: as the environment says.
  std::string proxy_user;
  Secret proxy_password;
  std::string ssl_ca;  ///< The file of certificates to verify servers against; empty: the one that
                       ///< SSL_CERT_FILE names in the environment, or the system's.
};

struct HttpRequest {
  std::string url;
  HttpAccess access = {};
  int64_t start = 0;  ///< Asks for the bytes from here on; 0: for all.
  std::string validator =
      {};  ///< With `start`: what the content must still be, as an answer gave it.
};

/// The answer to a request: its status, its headers (names in lower case) and its body as a stream.
struct HttpAnswer {
  int status = 0;
  std::map<std::string, std::string> headers;
  Fingerprint fingerprint;
  /// Proves that a later answer is of the same bytes: a strong ETag, or a Last-Modified well before
  /// the answer (RFC 9110, section 8.8.2.2). Empty when there is neither.
  std::string validator;
  std::unique_ptr<ByteSource> body;  ///< Null for HEAD.
};

/// Any thread may call it; an answer's body belongs to one thread at a time, and goes before the
/// client.
///
/// Redirects are followed; names, passwords and tokens go only to the scheme, host and port that
/// the request names. Of each host no more than `HttpAccess::connections` are open at once; a
/// request waits for one, and a body holds its own until it is destroyed.
///
/// Throws Transient when there is no answer, or one that says to come back (408, 425, 429, 5xx but
/// 501; with its Retry-After, up to five minutes); a user's Error when the address, a certificate
/// or what the proxy wants is wrong; Cancelled within a second when asked to stop.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  /// Asks for the headers.
  virtual HttpAnswer head(const HttpRequest& request, const Cancellation& cancellation) = 0;
  /// Asks for the body, and returns as soon as the headers are there. The body is pulled: nobody
  /// reads, nothing comes. A body shorter than announced throws Transient from its `read`.
  virtual HttpAnswer get(const HttpRequest& request, const Cancellation& cancellation) = 0;
};

std::unique_ptr<HttpClient> curl_http_client();

}  // namespace tidemill
