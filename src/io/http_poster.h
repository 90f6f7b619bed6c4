// Posting to a server, one request after the other.
#pragma once

#include <memory>
#include <string>

#include "base/cancellation.h"

namespace tidemill {

/// Keeps its connection from one post to the next. One thread at a time calls it.
class HttpPoster {
 public:
  virtual ~HttpPoster() = default;
  /// Posts `body` and returns the status of the answer, whatever it is; redirects are not followed.
  /// Throws Transient when there is no answer within 30 seconds, a user's Error for what is no
  /// address, Cancelled within a second when asked to stop: the server may have taken the body.
  virtual int post(const std::string& url, const std::string& content_type, const std::string& body,
                   const Cancellation& cancellation) = 0;
};

std::unique_ptr<HttpPoster> curl_http_poster();

}  // namespace tidemill
