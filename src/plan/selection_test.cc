#include "plan/selection.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "project/project_for_test.h"

namespace tidemill {
namespace {

std::string model(const std::string& name, const std::string& header, const std::string& sql) {
  return "/* tidemill\nname: " + name + "\n" + header + "*/\n" + sql + "\n";
}

/// raw.a feeds mart.b and mart.c, both feed mart.d; mart.alone reads nothing.
const Project& diamond() {
  static const Project project = [] {
    LoadedProject loaded = load_for_test(
        {{"sources/a.yml",
          "name: raw.a\ntags: raw\nconnector: files\npath: a.ndjson\nformat: ndjson\n"
          "contract: {columns: [{name: n, type: bigint}]}\n"},
         {"models/b.sql", model("mart.b", "tags: [daily, wide]\n", "SELECT n FROM raw.a")},
         {"models/c.sql", model("mart.c", "tags: daily\n", "SELECT n FROM raw.a")},
         {"models/d.sql",
          model("mart.d", "", "SELECT b.n FROM mart.b AS b JOIN mart.c AS c USING (n)")},
         {"models/alone.sql", model("mart.alone", "", "SELECT 1 AS n")}});
    for (const Error& mistake : loaded.mistakes) ADD_FAILURE() << mistake.text();
    return std::move(loaded.project);
  }();
  return project;
}

/// Returns the names that the words select, sorted.
std::string selected(const std::vector<std::string>& words) {
  const std::vector<bool> chosen = select_assets(diamond(), words);
  std::vector<std::string> names;
  for (size_t i = 0; i < chosen.size(); ++i) {
    if (chosen[i]) names.push_back(diamond().assets[i].name);
  }
  std::sort(names.begin(), names.end());
  return join(names, " ");
}

TEST(Selection, NoWordsSelectEverything) {
  EXPECT_EQ(selected({}), "mart.alone mart.b mart.c mart.d raw.a");
}

TEST(Selection, ANameSelectsItselfAndCaseDoesNotCount) {
  EXPECT_EQ(selected({"mart.b"}), "mart.b");
  EXPECT_EQ(selected({"MART.B"}), "mart.b");
}

TEST(Selection, APlusBeforeAddsAllThatItDependsOn) {
  EXPECT_EQ(selected({"+mart.d"}), "mart.b mart.c mart.d raw.a");
  EXPECT_EQ(selected({"+raw.a"}), "raw.a");
}

TEST(Selection, APlusBehindAddsAllThatDependsOnIt) {
  EXPECT_EQ(selected({"raw.a+"}), "mart.b mart.c mart.d raw.a");
  EXPECT_EQ(selected({"mart.d+"}), "mart.d");
}

TEST(Selection, BothSidesDoNotReachTheNeighbours) {
  EXPECT_EQ(selected({"+mart.b+"}), "mart.b mart.d raw.a")
      << "mart.c is neither above nor below mart.b";
}

TEST(Selection, ATagSelectsAllThatHaveItWithTheirKin) {
  EXPECT_EQ(selected({"tag:daily"}), "mart.b mart.c");
  EXPECT_EQ(selected({"+tag:wide"}), "mart.b raw.a");
  EXPECT_EQ(selected({"tag:raw+"}), "mart.b mart.c mart.d raw.a");
}

TEST(Selection, WordsAddUpAndTheSameTwiceIsOnce) {
  EXPECT_EQ(selected({"mart.alone", "mart.b", "mart.b"}), "mart.alone mart.b");
}

void expect_refused(const std::string& word, const std::string& message, const std::string& hint) {
  try {
    select_assets(diamond(), {word});
    ADD_FAILURE() << "taken: " << word;
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::kUser);
    EXPECT_EQ(error.message(), message);
    EXPECT_EQ(error.hint(), hint);
  }
}

TEST(Selection, WhatNobodyIsCalledIsRefusedWithTheNearestName) {
  expect_refused("mart.alon", "no such asset: 'mart.alon'", "did you mean 'mart.alone'?");
  expect_refused("tag:dayly", "no asset has the tag: 'dayly'", "did you mean 'daily'?");
  expect_refused("+", "no such asset: ''", "one of: raw.a, mart.alone, mart.b, mart.c, mart.d");
  expect_refused("", "no such asset: ''", "one of: raw.a, mart.alone, mart.b, mart.c, mart.d");
}

}  // namespace
}  // namespace tidemill
