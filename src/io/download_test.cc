// Downloads that break, over a client that answers from memory.
#include "io/download.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace tidemill {
namespace {

/// Notes what is slept, and sleeps nothing.
class NotedClock : public Clock {
 public:
  std::vector<int64_t> waits;  // Milliseconds.
  Instant now() override { return {}; }
  void sleep(std::chrono::milliseconds duration, const Cancellation&) override {
    waits.push_back(duration.count());
  }
};

/// Gives some bytes, and breaks.
class BreakingSource : public ByteSource {
 public:
  BreakingSource(std::string bytes, bool breaks)
      : source_(make_byte_source(std::move(bytes))), breaks_(breaks) {}
  size_t read(std::span<uint8_t> buffer) override {
    const size_t count = source_->read(buffer);
    if (count == 0 && breaks_) throw transient_error("broken");
    return count;
  }
  const Fingerprint& fingerprint() const override { return source_->fingerprint(); }

 private:
  std::unique_ptr<ByteSource> source_;
  bool breaks_;
};

/// Answers each request as `respond` says, and notes where it started.
class FakeHttp : public HttpClient {
 public:
  std::function<HttpAnswer(const HttpRequest&)> respond;
  std::vector<int64_t> starts;

  HttpAnswer head(const HttpRequest&, const Cancellation&) override { return {}; }
  HttpAnswer get(const HttpRequest& request, const Cancellation&) override {
    starts.push_back(request.start);
    return respond(request);
  }
};

constexpr const char* kText = "0123456789abcdefghij";
constexpr int64_t kSize = 20;

class DownloadTest : public testing::Test {
 protected:
  /// Answers with `most` bytes of the text at the most, and then breaks where that is not all.
  static HttpAnswer part(const HttpRequest& request, size_t most,
                         const std::string& etag = "\"1\"") {
    const std::string rest = std::string(kText).substr(static_cast<size_t>(request.start));
    HttpAnswer answer{.status = request.start > 0 ? 206 : 200};
    answer.fingerprint = {.etag = etag, .size = static_cast<int64_t>(rest.size())};
    answer.validator = etag;
    if (request.start > 0) {
      answer.headers["content-range"] = "bytes " + std::to_string(request.start) + "-19/20";
    }
    answer.body = std::make_unique<BreakingSource>(rest.substr(0, most), most < rest.size());
    return answer;
  }

  /// Downloads all, a few bytes at a time. Returns it, or the error's message after what came.
  std::string download() {
    HttpRequest request{.url = "http://host/a"};
    const auto source = resume_when_broken(http_, clock_, request,
                                           http_.get(request, cancellation_), cancellation_);
    std::string text;
    std::array<uint8_t, 3> buffer{};
    try {
      while (const size_t count = source->read(buffer))
        text.append(buffer.begin(), buffer.begin() + static_cast<ptrdiff_t>(count));
    } catch (const Error& error) {
      kind_ = error.kind();
      return text + "|" + error.message();
    }
    return text;
  }

  /// Breaks once after ten bytes, and answers then as `second` says.
  void answer_second(std::function<HttpAnswer(const HttpRequest&)> second) {
    http_.respond = [second](const HttpRequest& request) {
      return request.start == 0 ? part(request, 10) : second(request);
    };
  }

  Error::Kind kind_ = Error::Kind::kBug;  // Of the last error.
  FakeHttp http_;
  NotedClock clock_;
  Cancellation cancellation_;
};

TEST_F(DownloadTest, AnUnbrokenBodyIsAskedForOnce) {
  http_.respond = [](const HttpRequest& request) { return part(request, 100); };
  EXPECT_EQ(download(), kText);
  EXPECT_EQ(http_.starts, std::vector<int64_t>{0});
}

TEST_F(DownloadTest, ItGoesOnAtTheByteWhereItBroke) {
  for (size_t most = 1; most < kSize; ++most) {
    http_.starts.clear();
    http_.respond = [&](const HttpRequest& request) {
      EXPECT_EQ(request.validator, request.start > 0 ? "\"1\"" : "");
      return part(request, most);
    };
    EXPECT_EQ(download(), kText) << most;
    EXPECT_EQ(http_.starts.size(), (kSize + most - 1) / most);
  }
  EXPECT_EQ(*std::max_element(clock_.waits.begin(), clock_.waits.end()), 0)
      << "who makes progress does not wait";
}

TEST_F(DownloadTest, AConnectionThatBreaksAfterTheLastByteIsComplete) {
  http_.respond = [](const HttpRequest& request) {
    HttpAnswer answer = part(request, 100);
    answer.body = std::make_unique<BreakingSource>(kText, true);
    return answer;
  };
  EXPECT_EQ(download(), kText);
  EXPECT_EQ(http_.starts.size(), 1);
}

TEST_F(DownloadTest, FiveTriesInARowWithoutAByteAreEnough) {
  answer_second([](const HttpRequest& request) { return part(request, 0); });
  EXPECT_EQ(download(), "0123456789|broken");
  EXPECT_EQ(kind_, Error::Kind::kTransient);
  EXPECT_EQ(http_.starts, (std::vector<int64_t>{0, 10, 10, 10, 10, 10}));
  EXPECT_EQ(clock_.waits, (std::vector<int64_t>{0, 250, 500, 1000, 2000}));
}

TEST_F(DownloadTest, AServerThatIsBusyMeanwhileSaysHowLongToWait) {
  int busy = 2;
  answer_second([&](const HttpRequest& request) {
    if (busy-- > 0) throw transient_error("busy").retry_after(std::chrono::seconds(7));
    return part(request, 100);
  });
  EXPECT_EQ(download(), kText);
  EXPECT_EQ(clock_.waits, (std::vector<int64_t>{0, 7000, 7000}));
}

TEST_F(DownloadTest, OtherContentIsNeverJoinedToTheOld) {
  const std::string changed = "0123456789|the file changed while it was read: 'http://host/a'";
  answer_second([](const HttpRequest&) {
    return part({.url = ""}, 100, "\"2\"");  // The whole: If-Range did not fit.
  });
  EXPECT_EQ(download(), changed);
  EXPECT_EQ(kind_, Error::Kind::kTransient);
  answer_second([](const HttpRequest& request) {
    return part(request, 100, "\"2\"");  // A part, from a server that does not know If-Range.
  });
  EXPECT_EQ(download(), changed);
  http_.respond = [](const HttpRequest& request) {
    HttpAnswer answer = part(request, 10, "");
    answer.fingerprint.last_modified = answer.validator = request.start == 0 ? "Monday" : "Tuesday";
    return answer;
  };
  EXPECT_EQ(download(), changed);
  answer_second([](const HttpRequest& request) {
    HttpAnswer answer = part(request, 100);
    answer.headers["content-range"] = "bytes 10-19/21";
    return answer;
  });
  EXPECT_EQ(download(), changed);
  answer_second([](const HttpRequest& request) {
    HttpAnswer answer = part(request, 100);
    answer.headers["content-range"] = "bytes 9-19/20";
    return answer;
  });
  EXPECT_EQ(download(), changed);
  answer_second([](const HttpRequest&) { return HttpAnswer{.status = 416}; });
  EXPECT_EQ(download(), changed);
}

TEST_F(DownloadTest, APartMayBeShorterThanWhatWasAskedFor) {
  // Three bytes at a time, each answer whole in itself; the size may stand in the first one alone.
  for (const std::string size : {"20", "*"}) {
    http_.starts.clear();
    answer_second([&](const HttpRequest& request) {
      HttpAnswer answer = part(request, 100);
      const std::string piece = std::string(kText).substr(static_cast<size_t>(request.start), 3);
      answer.fingerprint.size = std::ssize(piece);
      answer.headers["content-range"] = "bytes " + std::to_string(request.start) + "-" +
                                        std::to_string(request.start + std::ssize(piece) - 1) +
                                        "/" + size;
      answer.body = make_byte_source(piece);
      return answer;
    });
    EXPECT_EQ(download(), kText);
    EXPECT_EQ(http_.starts, (std::vector<int64_t>{0, 10, 13, 16, 19}));
  }
}

TEST_F(DownloadTest, WhereNobodySaysHowLongTheWholeIsAPartIsNotTakenForTheRest) {
  http_.respond = [](const HttpRequest& request) {
    HttpAnswer answer = part(request, request.start == 0 ? 10 : 5);
    answer.fingerprint.size = std::nullopt;
    if (request.start > 0) answer.headers["content-range"] = "bytes 10-14/*";
    return answer;
  };
  EXPECT_EQ(download(), "0123456789|broken");
}

TEST_F(DownloadTest, AnAnswerThatEndsEarlyIsNotTheWhole) {
  answer_second([](const HttpRequest&) -> HttpAnswer { return {.status = 404}; });
  const auto first = http_.respond;
  http_.respond = [&](const HttpRequest& request) {
    HttpAnswer answer = first(request);
    if (request.start == 0) answer.body = make_byte_source("0123456789");
    return answer;
  };
  EXPECT_EQ(download(), "0123456789|the file went away while it was read: 'http://host/a'");
  EXPECT_EQ(http_.starts, (std::vector<int64_t>{0, 10}));
}

TEST_F(DownloadTest, BytesBeyondTheEndAreNoneOfTheFile) {
  answer_second([](const HttpRequest& request) {
    HttpAnswer answer = part(request, 100);
    answer.body = make_byte_source("abcdefghijklm");
    return answer;
  });
  EXPECT_EQ(download(), "0123456789abcdefghi|the answer is longer than it says: 'http://host/a'");
}

TEST_F(DownloadTest, AServerThatGivesNoPartsBreaksAsItBroke) {
  answer_second([](const HttpRequest&) { return part({.url = ""}, 100); });
  EXPECT_EQ(download(), "0123456789|broken");
  answer_second([](const HttpRequest& request) {
    HttpAnswer answer = part(request, 100);
    answer.headers.clear();
    return answer;
  });
  EXPECT_EQ(download(), "0123456789|broken");
}

TEST_F(DownloadTest, WithoutAValidatorThereIsNothingToGoOnWith) {
  http_.respond = [](const HttpRequest& request) {
    HttpAnswer answer = part(request, 10);
    answer.validator.clear();
    return answer;
  };
  EXPECT_EQ(download(), "0123456789|broken");
  EXPECT_EQ(http_.starts.size(), 1);
}

TEST_F(DownloadTest, AFileThatWentAwayIsTransient) {
  answer_second([](const HttpRequest&) { return HttpAnswer{.status = 404}; });
  EXPECT_EQ(download(), "0123456789|the file went away while it was read: 'http://host/a'");
  EXPECT_EQ(kind_, Error::Kind::kTransient);
}

TEST_F(DownloadTest, ACancelledDownloadIsNotTriedAgain) {
  answer_second([&](const HttpRequest&) -> HttpAnswer {
    cancellation_.cancel();
    throw transient_error("busy");
  });
  EXPECT_EQ(download(), "0123456789|interrupted");
  EXPECT_EQ(kind_, Error::Kind::kCancelled);
  EXPECT_EQ(http_.starts.size(), 2);
}

}  // namespace
}  // namespace tidemill
