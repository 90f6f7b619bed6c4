// HTTP towards the outside, over libcurl.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "base/cancellation.h"
#include "io/byte_source.h"

namespace tidemill {

/// The answer to a request: its status, its headers (names in lower case) and its body as a stream.
struct HttpAnswer {
  int status = 0;
  std::map<std::string, std::string> headers;
  Fingerprint fingerprint;
  std::unique_ptr<ByteSource> body;  ///< Null for HEAD.
};

/// Any thread may call it; an answer's body belongs to one thread at a time.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  /// Asks for the headers of `url`. Throws Transient when there is no answer, or one that says to
  /// come back (408, 425, 429, 5xx but 501); Cancelled when asked to stop. Redirects are followed.
  virtual HttpAnswer head(const std::string& url, const Cancellation& cancellation) = 0;
  /// Asks for `url`, and returns as soon as the headers are there. The body is pulled: nobody
  /// reads, nothing comes. A body shorter than announced throws Transient from its `read`. Other
  /// errors as `head`.
  virtual HttpAnswer get(const std::string& url, const Cancellation& cancellation) = 0;
};

struct HttpSettings {
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds stall_timeout{30'000};  ///< No byte for this long: broken off.
};

std::unique_ptr<HttpClient> curl_http_client(const HttpSettings& settings = {});

}  // namespace tidemill
