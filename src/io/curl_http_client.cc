#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "io/connection_limit.h"
#include "io/curl_library.h"
#include "io/http_client.h"

namespace tidemill {

namespace {

// Above this the transfer is paused until someone reads.
constexpr size_t kBufferMost = size_t{1} << 20;
// How often a waiting transfer looks whether it was cancelled.
constexpr int kLookMilliseconds = 50;
constexpr int kMostRedirects = 10;
constexpr std::chrono::seconds kLongestRetryAfter{300};
constexpr int kProxyWantsPassword = 407;

struct CurlTextDeleter {
  void operator()(char* text) const { curl().free(text); }
};
struct CurlUrlDeleter {
  void operator()(CURLU* url) const { curl().url_cleanup(url); }
};
struct CurlListDeleter {
  void operator()(curl_slist* list) const { curl().slist_free_all(list); }
};

/// A URL taken apart.
class Url {
 public:
  /// Throws a user's Error for what is no URL, or one with a name or password in it.
  explicit Url(const std::string& text) : url_(curl().url()) {
    const CURLUcode code = curl().url_set(url_.get(), CURLUPART_URL, text.c_str(), CURLU_URLENCODE);
    if (!part(CURLUPART_USER).empty() || !part(CURLUPART_PASSWORD).empty())
      throw user_error("a name or password does not belong into an address");
    if (code != CURLUE_OK) {
      throw user_error("not an address (" + std::string(curl().url_strerror(code)) +
                       "): " + quote(text));
    }
    const std::string scheme = part(CURLUPART_SCHEME);
    if (scheme != "http" && scheme != "https")
      throw user_error("not an address (neither http nor https): " + quote(text));
  }

  std::string text() const { return part(CURLUPART_URL); }
  /// Returns scheme, host and port.
  std::string origin() const {
    return part(CURLUPART_SCHEME) + "://" + lower(part(CURLUPART_HOST)) + ":" +
           part(CURLUPART_PORT);
  }
  /// Returns what a redirect to `location` leads to.
  Url redirected(const std::string& location) const {
    const std::unique_ptr<CURLU, CurlUrlDeleter> target(curl().url_dup(url_.get()));
    if (curl().url_set(target.get(), CURLUPART_URL, location.c_str(), CURLU_URLENCODE) != CURLUE_OK)
      throw user_error("redirected to what is no address: " + quote(location));
    char* whole = nullptr;
    curl().url_get(target.get(), CURLUPART_URL, &whole, 0);
    return Url(std::unique_ptr<char, CurlTextDeleter>(whole).get());
  }

 private:
  std::string part(CURLUPart which) const {
    char* text = nullptr;
    if (curl().url_get(url_.get(), which, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return "";
    return std::unique_ptr<char, CurlTextDeleter>(text).get();
  }

  std::unique_ptr<CURLU, CurlUrlDeleter> url_;
};

/// Returns a message without what stands before the @ of an address in it, however malformed.
std::string without_password(std::string text) {
  for (size_t at = text.find("://"); at != std::string::npos; at = text.find("://", at + 3)) {
    const size_t begin = at + 3;
    const size_t end = text.find_first_of(" '\"", begin);
    const size_t sign = text.rfind('@', end);
    if (sign != std::string::npos && sign > begin) text.replace(begin, sign - begin, "…");
  }
  return text;
}

/// The curl handles, each with the connection it last used, that wait for the next request to the
/// same host. Any thread may call it.
class HandlePool {
 public:
  ~HandlePool() {
    for (auto& [host, handles] : idle_) {
      for (CURLM* handle : handles) curl().multi_cleanup(handle);
    }
  }
  CURLM* take(const std::string& host) {
    const std::lock_guard lock(mutex_);
    std::vector<CURLM*>& handles = idle_[host];
    if (handles.empty()) return curl().multi_init();
    CURLM* handle = handles.back();
    handles.pop_back();
    return handle;
  }
  void give_back(const std::string& host, CURLM* handle) {
    const std::lock_guard lock(mutex_);
    idle_[host].push_back(handle);
  }

 private:
  std::mutex mutex_;  // Guards idle_.
  std::map<std::string, std::vector<CURLM*>> idle_;
};

/// A connection that may be used: the permit, and the handles for it.
class Connection {
 public:
  Connection(ConnectionLimit& limit, HandlePool& pool, std::string host, const HttpAccess& access,
             const Cancellation& cancellation)
      : permit_(limit.acquire(host, access.connections,
                              access.connect_timeout + 2 * access.stall_timeout, cancellation)),
        pool_(pool),
        host_(std::move(host)),
        multi_(pool.take(host_)),
        easy_(curl().easy_init()) {
    if (easy_ == nullptr || multi_ == nullptr) throw bug_error("libcurl does not start");
  }
  ~Connection() {
    curl().multi_remove_handle(multi_,
                               easy_);  // Closes a connection that is in the middle of a body.
    curl().easy_cleanup(easy_);
    pool_.give_back(host_, multi_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  CURLM* multi() { return multi_; }
  CURL* easy() { return easy_; }
  void note_progress() { permit_.note_progress(); }

 private:
  ConnectionLimit::Permit permit_;
  HandlePool& pool_;
  std::string host_;
  CURLM* multi_;
  CURL* easy_;
};

/// One request under way: drives its own curl handles and hands out the body as it arrives.
class Transfer : public ByteSource {
 public:
  struct Wishes {
    bool with_body;
    bool with_password;  ///< False after a redirect to another origin.
  };

  /// `url` is where to ask; messages call it by the request's own.
  Transfer(const HttpRequest& request, const std::string& url, const Wishes& wishes,
           std::unique_ptr<Connection> connection, const Cancellation& cancellation)
      : name_(request.url), cancellation_(cancellation), connection_(std::move(connection)) {
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_NOBODY, wishes.with_body ? 0L : 1L);
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_QUICK_EXIT, 1L);  // Do not wait for a name to be looked up when cancelled.
    set(CURLOPT_USERAGENT, "tidemill/" TIDEMILL_VERSION);
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    set(CURLOPT_ERRORBUFFER, message_);
    set(CURLOPT_WRITEFUNCTION, &Transfer::on_body);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_HEADERFUNCTION, &Transfer::on_header);
    set(CURLOPT_HEADERDATA, this);
    set_timeouts(request.access);
    set_proxy(request.access);
    set_certificates(request.access);
    if (wishes.with_password) set_password(request.access);
    set_range(request);
    add_header("Accept-Encoding: identity");
    if (extra_headers_ != nullptr) set(CURLOPT_HTTPHEADER, extra_headers_.get());
    curl().multi_add_handle(connection_->multi(), connection_->easy());
  }

  /// Waits for the first byte of the body, or the end: by then the headers are complete.
  void wait_for_headers() {
    while (!done_ && at_ == buffer_.size()) step();
    if (failure_ && at_ == buffer_.size()) throw *failure_;
    long status = 0;
    curl().easy_getinfo(connection_->easy(), CURLINFO_RESPONSE_CODE, &status);
    status_ = static_cast<int>(status);
    fingerprint_.etag = header("etag");
    // Any bytes may stand in it; it is kept as a text.
    if (!is_utf8(fingerprint_.etag)) fingerprint_.etag = hash_text(fingerprint_.etag);
    fingerprint_.last_modified = header("last-modified");
    fingerprint_.size = parse_integer(header("content-length"));
  }

  size_t read(std::span<uint8_t> bytes) override {
    while (at_ == buffer_.size()) {
      if (failure_) throw *failure_;
      if (done_) return 0;
      step();
    }
    const size_t count = std::min(bytes.size(), buffer_.size() - at_);
    std::memcpy(bytes.data(), buffer_.data() + at_, count);
    at_ += count;
    if (at_ == buffer_.size()) {
      buffer_.clear();
      at_ = 0;
      resume();
    }
    connection_->note_progress();
    return count;
  }

  const Fingerprint& fingerprint() const override { return fingerprint_; }
  int status() const { return status_; }
  const std::map<std::string, std::string>& headers() const { return headers_; }
  std::string header(const std::string& name) const {
    const auto found = headers_.find(name);
    return found == headers_.end() ? "" : found->second;
  }

 private:
  template <typename T>
  void set(CURLoption option, T value) {
    if (curl().easy_setopt(connection_->easy(), option, value) != CURLE_OK)
      throw bug_error("libcurl does not take an option");
  }

  void set_timeouts(const HttpAccess& access) {
    const auto stall = std::chrono::ceil<std::chrono::seconds>(access.stall_timeout);
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(access.connect_timeout.count()));
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(stall.count()));
  }

  void set_proxy(const HttpAccess& access) {
    if (access.proxy) set(CURLOPT_PROXY, access.proxy->c_str());
    if (access.proxy_user.empty()) return;
    set(CURLOPT_PROXYAUTH, CURLAUTH_BASIC);
    set(CURLOPT_PROXYUSERNAME, access.proxy_user.c_str());
    set(CURLOPT_PROXYPASSWORD, access.proxy_password.reveal().c_str());
  }

  void set_certificates(const HttpAccess& access) {
    const char* known = std::getenv("SSL_CERT_FILE");
    ssl_ca_is_given_ = !access.ssl_ca.empty();
    ssl_ca_ = ssl_ca_is_given_ ? access.ssl_ca : known == nullptr ? "" : known;
    if (ssl_ca_.empty()) return;
    set(CURLOPT_CAINFO, ssl_ca_.c_str());
    set(CURLOPT_PROXY_CAINFO, ssl_ca_.c_str());
    // In place of the system's, not beside them.
    set(CURLOPT_CAPATH, nullptr);
    set(CURLOPT_PROXY_CAPATH, nullptr);
  }

  void set_password(const HttpAccess& access) {
    if (!access.user.empty()) {
      set(CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
      set(CURLOPT_USERNAME, access.user.c_str());
      set(CURLOPT_PASSWORD, access.password.reveal().c_str());
    }
    if (access.token.empty()) return;
    if (access.token_header.empty()) {
      set(CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
      set(CURLOPT_XOAUTH2_BEARER, access.token.reveal().c_str());
    } else {
      add_header(access.token_header + ": " + access.token.reveal());
    }
  }

  void set_range(const HttpRequest& request) {
    if (request.start == 0) return;
    set(CURLOPT_RANGE, (std::to_string(request.start) + "-").c_str());
    add_header("If-Range: " + request.validator);
  }

  void add_header(const std::string& line) {
    curl_slist* longer = curl().slist_append(extra_headers_.get(), line.c_str());
    if (extra_headers_ == nullptr) extra_headers_.reset(longer);
  }

  void resume() {
    if (!paused_) return;
    paused_ = false;
    curl().easy_pause(connection_->easy(), CURLPAUSE_CONT);
  }

  void step() {
    cancellation_.check();
    int running = 0;
    if (curl().multi_perform(connection_->multi(), &running) != CURLM_OK)
      throw transient_error("libcurl failed: " + quote(name_));
    if (running == 0) {
      finish();
    } else if (at_ == buffer_.size()) {
      curl().multi_poll(connection_->multi(), nullptr, 0, kLookMilliseconds, nullptr);
    }
  }

  void finish() {
    done_ = true;
    int left = 0;
    const CURLMsg* end = curl().multi_info_read(connection_->multi(), &left);
    if (end != nullptr && end->data.result != CURLE_OK) failure_ = failure_of(end->data.result);
  }

  Error failure_of(CURLcode code) {
    const std::string why =
        without_password(message_[0] != '\0' ? message_ : curl().easy_strerror(code));
    long proxy_status = 0;
    curl().easy_getinfo(connection_->easy(), CURLINFO_HTTP_CONNECTCODE, &proxy_status);
    if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL)
      return user_error("not an address (" + why + "): " + quote(without_password(name_)));
    if (code == CURLE_PEER_FAILED_VERIFICATION)
      return user_error("not trusted (" + why + "): " + quote(name_))
          .hint("ssl_ca: the file of certificates that the server's is to be verified against");
    if (code == CURLE_SSL_CACERT_BADFILE)
      return user_error("no file of certificates: " + quote(ssl_ca_))
          .hint(ssl_ca_is_given_ ? "ssl_ca names it"
                                 : "SSL_CERT_FILE, in the environment, names it");
    if (proxy_status == kProxyWantsPassword) {
      return user_error("the proxy answered 407: " + quote(name_))
          .hint("proxy_user: …, proxy_password: ${secret:NAME}");
    }
    return transient_error("no complete answer (" + why + "): " + quote(name_));
  }

  static size_t on_body(char* data, size_t size, size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    const size_t bytes = size * count;
    if (transfer.buffer_.size() - transfer.at_ > kBufferMost) {
      transfer.paused_ = true;
      return CURL_WRITEFUNC_PAUSE;
    }
    transfer.buffer_.insert(transfer.buffer_.end(), data, data + bytes);
    return bytes;
  }

  static size_t on_header(char* data, size_t size, size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    const std::string_view line(data, size * count);
    const size_t colon = line.find(':');
    if (line.starts_with("HTTP/")) {
      transfer.headers_.clear();  // Of an interim answer.
    } else if (colon != std::string_view::npos) {
      transfer.headers_[lower(line.substr(0, colon))] = trim(line.substr(colon + 1));
    }
    return size * count;
  }

  std::string name_;
  std::string ssl_ca_;
  bool ssl_ca_is_given_ = false;  // By the source; else by the environment.
  const Cancellation& cancellation_;
  char message_[CURL_ERROR_SIZE] = "";
  std::unique_ptr<curl_slist, CurlListDeleter> extra_headers_;
  std::unique_ptr<Connection> connection_;  // Goes before what its handles point to.
  std::vector<char> buffer_;                // What has arrived; read up to at_.
  size_t at_ = 0;
  bool paused_ = false;
  bool done_ = false;
  std::optional<Error> failure_;  // How it ended; what had arrived by then is read first.
  int status_ = 0;
  std::map<std::string, std::string> headers_;
  Fingerprint fingerprint_;
};

bool says_come_back(int status) {
  return status == 408 || status == 425 || status == 429 || (status >= 500 && status != 501);
}

bool says_go_elsewhere(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// Reads an HTTP date (RFC 9110, section 5.6.7) as seconds since 1970; nothing when it is none.
std::optional<int64_t> http_date(const std::string& text) {
  const time_t seconds = curl().getdate(text.c_str(), nullptr);
  return seconds < 0 ? std::nullopt : std::optional<int64_t>(seconds);
}

/// Returns how long `Retry-After` asks to wait, as seconds or as a date by the server's own clock.
std::optional<std::chrono::seconds> wait_wanted(const Transfer& answer) {
  const std::string text = answer.header("retry-after");
  if (text.empty()) return std::nullopt;
  auto seconds = parse_integer(text);
  if (!seconds) {
    const auto until = http_date(text);
    const auto now = http_date(answer.header("date"));
    if (!until || !now) return std::nullopt;
    seconds = *until - *now;
  }
  return std::clamp(std::chrono::seconds(*seconds), std::chrono::seconds(0), kLongestRetryAfter);
}

/// Throws for an answer that says to come back.
void check_ready(const Transfer& answer, const std::string& url) {
  if (!says_come_back(answer.status())) return;
  Error error = transient_error("answered " + std::to_string(answer.status()) + ": " + quote(url));
  if (const auto wait = wait_wanted(answer)) error.retry_after(*wait);
  throw error;
}

/// Returns what proves that later bytes belong to these. A time of change counts only when the
/// answer is younger by a second: by then no second change can have had the same time.
std::string validator_of(const Transfer& answer) {
  const std::string etag = answer.header("etag");
  if (etag.starts_with('"')) return etag;
  const auto changed = http_date(answer.header("last-modified"));
  const auto answered = http_date(answer.header("date"));
  return changed && answered && *changed < *answered ? answer.header("last-modified") : "";
}

class CurlHttpClient : public HttpClient {
 public:
  HttpAnswer head(const HttpRequest& request, const Cancellation& cancellation) override {
    HttpAnswer answer = ask(request, false, cancellation);
    answer.body.reset();
    return answer;
  }
  HttpAnswer get(const HttpRequest& request, const Cancellation& cancellation) override {
    return ask(request, true, cancellation);
  }

 private:
  HttpAnswer ask(const HttpRequest& request, bool with_body, const Cancellation& cancellation) {
    Url url(request.url);
    const std::string origin = url.origin();
    for (int redirects = 0;; ++redirects) {
      auto connection =
          std::make_unique<Connection>(limit_, pool_, url.origin(), request.access, cancellation);
      auto transfer = std::make_unique<Transfer>(
          request, url.text(), Transfer::Wishes{with_body, url.origin() == origin},
          std::move(connection), cancellation);
      transfer->wait_for_headers();
      check_ready(*transfer, request.url);
      const std::string location = transfer->header("location");
      if (!says_go_elsewhere(transfer->status()) || location.empty()) {
        HttpAnswer answer{transfer->status(), transfer->headers(), transfer->fingerprint(),
                          validator_of(*transfer), nullptr};
        answer.body = std::move(transfer);
        return answer;
      }
      if (redirects == kMostRedirects)
        throw user_error("redirected again and again: " + quote(request.url));
      url = url.redirected(location);
    }
  }

  ConnectionLimit limit_;
  HandlePool pool_;
};

}  // namespace

std::unique_ptr<HttpClient> curl_http_client() { return std::make_unique<CurlHttpClient>(); }

}  // namespace tidemill
