#include "cli/workspace.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/error.h"
#include "base/text.h"
#include "cli/selection_options.h"

namespace tidemill {
namespace {

/// Returns the text of the error that reading the range throws.
std::string refused(const std::string& start, const std::string& end) {
  try {
    read_range(start, end);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::kUser);
    return error.text();
  }
  ADD_FAILURE() << "taken: " << start << " " << end;
  return "";
}

TEST(ReadRange, NeitherEndIsNoRange) { EXPECT_EQ(read_range("", ""), std::nullopt); }

TEST(ReadRange, ShortTimesAreTheirStarts) {
  EXPECT_EQ(read_range("2015-01-01T15", "2015-01-02"),
            parse_interval("2015-01-01T15:00:00Z/2015-01-02T00:00:00Z"));
}

TEST(ReadRange, WhatIsNoneIsRefused) {
  EXPECT_EQ(refused("2015-01-01", ""), "--start and --end go together; missing: '--end'");
  EXPECT_EQ(refused("", "2015-01-01"), "--start and --end go together; missing: '--start'");
  EXPECT_EQ(refused("soon", "2015-01-01"),
            "--start is not a time: 'soon'\n  hint: for example: 2015-01-01T15");
  EXPECT_EQ(refused("2015-01-01", "2015-01-01"), "--end is not after --start: '2015-01-01'");
  EXPECT_EQ(refused("2015-01-02", "2015-01-01"), "--end is not after --start: '2015-01-01'");
}

TEST(AllKinds, HoldEveryComponentOfTheBuildOnce) {
  const Kinds kinds = all_kinds();
  EXPECT_EQ(Kinds::names(kinds.connectors),
            (std::vector<std::string>{"files", "http", "mysql", "postgres"}));
  EXPECT_EQ(Kinds::names(kinds.formats),
            (std::vector<std::string>{"csv", "json", "ndjson", "parquet", "tsv"}));
  EXPECT_EQ(Kinds::names(kinds.checks),
            (std::vector<std::string>{"accepted_values", "max", "min", "not_null", "row_count",
                                      "sql", "unique"}));
}

TEST(FindProject, AFolderThatIsNotThereIsRefused) {
  EXPECT_THROW(find_project({.folder = testing::TempDir() + "/" + random_id()}), Error);
}

TEST(FindProject, AGivenFolderIsMadeAbsolute) {
  const std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) / ("tidemill_cli_" + random_id());
  std::filesystem::create_directories(folder / "inner");
  EXPECT_EQ(find_project({.folder = folder / "inner" / ".."}),
            std::filesystem::canonical(folder).string());
  std::filesystem::remove_all(folder);
}

TEST(SelectionText, SaysWhatWasGivenAndNothingElse) {
  EXPECT_EQ(SelectionOptions{}.text(), "");
  const SelectionOptions options{.words = {"+mart.a", "tag:x"},
                                 .start = "2015-01-01",
                                 .end = "2015-01-02",
                                 .full_refresh = true,
                                 .yes = true};
  EXPECT_EQ(options.text(), " +mart.a tag:x --start 2015-01-01 --end 2015-01-02 --full-refresh");
}

}  // namespace
}  // namespace tidemill
