// tests/*.yml: models run on rows given in the test.
#include "base/text.h"
#include "project/reading.h"

namespace tidemill::reading {

namespace {

const Form& test_form() {
  static const Form form = {
      "test",
      {{.name = "name", .doc = "what the test is called"},
       {.name = "description", .doc = "what it shows"},
       {.name = "model", .doc = "the model that is run", .required = true},
       {.name = "given", .type = FieldType::kMap, .doc = "rows of the tables that it reads"},
       {.name = "vars", .type = FieldType::kMap, .doc = "values that replace the project's"},
       {.name = "start", .doc = "of an interval model: the value of $start"},
       {.name = "end", .doc = "of an interval model: the value of $end"},
       {.name = "run_time", .doc = "the value of $run_time"},
       {.name = "expect", .type = FieldType::kMap, .doc = "the rows that are to come out"},
       {.name = "ctes",
        .type = FieldType::kMap,
        .doc = "the rows of common table expressions of its SQL"}}};
  return form;
}

const Form& expected_form() {
  static const Form form = {"expectation",
                            {{.name = "rows",
                              .type = FieldType::kList,
                              .doc = "maps of column to value",
                              .required = true},
                             {.name = "columns",
                              .type = FieldType::kChoice,
                              .doc = "which are compared: all, or those that the rows name",
                              .choices = {"all", "subset"}},
                             {.name = "order",
                              .type = FieldType::kChoice,
                              .doc = "in which order the rows must come",
                              .choices = {"any", "given"}}}};
  return form;
}

ModelTest::Expected read_expected(const Yaml& yaml, const std::string& expression,
                                  Context& context) {
  const Options options = read_options(yaml, expected_form(), context.mistakes);
  ModelTest::Expected expected{.expression = expression, .place = yaml.place};
  if (const Yaml* rows = options.find("rows")) expected.rows = rows->items;
  expected.subset = options.text("columns") == "subset";
  expected.any_order = options.text("order", "any") == "any";
  return expected;
}

std::vector<ModelTest::Given> read_given(const Yaml& yaml, Context& context) {
  std::vector<ModelTest::Given> given;
  std::set<std::string> seen;
  for (const Yaml::Entry& entry : yaml.entries) {
    if (!seen.insert(lower(entry.key)).second) {
      context.mistake(user_error("key given twice: " + quote(entry.key)).at(entry.place));
    } else if (!entry.value.is_list() && !entry.value.is_null()) {
      context.mistake(
          user_error("the rows of " + entry.key + " must be a list, not " + entry.value.described())
              .at(entry.value.place));
    } else {
      given.push_back({lower(entry.key), entry.place, entry.value.items});
    }
  }
  return given;
}

ModelTest read_test(const Yaml& yaml, const std::string& name, Context& context) {
  const Options options = read_options(yaml, test_form(), context.mistakes);
  ModelTest test{.name = options.text("name", name), .place = yaml.place};
  test.model = options.text("model");
  test.model_place = options.place("model");
  if (const Yaml* given = options.find("given")) test.given = read_given(*given, context);
  const Yaml* variables = options.find("vars");
  test.variables =
      variables == nullptr ? context.variables : replaced_variables(*variables, context);
  test.start = read_time(options, "start", context);
  test.end = read_time(options, "end", context);
  test.run_time = read_time(options, "run_time", context);
  const Yaml* expect = options.find("expect");
  const Yaml* expressions = options.find("ctes");
  if (expect != nullptr) test.expected.push_back(read_expected(*expect, "", context));
  if (expressions != nullptr) {
    for (const Yaml::Entry& entry : expressions->entries) {
      test.expected.push_back(read_expected(entry.value, entry.key, context));
      test.expected.back().place = entry.place;
    }
  }
  if (expect == nullptr && expressions == nullptr && yaml.is_map()) {
    context.mistake(user_error("a test expects something: " + quote("expect"))
                        .at(yaml.place)
                        .hint("expect: {rows: [{day: 2024-03-01, revenue: 3.5}]}"));
  }
  return test;
}

}  // namespace

std::vector<ModelTest> read_tests(const Yaml& yaml, const std::string& name, Context& context) {
  if (!yaml.is_list()) return {read_test(yaml, name, context)};
  std::vector<ModelTest> tests;
  for (const Yaml& item : yaml.items) {
    tests.push_back(read_test(item, name + " " + std::to_string(tests.size() + 1), context));
  }
  return tests;
}

}  // namespace tidemill::reading
