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
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace tidemill {
namespace {

/// Answers each connection's request with what `respond` makes of its first line, and closes it.
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
  std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
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
  std::mutex mutex_;  // Guards requests_.
  std::vector<std::string> requests_;
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

TEST_F(HttpClientTest, ACancelledRequestStops) {
  Server server([](const std::string&) { return answer("200 OK", "", "hello"); });
  cancellation_.cancel();
  EXPECT_EQ(kind_of([&] { http_->get({.url = server.url("/a")}, cancellation_); }),
            Error::Kind::kCancelled);
}

}  // namespace
}  // namespace tidemill
