#include "data/time_format.h"

#include <gtest/gtest.h>

#include "base/time.h"

namespace tidemill {
namespace {

/// Returns the time as ISO 8601, or `none`.
std::string read(const char* format, const char* text) {
  const auto compiled = TimeFormat::parse(format);
  if (!compiled) return "no format";
  const auto time = compiled->read(text);
  return time ? format_time(Instant(std::chrono::microseconds(*time))) : "none";
}

TEST(TimeFormat, EpochsCountSecondsMillisecondsAndMicroseconds) {
  EXPECT_EQ(read("epoch_s", "1425941529"), "2015-03-09T22:52:09Z");
  EXPECT_EQ(read("epoch_ms", "1425941529123"), "2015-03-09T22:52:09.123Z");
  EXPECT_EQ(read("epoch_us", "1425941529123456"), "2015-03-09T22:52:09.123456Z");
  EXPECT_EQ(read("epoch_s", "0"), "1970-01-01T00:00:00Z");
}

TEST(TimeFormat, AnEpochMayHaveASignAndAFraction) {
  EXPECT_EQ(read("epoch_s", "-1"), "1969-12-31T23:59:59Z");
  EXPECT_EQ(read("epoch_s", "1.5"), "1970-01-01T00:00:01.5Z");
  EXPECT_EQ(read("epoch_s", "1.123456789"), "1970-01-01T00:00:01.123456Z");
  EXPECT_EQ(read("epoch_s", "-0.0000001"), "1969-12-31T23:59:59.999999Z");
}

TEST(TimeFormat, WhatIsNoEpoch) {
  for (const char* text : {"", "-", "abc", "1e9", "1.", ".5", "+1", " 1", "1 ",
                           "99999999999999999999", "999999999999999999"})
    EXPECT_EQ(read("epoch_s", text), "none") << text;
}

TEST(TimeFormat, PatternsReadTheirFields) {
  EXPECT_EQ(read("%d/%m/%Y %H:%M", "31/01/2015 15:07"), "2015-01-31T15:07:00Z");
  EXPECT_EQ(read("%d/%m/%Y", "1/2/2015"), "2015-02-01T00:00:00Z");
  EXPECT_EQ(read("%b %d, %Y %I:%M %p", "Dec 7, 2020 12:30 AM"), "2020-12-07T00:30:00Z");
  EXPECT_EQ(read("%B %e %Y", "september  7 2020"), "2020-09-07T00:00:00Z");
  EXPECT_EQ(read("%a, %d %b %Y %H:%M:%S %z", "Mon, 05 Jan 2015 01:00:00 +0100"),
            "2015-01-05T00:00:00Z");
  EXPECT_EQ(read("%Y-%j", "2016-366"), "2016-12-31T00:00:00Z");
  EXPECT_EQ(read("%y%m%d", "690101"), "1969-01-01T00:00:00Z");
  EXPECT_EQ(read("%y%m%d", "680101"), "2068-01-01T00:00:00Z");
  EXPECT_EQ(read("%Y-%m-%d %H:%M:%S.%f", "2015-01-01 00:00:00.123456789"),
            "2015-01-01T00:00:00.123456Z");
  EXPECT_EQ(read("%Y%%", "2015%"), "2015-01-01T00:00:00Z");
}

TEST(TimeFormat, WhatDoesNotFitAPattern) {
  EXPECT_EQ(read("%d/%m/%Y", "31/02/2015"), "none");
  EXPECT_EQ(read("%d/%m/%Y", "31/01/2015 "), "none");
  EXPECT_EQ(read("%d/%m/%Y", "31/01/15"), "none");
  EXPECT_EQ(read("%Y-%j", "2015-366"), "none");
  EXPECT_EQ(read("%Y %H", "2015 24"), "none");
  EXPECT_EQ(read("%Y %I %p", "2015 13 PM"), "none");
  EXPECT_EQ(read("%b %Y", "Foo 2015"), "none");
  EXPECT_EQ(read("%Y %z", "2015 +9900"), "none");
  EXPECT_EQ(read("%Y", "0000"), "none");
  EXPECT_EQ(read("%Y", ""), "none");
}

TEST(TimeFormat, WhatIsNoFormat) {
  for (const char* text : {"", "epoch", "%d/%m", "%Y %Q", "%Y %", "%Y %Y", "iso"})
    EXPECT_EQ(TimeFormat::parse(text), std::nullopt) << text;
}

TEST(TimeFormat, Iso8601IsReadAsElsewhere) {
  EXPECT_EQ(read("iso8601", "2015-01-01 03:04:05.25+01:00"), "2015-01-01T02:04:05.25Z");
  EXPECT_EQ(read("iso8601", "01/01/2015"), "none");
}

}  // namespace
}  // namespace tidemill
