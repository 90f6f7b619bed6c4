#include "base/error.h"
#include "base/text.h"
#include "io/curl_library.h"
#include "io/http_poster.h"

namespace tidemill {

namespace {

constexpr long kLongestMilliseconds = 30'000;

size_t drop_body(char*, size_t size, size_t count, void*) { return size * count; }

/// Ends the transfer when someone asked to stop.
int look(void* cancellation, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const Cancellation*>(cancellation)->cancelled() ? 1 : 0;
}

struct HeadersDeleter {
  void operator()(curl_slist* list) const { curl().slist_free_all(list); }
};

class CurlHttpPoster : public HttpPoster {
 public:
  CurlHttpPoster() : easy_(curl().easy_init()) {
    if (easy_ == nullptr) throw transient_error("libcurl does not start");
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_USERAGENT, "tidemill/" TIDEMILL_VERSION);
    set(CURLOPT_TIMEOUT_MS, kLongestMilliseconds);
    set(CURLOPT_POST, 1L);
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &look);
    set(CURLOPT_WRITEFUNCTION, &drop_body);
    set(CURLOPT_ERRORBUFFER, message_);
  }
  ~CurlHttpPoster() override { curl().easy_cleanup(easy_); }
  CurlHttpPoster(const CurlHttpPoster&) = delete;
  CurlHttpPoster& operator=(const CurlHttpPoster&) = delete;

  int post(const std::string& url, const std::string& content_type, const std::string& body,
           const Cancellation& cancellation) override {
    const std::unique_ptr<curl_slist, HeadersDeleter> headers(
        curl().slist_append(nullptr, ("Content-Type: " + content_type).c_str()));
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_HTTPHEADER, headers.get());
    set(CURLOPT_POSTFIELDS, body.c_str());
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    set(CURLOPT_XFERINFODATA, &cancellation);
    message_[0] = '\0';
    const CURLcode code = curl().easy_perform(easy_);
    cancellation.check();
    if (code != CURLE_OK) throw failure_of(code, url);
    long status = 0;
    curl().easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    return static_cast<int>(status);
  }

 private:
  template <typename T>
  void set(CURLoption option, T value) {
    if (curl().easy_setopt(easy_, option, value) != CURLE_OK)
      throw bug_error("libcurl does not take an option");
  }

  Error failure_of(CURLcode code, const std::string& url) const {
    const std::string why = message_[0] != '\0' ? message_ : curl().easy_strerror(code);
    if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL)
      return user_error("not an address (" + why + "): " + quote(url));
    return transient_error("no answer (" + why + "): " + quote(url));
  }

  CURL* easy_;
  char message_[CURL_ERROR_SIZE] = "";
};

}  // namespace

std::unique_ptr<HttpPoster> curl_http_poster() { return std::make_unique<CurlHttpPoster>(); }

}  // namespace tidemill
