#include <curl/curl.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"
#include "io/http_client.h"

namespace tidemill {

namespace {

constexpr size_t kBufferMost = size_t{1}
                               << 20;  // Above this the transfer is paused until someone reads.
constexpr int kLookMilliseconds =
    50;  // How often a waiting transfer looks whether it was cancelled.

/// One request under way: drives its own curl handles and hands out the body as it arrives.
class Transfer : public ByteSource {
 public:
  Transfer(std::string url, bool with_body, const HttpSettings& settings,
           const Cancellation& cancellation)
      : url_(std::move(url)),
        cancellation_(cancellation),
        easy_(curl_easy_init()),
        multi_(curl_multi_init()) {
    if (easy_ == nullptr || multi_ == nullptr) throw transient_error("libcurl does not start");
    set(CURLOPT_URL, url_.c_str());
    set(CURLOPT_NOBODY, with_body ? 0L : 1L);
    set(CURLOPT_FOLLOWLOCATION, 1L);
    set(CURLOPT_MAXREDIRS, 10L);
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_USERAGENT, "tidemill/" TIDEMILL_VERSION);
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings.connect_timeout.count()));
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_LOW_SPEED_TIME,
        static_cast<long>(std::max<int64_t>(1, settings.stall_timeout.count() / 1000)));
    set(CURLOPT_ERRORBUFFER, message_);
    set(CURLOPT_WRITEFUNCTION, &Transfer::on_body);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_HEADERFUNCTION, &Transfer::on_header);
    set(CURLOPT_HEADERDATA, this);
    curl_multi_add_handle(multi_, easy_);
  }
  ~Transfer() override {
    curl_multi_remove_handle(multi_, easy_);
    curl_easy_cleanup(easy_);
    curl_multi_cleanup(multi_);
  }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// Waits for the first byte of the body, or the end: by then the headers of the last redirect are
  /// complete.
  void wait_for_headers() {
    while (!done_ && at_ == buffer_.size()) step();
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status_);
    fingerprint_.etag = header("etag");
    fingerprint_.last_modified = header("last-modified");
    fingerprint_.size = parse_integer(header("content-length"));
  }

  size_t read(std::span<uint8_t> bytes) override {
    while (at_ == buffer_.size()) {
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
    return count;
  }

  const Fingerprint& fingerprint() const override { return fingerprint_; }
  int status() const { return static_cast<int>(status_); }
  const std::map<std::string, std::string>& headers() const { return headers_; }

 private:
  template <typename T>
  void set(CURLoption option, T value) {
    if (curl_easy_setopt(easy_, option, value) != CURLE_OK)
      throw bug_error("libcurl does not take an option");
  }

  std::string header(const std::string& name) const {
    const auto found = headers_.find(name);
    return found == headers_.end() ? "" : found->second;
  }

  void resume() {
    if (!paused_) return;
    paused_ = false;
    curl_easy_pause(easy_, CURLPAUSE_CONT);
  }

  void step() {
    cancellation_.check();
    int running = 0;
    if (curl_multi_perform(multi_, &running) != CURLM_OK)
      throw transient_error("libcurl failed: " + quote(url_));
    if (running == 0) {
      finish();
    } else if (at_ == buffer_.size()) {
      curl_multi_poll(multi_, nullptr, 0, kLookMilliseconds, nullptr);
    }
  }

  void finish() {
    done_ = true;
    int left = 0;
    const CURLMsg* end = curl_multi_info_read(multi_, &left);
    if (end == nullptr || end->data.result == CURLE_OK) return;
    const std::string why = message_[0] != '\0' ? message_ : curl_easy_strerror(end->data.result);
    if (end->data.result == CURLE_URL_MALFORMAT || end->data.result == CURLE_UNSUPPORTED_PROTOCOL) {
      throw user_error("not an address (" + why + "): " + quote(url_));
    }
    throw transient_error("no complete answer (" + why + "): " + quote(url_));
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
      transfer.headers_.clear();  // Of a redirect, or of an interim answer.
    } else if (colon != std::string_view::npos) {
      transfer.headers_[lower(line.substr(0, colon))] = trim(line.substr(colon + 1));
    }
    return size * count;
  }

  std::string url_;
  const Cancellation& cancellation_;
  CURL* easy_;
  CURLM* multi_;
  char message_[CURL_ERROR_SIZE] = "";
  std::vector<char> buffer_;  // What has arrived; read up to at_.
  size_t at_ = 0;
  bool paused_ = false;
  bool done_ = false;
  long status_ = 0;
  std::map<std::string, std::string> headers_;
  Fingerprint fingerprint_;
};

bool says_come_back(int status) {
  return status == 408 || status == 425 || status == 429 || (status >= 500 && status != 501);
}

class CurlHttpClient : public HttpClient {
 public:
  explicit CurlHttpClient(const HttpSettings& settings) : settings_(settings) {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  }
  HttpAnswer head(const std::string& url, const Cancellation& cancellation) override {
    HttpAnswer answer = ask(url, false, cancellation);
    answer.body.reset();
    return answer;
  }
  HttpAnswer get(const std::string& url, const Cancellation& cancellation) override {
    return ask(url, true, cancellation);
  }

 private:
  HttpAnswer ask(const std::string& url, bool with_body, const Cancellation& cancellation) {
    auto transfer = std::make_unique<Transfer>(url, with_body, settings_, cancellation);
    transfer->wait_for_headers();
    if (says_come_back(transfer->status())) {
      throw transient_error("answered " + std::to_string(transfer->status()) + ": " + quote(url));
    }
    HttpAnswer answer{transfer->status(), transfer->headers(), transfer->fingerprint(), nullptr};
    answer.body = std::move(transfer);
    return answer;
  }

  HttpSettings settings_;
};

}  // namespace

std::unique_ptr<HttpClient> curl_http_client(const HttpSettings& settings) {
  return std::make_unique<CurlHttpClient>(settings);
}

}  // namespace tidemill
