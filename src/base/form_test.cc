#include "base/form.h"

#include <gtest/gtest.h>

namespace tidemill {
namespace {

const Form& form() {
  static const Form the_form = {
      "lamp",
      {{.name = "name", .doc = "what it is called", .required = true},
       {.name = "watts", .type = FieldType::kInteger},
       {.name = "price", .type = FieldType::kNumber},
       {.name = "on", .type = FieldType::kBoolean},
       {.name = "after", .type = FieldType::kDuration},
       {.name = "file", .type = FieldType::kTimePattern},
       {.name = "colour", .type = FieldType::kChoice, .choices = {"warm", "cold"}},
       {.name = "rooms", .type = FieldType::kTextList},
       {.name = "parts", .type = FieldType::kList},
       {.name = "more", .type = FieldType::kMap}}};
  return the_form;
}

Options read(const std::string& text, Mistakes& mistakes) {
  return read_options(parse_yaml(text, "f.yml"), form(), mistakes);
}

/// Returns the texts of all mistakes.
std::vector<std::string> mistakes_in(const std::string& text) {
  Mistakes mistakes;
  read(text, mistakes);
  std::vector<std::string> texts;
  for (const Error& mistake : mistakes.sorted()) texts.push_back(mistake.text());
  return texts;
}

using Texts = std::vector<std::string>;

TEST(Form, WellFormedValuesAreRead) {
  Mistakes mistakes;
  const Options options = read(
      "name: desk\nwatts: -7\nprice: 1e2\non: true\nafter: 90s\nfile: \"{start:%Y}\"\ncolour: "
      "cold\nrooms: [a, b]\n",
      mistakes);
  EXPECT_TRUE(mistakes.empty());
  EXPECT_EQ(options.text("name"), "desk");
  EXPECT_EQ(options.integer("watts", 0), -7);
  EXPECT_EQ(options.number("price", 0), 100.0);
  EXPECT_TRUE(options.boolean("on", false));
  EXPECT_EQ(options.duration("after", {}), std::chrono::seconds(90));
  EXPECT_EQ(options.text_list("rooms"), (Texts{"a", "b"}));
  EXPECT_EQ(options.place("watts"), (Place{"f.yml", 2, 8}));
}

TEST(Form, WhatIsNotGivenIsTheFallback) {
  Mistakes mistakes;
  const Options options = read("name: desk", mistakes);
  EXPECT_FALSE(options.has("watts"));
  EXPECT_EQ(options.find("watts"), nullptr);
  EXPECT_EQ(options.text("colour", "warm"), "warm");
  EXPECT_EQ(options.integer("watts", 5), 5);
  EXPECT_TRUE(options.boolean("on", true));
  EXPECT_EQ(options.text_list("rooms"), Texts{});
  EXPECT_EQ(options.place("watts"), (Place{"f.yml", 1, 1})) << "the place of the whole map";
}

TEST(Form, OneTextStandsForAListOfOne) {
  Mistakes mistakes;
  EXPECT_EQ(read("name: desk\nrooms: a", mistakes).text_list("rooms"), Texts{"a"});
}

TEST(Form, EveryMistakeIsReportedAndCountsAsNotGiven) {
  Mistakes mistakes;
  const Options options = read("watts: many\nnaem: desk\nwatts: 3\n", mistakes);
  EXPECT_FALSE(options.has("watts"));
  EXPECT_EQ(mistakes.sorted().size(), 4);
  EXPECT_EQ(mistakes_in("watts: many\nnames: desk\nwatts: 3\n"),
            (Texts{"f.yml:1:1: missing key in lamp: 'name'\n  hint: what it is called",
                   "f.yml:1:8: watts must be a whole number, not 'many'",
                   "f.yml:2:1: unknown key in lamp: 'names'\n  hint: did you mean 'name'?",
                   "f.yml:3:1: key given twice: 'watts'"}));
}

TEST(Form, EveryTypeSaysWhatItWants) {
  const auto one = [](const std::string& line) {
    const Texts texts = mistakes_in("name: desk\n" + line + "\n");
    return texts.size() == 1 ? texts[0] : std::to_string(texts.size()) + " mistakes";
  };
  EXPECT_EQ(one("watts: 1.5"), "f.yml:2:8: watts must be a whole number, not '1.5'");
  EXPECT_EQ(one("watts: '3'"), "f.yml:2:8: watts must be a whole number, not '3'")
      << "quoted, it is text";
  EXPECT_EQ(one("watts:"), "f.yml:2:1: watts must be a whole number, not nothing");
  EXPECT_EQ(one("price: [1]"), "f.yml:2:8: price must be a number, not a list");
  EXPECT_EQ(one("on: yes"), "f.yml:2:5: on must be true or false, not 'yes'");
  EXPECT_EQ(one("after: 10"),
            "f.yml:2:8: after must be a duration, not '10'\n  hint: for example: 90s, 10m, 2h, 3d");
  EXPECT_EQ(one("colour: worm"), "f.yml:2:9: unknown colour: 'worm'\n  hint: did you mean 'warm'?");
  EXPECT_EQ(one("colour: ''"), "f.yml:2:9: unknown colour: ''\n  hint: one of: warm, cold");
  EXPECT_EQ(one("colour: [warm]"), "f.yml:2:9: colour must be one of warm, cold, not a list");
  EXPECT_EQ(one("rooms: [a, [b]]"), "f.yml:2:8: rooms must be a list of texts, not a list");
  EXPECT_EQ(one("parts: {a: 1}"), "f.yml:2:8: parts must be a list, not a map");
  EXPECT_EQ(one("more: text"), "f.yml:2:7: more must be a map, not 'text'");
  EXPECT_TRUE(
      one("file: \"{begin:%Y}\"").starts_with("f.yml:2:7: not a pattern of times: '{begin:%Y}'"));
}

TEST(Form, AWrongValueOfARequiredKeyIsNotAlsoMissing) {
  EXPECT_EQ(mistakes_in("name: [desk]"), Texts{"f.yml:1:7: name must be a text, not a list"});
}

TEST(Form, WhatIsNoMapIsOneMistake) {
  EXPECT_EQ(mistakes_in("- desk"), Texts{"f.yml:1:1: a lamp must be a map, not a list"});
  EXPECT_EQ(mistakes_in(""), Texts{"f.yml:1:1: a lamp must be a map, not nothing"});
}

TEST(Form, TwoFormsAddUp) {
  const Form both = form() + Form{"shade", {{.name = "cloth"}}};
  EXPECT_EQ(both.name, "lamp");
  EXPECT_NE(both.find("name"), nullptr);
  EXPECT_NE(both.find("cloth"), nullptr);
  EXPECT_EQ(both.find("paper"), nullptr);
  EXPECT_EQ(both.names().size(), form().names().size() + 1);
}

}  // namespace
}  // namespace tidemill
