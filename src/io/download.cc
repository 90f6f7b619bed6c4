#include "io/download.h"

#include <utility>

#include "base/error.h"
#include "base/text.h"

namespace tidemill {

namespace {

constexpr int kMostTries = 5;  // In a row, that brought no byte.
constexpr std::chrono::milliseconds kFirstWait{250};

constexpr int kOk = 200;
constexpr int kPartialContent = 206;
constexpr int kNotFound = 404;
constexpr int kGone = 410;
constexpr int kRangeNotSatisfiable = 416;

/// What `Content-Range: bytes 10-99/100` says; the size is unknown where `*` stands for it.
struct ContentRange {
  int64_t start;
  std::optional<int64_t> size;
};

std::optional<ContentRange> content_range_of(const HttpAnswer& answer) {
  const auto header = answer.headers.find("content-range");
  constexpr std::string_view kUnit = "bytes ";
  if (header == answer.headers.end() || !header->second.starts_with(kUnit)) return std::nullopt;
  const std::string_view range = std::string_view(header->second).substr(kUnit.size());
  const auto start = parse_integer(range.substr(0, range.find('-')));
  if (!start) return std::nullopt;
  return ContentRange{*start, parse_integer(range.substr(range.find('/') + 1))};
}

class Download : public ByteSource {
 public:
  Download(HttpClient& http, Clock& clock, HttpRequest request, HttpAnswer answer,
           const Cancellation& cancellation)
      : http_(http),
        clock_(clock),
        request_(std::move(request)),
        cancellation_(cancellation),
        fingerprint_(std::move(answer.fingerprint)),
        size_(fingerprint_.size),
        body_(std::move(answer.body)) {
    request_.validator = std::move(answer.validator);
  }

  size_t read(std::span<uint8_t> buffer) override {
    while (true) {
      if (body_ == nullptr) throw bug_error("read after an error: " + quote(request_.url));
      try {
        const size_t count = body_->read(buffer);
        request_.start += static_cast<int64_t>(count);
        if (count > 0) tries_ = 0;
        if (size_ && request_.start > *size_)
          throw user_error("the answer is longer than it says: " + quote(request_.url));
        // A part may be shorter than what was asked for (RFC 9110, section 15.3.7).
        if (count == 0 && size_ && request_.start < *size_)
          throw transient_error("the answer ended early: " + quote(request_.url));
        return count;
      } catch (const Error& broken) {
        if (size_ == request_.start) return 0;  // It broke after the last byte.
        if (broken.kind() != Error::Kind::kTransient || !can_go_on()) throw;
        body_.reset();  // Its connection is needed now.
        go_on_after(broken);
      }
    }
  }

  const Fingerprint& fingerprint() const override { return fingerprint_; }

 private:
  /// At the very beginning there is nothing to go on from: the whole is asked for by who opens it.
  bool can_go_on() const { return request_.start > 0 && !request_.validator.empty(); }

  void go_on_after(Error broken) {
    while (tries_ < kMostTries) {
      wait_before_try(broken);
      ++tries_;
      HttpAnswer answer;
      try {
        answer = http_.get(request_, cancellation_);
      } catch (Error& error) {
        if (error.kind() != Error::Kind::kTransient) throw;
        broken = std::move(error);
        continue;
      }
      size_ = check_rest(answer, broken);
      body_ = std::move(answer.body);
      return;
    }
    throw broken;
  }

  void wait_before_try(const Error& broken) {
    const auto usual =
        tries_ == 0 ? std::chrono::milliseconds(0) : kFirstWait * (1 << (tries_ - 1));
    clock_.sleep(broken.retry_after().value_or(usual), cancellation_);
    cancellation_.check();
  }

  /// Returns the size of the whole. Throws unless `answer` goes on where what was read so far ends.
  int64_t check_rest(const HttpAnswer& answer, const Error& broken) const {
    if (answer.status == kNotFound || answer.status == kGone)
      throw transient_error("the file went away while it was read: " + quote(request_.url));
    if (answer.status == kOk && answer.validator == request_.validator) throw broken;
    if (answer.status == kPartialContent) {
      const auto range = content_range_of(answer);
      const std::optional<int64_t> size = size_ ? size_ : range ? range->size : std::nullopt;
      if (!range || !size) throw broken;  // Nobody could tell a short part from the rest.
      const bool size_fits = size == range->size.value_or(*size);
      if (range->start == request_.start && size_fits && is_same(answer.fingerprint)) return *size;
    }
    const bool changed = answer.status == kOk || answer.status == kPartialContent ||
                         answer.status == kRangeNotSatisfiable;
    if (changed)
      throw transient_error("the file changed while it was read: " + quote(request_.url));
    throw user_error("answered " + std::to_string(answer.status) + ": " + quote(request_.url));
  }

  /// A server that does not know If-Range gives parts of whatever is there.
  bool is_same(const Fingerprint& other) const {
    if (!fingerprint_.etag.empty() && !other.etag.empty()) return fingerprint_.etag == other.etag;
    return fingerprint_.last_modified.empty() || other.last_modified.empty() ||
           fingerprint_.last_modified == other.last_modified;
  }

  HttpClient& http_;
  Clock& clock_;
  HttpRequest request_;  // With the next byte to ask for, and the validator of all so far.
  const Cancellation& cancellation_;
  Fingerprint fingerprint_;
  std::optional<int64_t> size_;       // Of the whole, as some answer has told.
  std::unique_ptr<ByteSource> body_;  // Null while there is none, and after an error.
  int tries_ = 0;                     // Since the last byte.
};

}  // namespace

std::unique_ptr<ByteSource> resume_when_broken(HttpClient& http, Clock& clock, HttpRequest request,
                                               HttpAnswer answer,
                                               const Cancellation& cancellation) {
  return std::make_unique<Download>(http, clock, std::move(request), std::move(answer),
                                    cancellation);
}

}  // namespace tidemill
