#include "base/secret.h"

#include <gtest/gtest.h>

#include <concepts>

#include "base/form.h"

namespace tidemill {
namespace {

template <typename T>
concept Printable = requires(std::ostream& stream, const T& value) {
  stream << value;
};
static_assert(!Printable<Secret>);
static_assert(!std::convertible_to<Secret, std::string>);

const Form& form() {
  static const Form the_form = {"door",
                                {{.name = "colour"},
                                 {.name = "marks", .type = FieldType::kTextList},
                                 {.name = "key", .type = FieldType::kSecret}}};
  return the_form;
}

/// Returns the texts of all mistakes.
std::vector<std::string> mistakes_in(const std::string& text) {
  Mistakes mistakes;
  read_options(parse_yaml(text, "door.yml"), form(), mistakes);
  std::vector<std::string> texts;
  for (const Error& mistake : mistakes.sorted()) texts.push_back(mistake.text());
  return texts;
}

using Texts = std::vector<std::string>;

TEST(Secret, ItsNameIsLettersDigitsAndUnderscores) {
  EXPECT_EQ(named_secret("${secret:DB_2}"), "DB_2");
  for (const char* text : {"", "DB", "${DB}", "${secret:}", "${secret:a b}", "x${secret:A}",
                           "${secret:A}x", "${secret:A", "${secret:A}${secret:B}"})
    EXPECT_EQ(named_secret(text), std::nullopt) << text;
}

TEST(Secret, AFieldForOneTakesItsName) {
  Mistakes mistakes;
  const Options options =
      read_options(parse_yaml("key: ${secret:HOUSE}", "door.yml"), form(), mistakes);
  EXPECT_TRUE(mistakes.empty());
  EXPECT_EQ(options.secret("key").name, "HOUSE");
  EXPECT_EQ(options.secret("key").place, (Place{"door.yml", 1, 6}));
}

TEST(Secret, AValueInsteadOfItsNameIsAMistakeThatDoesNotShowIt) {
  for (const char* yaml : {"key: hunter2", "key: [hunter2]", "key: x${secret:hunter2}"}) {
    EXPECT_EQ(mistakes_in(yaml),
              Texts{"door.yml:1:6: key must be the name of a secret, and nothing else\n"
                    "  hint: key: ${secret:NAME}, with NAME in the environment or in secrets.yml"})
        << yaml;
  }
}

TEST(Secret, ElsewhereItIsAMistake) {
  const std::string hint =
      "\n  hint: ${secret:NAME} is the whole value of an option for a secret, such as password";
  EXPECT_EQ(mistakes_in("colour: ${secret:A}"),
            Texts{"door.yml:1:9: a secret may not stand here: '${secret:A}'" + hint});
  EXPECT_EQ(mistakes_in("marks: [x, 'a ${secret:A} b']"),
            Texts{"door.yml:1:12: a secret may not stand here: 'a ${secret:A} b'" + hint});
}

TEST(Secret, ARuleOfAFormSeesWhatWasGiven) {
  Form ruled = form();
  ruled.rules.push_back([](const Options& options, Mistakes& mistakes) {
    if (options.has("key") && !options.has("colour"))
      mistakes.add(user_error("a key needs a colour").at(options.place("key")));
  });
  Mistakes mistakes;
  read_options(parse_yaml("key: ${secret:A}", "door.yml"), Form{"house", {}} + ruled, mistakes);
  ASSERT_EQ(mistakes.sorted().size(), 1);
  EXPECT_EQ(mistakes.sorted()[0].text(), "door.yml:1:6: a key needs a colour");
}

}  // namespace
}  // namespace tidemill
