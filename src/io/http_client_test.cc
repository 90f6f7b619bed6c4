// The HTTP client against a server of a few lines on the loopback address.
#include "io/http_client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace tidemill {
namespace {

/// Answers each connection's request with what `respond` makes of its first line, and closes it. A
/// request that is answered with nothing is a connection that closes.
class Server {
 public:
  explicit Server(std::function<std::string(const std::string&)> respond)
      : respond_(std::move(respond)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof(address);
    auto* any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(listener_, any, size), 0);
    EXPECT_EQ(::listen(listener_, 16), 0);
    EXPECT_EQ(::getsockname(listener_, any, &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this] { serve(); });
  }
  ~Server() {
    ::shutdown(listener_, SHUT_RDWR);  // Wakes the thread out of accept(2).
    thread_.join();
    ::close(listener_);
  }

  std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  /// Returns the first lines of all requests.
  std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  /// Returns the value of a header of the last request; nothing when it had none.
  std::optional<std::string> header(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const size_t at = lower(last_).find("\r\n" + name + ": ");
    if (at == std::string::npos) return std::nullopt;
    const size_t start = at + name.size() + 4;
    return last_.substr(start, last_.find("\r\n", start) - start);
  }

 private:
  void serve() {
    while (true) {
      const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) return;
      answer(connection);
      ::shutdown(connection, SHUT_WR);
      ::close(connection);
    }
  }

  void answer(int connection) {
    std::string request;
    std::array<char, 4096> buffer{};
    while (request.find("\r\n\r\n") == std::string::npos) {
      const ssize_t count = ::read(connection, buffer.data(), buffer.size());
      if (count <= 0) return;
      request.append(buffer.data(), static_cast<size_t>(count));
    }
    const std::string line = request.substr(0, request.find(" HTTP/"));
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(line);
      last_ = request;
    }
    const std::string answer = respond_(line);
    for (size_t at = 0; at < answer.size();) {
      const ssize_t count =
          ::send(connection, answer.data() + at, answer.size() - at, MSG_NOSIGNAL);
      if (count <= 0) return;
      at += static_cast<size_t>(count);
    }
  }

  std::function<std::string(const std::string&)> respond_;
  int listener_;
  int port_ = 0;
  std::mutex mutex_;  // Guards requests_ and last_.
  std::vector<std::string> requests_;
  std::string last_;
  std::jthread thread_;
};

std::string answer(const std::string& status, const std::string& headers, const std::string& body) {
  return "HTTP/1.1 " + status +
         "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         headers + "\r\n" + body;
}

std::string all_of(ByteSource& source) {
  std::string bytes;
  std::array<uint8_t, 1000> buffer{};
  while (const size_t count = source.read(buffer)) {
    bytes.append(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(count));
  }
  return bytes;
}

Error::Kind kind_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.kind();
  }
  ADD_FAILURE() << "nothing was thrown";
  return Error::Kind::kBug;
}

class HttpClientTest : public testing::Test {
 protected:
  Cancellation cancellation_;
  std::unique_ptr<HttpClient> http_ = curl_http_client();
};

TEST_F(HttpClientTest, ABodyComesWithItsFingerprint) {
  Server server([](const std::string&) {
    return answer("200 OK", "ETag: \"v1\"\r\nLast-Modified: Fri, 01 Mar 2024 00:00:00 GMT\r\n",
                  "hello");
  });
  const HttpAnswer got = http_->get({.url = server.url("/a")}, cancellation_);
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.fingerprint.etag, "\"v1\"");
  EXPECT_EQ(got.fingerprint.last_modified, "Fri, 01 Mar 2024 00:00:00 GMT");
  EXPECT_EQ(got.fingerprint.size, 5);
  EXPECT_EQ(got.headers.at("etag"), "\"v1\"");
  EXPECT_EQ(all_of(*got.body), "hello");
}

TEST_F(HttpClientTest, ALargeBodyIsPulledWhole) {
  std::string large;
  for (int i = 0; i < 1'000'000; ++i) large += std::to_string(i % 10);
  large = large + large + large + large;
  Server server([&](const std::string&) { return answer("200 OK", "", large); });
  const HttpAnswer got = http_->get({.url = server.url("/a")}, cancellation_);
  EXPECT_EQ(all_of(*got.body), large);
}

TEST_F(HttpClientTest, AnEmptyBodyEndsAtOnce) {
  Server server([](const std::string&) { return answer("200 OK", "", ""); });
  const HttpAnswer got = http_->get({.url = server.url("/a")}, cancellation_);
  EXPECT_EQ(all_of(*got.body), "");
  EXPECT_EQ(got.fingerprint.size, 0);
}

TEST_F(HttpClientTest, HeadAsksForHeadersAlone) {
  Server server([](const std::string&) {
    return "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1234\r\nETag: x\r\n\r\n";
  });
  const HttpAnswer got = http_->head({.url = server.url("/a")}, cancellation_);
  EXPECT_EQ(got.fingerprint.size, 1234);
  EXPECT_EQ(got.body, nullptr);
  EXPECT_EQ(server.requests(), std::vector<std::string>{"HEAD /a"});
}

TEST_F(HttpClientTest, AbsenceIsAnAnswer) {
  Server server([](const std::string&) { return answer("404 Not Found", "", "no"); });
  EXPECT_EQ(http_->get({.url = server.url("/a")}, cancellation_).status, 404);
}

TEST_F(HttpClientTest, RedirectsAreFollowedAndTheirHeadersForgotten) {
  Server server([](const std::string& request) {
    if (request == "GET /old")
      return answer("302 Found", "Location: /new\r\nETag: of the redirect\r\n", "moved");
    return answer("200 OK", "", "here");
  });
  const HttpAnswer got = http_->get({.url = server.url("/old")}, cancellation_);
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(got.fingerprint.etag, "");
  EXPECT_EQ(all_of(*got.body), "here");
}

TEST_F(HttpClientTest, AnswersThatSayToComeBackAreTransient) {
  for (const char* status : {"408 x", "425 x", "429 x", "500 x", "503 x"}) {
    Server server([&](const std::string&) { return answer(status, "", ""); });
    EXPECT_EQ(kind_of([&] { http_->get({.url = server.url("/a")}, cancellation_); }),
              Error::Kind::kTransient)
        << status;
  }
}

TEST_F(HttpClientTest, ABodyShorterThanAnnouncedIsTransient) {
  Server server([](const std::string&) {
    return "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 100\r\n\r\nhalf";
  });
  EXPECT_EQ(kind_of([&] { all_of(*http_->get({.url = server.url("/a")}, cancellation_).body); }),
            Error::Kind::kTransient);
}

TEST_F(HttpClientTest, AConnectionThatClosesWithoutAnAnswerIsTransient) {
  Server server([](const std::string&) { return ""; });
  EXPECT_EQ(kind_of([&] { http_->get({.url = server.url("/a")}, cancellation_); }),
            Error::Kind::kTransient);
}

TEST_F(HttpClientTest, NobodyListeningIsTransient) {
  std::string url;
  {
    url = Server([](const std::string&) { return ""; }).url("/a");
  }
  EXPECT_EQ(kind_of([&] { http_->get({.url = url}, cancellation_); }), Error::Kind::kTransient);
}

TEST_F(HttpClientTest, WhatIsNoAddressIsAUsersError) {
  for (const char* url : {"ftp://127.0.0.1/a", "file:///etc/passwd", "http://"}) {
    EXPECT_EQ(kind_of([&] { http_->get({.url = url}, cancellation_); }), Error::Kind::kUser) << url;
  }
}

TEST_F(HttpClientTest, TheRestIsAskedForOnTheConditionThatNothingChanged) {
  Server server([](const std::string&) {
    return answer("206 Partial Content", "Content-Range: bytes 7-9/10\r\n", "789");
  });
  const HttpAnswer got =
      http_->get({.url = server.url("/a"), .start = 7, .validator = "\"v1\""}, cancellation_);
  EXPECT_EQ(got.status, 206);
  EXPECT_EQ(all_of(*got.body), "789");
  EXPECT_EQ(server.header("range"), "bytes=7-");
  EXPECT_EQ(server.header("if-range"), "\"v1\"");
}

TEST_F(HttpClientTest, OnlyWhatProvesTheSameBytesIsAValidator) {
  const std::string date = "Date: Fri, 01 Mar 2024 00:00:10 GMT\r\n";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"ETag: \"v1\"\r\n", "\"v1\""},
      {"ETag: W/\"v1\"\r\n", ""},
      {"", ""},
      {"Last-Modified: Fri, 01 Mar 2024 00:00:09 GMT\r\n" + date, "Fri, 01 Mar 2024 00:00:09 GMT"},
      {"Last-Modified: Fri, 01 Mar 2024 00:00:10 GMT\r\n" + date, ""},
      {"Last-Modified: Fri, 01 Mar 2024 00:00:09 GMT\r\n", ""},
      {"Last-Modified: yesterday\r\n" + date, ""},
  };
  for (const auto& [headers, validator] : cases) {
    Server server([&](const std::string&) { return answer("200 OK", headers, "x"); });
    EXPECT_EQ(http_->get({.url = server.url("/a")}, cancellation_).validator, validator) << headers;
  }
}

TEST_F(HttpClientTest, RetryAfterIsReadAsSecondsAndAsADate) {
  using std::chrono::milliseconds;
  const std::string date = "Date: Fri, 01 Mar 2024 00:00:10 GMT\r\n";
  const std::vector<std::pair<std::string, std::optional<milliseconds>>> cases = {
      {"", std::nullopt},
      {"Retry-After: 7\r\n", milliseconds(7000)},
      {"Retry-After: 0\r\n", milliseconds(0)},
      {"Retry-After: -5\r\n", milliseconds(0)},
      {"Retry-After: 9000000000000000000\r\n", milliseconds(300'000)},
      {"Retry-After: soon\r\n", std::nullopt},
      {"Retry-After: Fri, 01 Mar 2024 00:00:30 GMT\r\n" + date, milliseconds(20'000)},
      {"Retry-After: Fri, 01 Mar 2024 00:00:00 GMT\r\n" + date, milliseconds(0)},
      {"Retry-After: Fri, 01 Mar 2024 00:00:30 GMT\r\n", std::nullopt},
  };
  for (const auto& [headers, wait] : cases) {
    Server server([&](const std::string&) { return answer("503 x", headers, ""); });
    try {
      http_->get({.url = server.url("/a")}, cancellation_);
      ADD_FAILURE() << "taken";
    } catch (const Error& error) {
      EXPECT_EQ(error.retry_after(), wait) << headers;
    }
  }
}

TEST_F(HttpClientTest, PasswordsAndTokensAreSent) {
  Server server([](const std::string&) { return answer("200 OK", "", ""); });
  HttpRequest request{.url = server.url("/a")};
  http_->get(request, cancellation_);
  EXPECT_EQ(server.header("authorization"), std::nullopt);
  request.access.user = "me";
  request.access.password = Secret("a:b");
  http_->get(request, cancellation_);
  EXPECT_EQ(server.header("authorization"), "Basic bWU6YTpi");
  request.access = {};
  request.access.token = Secret("abc");
  http_->get(request, cancellation_);
  EXPECT_EQ(server.header("authorization"), "Bearer abc");
  request.access.token_header = "X-Key";
  http_->get(request, cancellation_);
  EXPECT_EQ(server.header("authorization"), std::nullopt);
  EXPECT_EQ(server.header("x-key"), "abc");
}

TEST_F(HttpClientTest, AnotherOriginDoesNotGetThem) {
  Server other([](const std::string&) { return answer("200 OK", "", "there"); });
  Server server([&](const std::string& request) {
    if (request == "GET /a") return answer("302 Found", "Location: /b\r\n", "");
    return answer("307 x", "Location: " + other.url("/c") + "\r\n", "");
  });
  HttpRequest request{.url = server.url("/a")};
  request.access.token = Secret("abc");
  EXPECT_EQ(all_of(*http_->get(request, cancellation_).body), "there");
  EXPECT_EQ(server.requests(), (std::vector<std::string>{"GET /a", "GET /b"}));
  EXPECT_EQ(server.header("authorization"), "Bearer abc") << "the same origin does";
  EXPECT_EQ(other.header("authorization"), std::nullopt);
}

TEST_F(HttpClientTest, RedirectsThatLeadNowhereAreAUsersError) {
  for (const char* location : {"/a", "ftp://127.0.0.1/", "http://me:secret@127.0.0.1/"}) {
    Server server([&](const std::string&) {
      return answer("302 Found", "Location: " + std::string(location) + "\r\n", "");
    });
    EXPECT_EQ(kind_of([&] { http_->get({.url = server.url("/a")}, cancellation_); }),
              Error::Kind::kUser)
        << location;
  }
}

TEST_F(HttpClientTest, APasswordInAnAddressIsRefusedAndNotShown) {
  for (const char* url : {"http://me:hunter2@127.0.0.1/", "https://hunter2@127.0.0.1/a"}) {
    try {
      http_->get({.url = url}, cancellation_);
      ADD_FAILURE() << "taken";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), Error::Kind::kUser);
      EXPECT_EQ(error.text().find("hunter2"), std::string::npos) << error.text();
    }
  }
}

TEST_F(HttpClientTest, WhatArrivedBeforeABreakIsReadFirst) {
  Server server([](const std::string&) {
    return "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 100\r\n\r\nhalf";
  });
  const HttpAnswer got = http_->get({.url = server.url("/a")}, cancellation_);
  std::array<uint8_t, 100> buffer{};
  ASSERT_EQ(got.body->read(buffer), 4);
  EXPECT_EQ(kind_of([&] { got.body->read(buffer); }), Error::Kind::kTransient);
  EXPECT_EQ(kind_of([&] { got.body->read(buffer); }), Error::Kind::kTransient);
}

TEST_F(HttpClientTest, ABodyHoldsItsConnectionUntilItGoes) {
  Server server([](const std::string&) { return answer("200 OK", "", "hello"); });
  HttpRequest request{.url = server.url("/a")};
  request.access.connections = 1;
  request.access.connect_timeout = request.access.stall_timeout = std::chrono::milliseconds(1);
  HttpAnswer first = http_->get(request, cancellation_);
  EXPECT_EQ(kind_of([&] { http_->head(request, cancellation_); }), Error::Kind::kTransient);
  first.body.reset();
  request.access = {.connections = 1};
  EXPECT_EQ(http_->head(request, cancellation_).status, 200);
}

TEST_F(HttpClientTest, ACancelledRequestStops) {
  Server server([](const std::string&) { return answer("200 OK", "", "hello"); });
  cancellation_.cancel();
  EXPECT_EQ(kind_of([&] { http_->get({.url = server.url("/a")}, cancellation_); }),
            Error::Kind::kCancelled);
}

}  // namespace
}  // namespace tidemill
