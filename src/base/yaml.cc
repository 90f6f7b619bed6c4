#include "base/yaml.h"

#include <yaml-cpp/yaml.h>

#include "base/text.h"

namespace tidemill {

namespace {

constexpr int kDeepest = 64;  // A file nested deeper than this is a mistake or an attack.

struct Converter {
  const std::string& file;
  int first_line;

  Place place(const YAML::Mark& mark) const {
    if (mark.is_null()) return {file, first_line, 1};
    return {file, mark.line + first_line, mark.column + 1};
  }

  Yaml convert(const YAML::Node& node, int depth) const {
    Yaml value;
    value.place = place(node.Mark());
    if (depth > kDeepest) throw user_error("YAML is nested too deeply").at(value.place);
    switch (node.Type()) {
      case YAML::NodeType::Undefined:
      case YAML::NodeType::Null:
        break;
      case YAML::NodeType::Scalar:
        value.kind = Yaml::Kind::kScalar;
        value.text = node.Scalar();
        value.quoted = node.Tag() == "!";
        break;
      case YAML::NodeType::Sequence:
        value.kind = Yaml::Kind::kList;
        for (const YAML::Node& item : node) value.items.push_back(convert(item, depth + 1));
        break;
      case YAML::NodeType::Map:
        value.kind = Yaml::Kind::kMap;
        for (const auto& entry : node) {
          if (!entry.first.IsScalar()) {
            throw user_error("a key must be plain text").at(place(entry.first.Mark()));
          }
          const Place key = place(entry.first.Mark());
          value.entries.push_back({entry.first.Scalar(), key, convert(entry.second, depth + 1)});
          // yaml-cpp finds a value that is left out where the next thing stands.
          Yaml& last = value.entries.back().value;
          if (last.is_null() && last.place.line != key.line) last.place = key;
        }
        break;
    }
    return value;
  }
};

}  // namespace

const Yaml* Yaml::find(std::string_view key) const {
  for (const Entry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

std::string Yaml::described() const {
  switch (kind) {
    case Kind::kNull:
      return "nothing";
    case Kind::kScalar:
      return quote(text);
    case Kind::kList:
      return "a list";
    case Kind::kMap:
      return "a map";
  }
  return "";
}

Yaml parse_yaml(std::string_view text, const std::string& file, int first_line) {
  const Converter converter{file, first_line};
  try {
    std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text));
    while (documents.size() > 1 && documents.back().IsNull()) documents.pop_back();
    if (documents.empty()) return converter.convert(YAML::Node(), 0);
    if (documents.size() > 1) {
      throw user_error("a second YAML document: a file has one")
          .at(converter.place(documents[1].Mark()))
          .hint("put it into a file of its own, and remove the line of dashes");
    }
    return converter.convert(documents[0], 0);
  } catch (const YAML::Exception& error) {
    throw user_error("not valid YAML: " + error.msg).at(converter.place(error.mark));
  }
}

}  // namespace tidemill
