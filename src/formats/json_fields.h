// Finds the values of a contract's columns in a JSON text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/contract_row.h"
#include "formats/json_cursor.h"
#include "formats/json_scanner.h"

namespace tidemill {

/// Puts the values that some slots of a row have in one JSON text after another into the row. For
/// one thread.
class JsonFields {
 public:
  /// Where a slot's value stands.
  struct Target {
    size_t slot = 0;
    Path path;  ///< Its first step leads to the text itself.
  };
  /// What the texts are.
  enum class Role {
    kRecord,  ///< Objects. Fields that no target reads are treated as the contract says.
    kField,   ///< Values of any kind, in a field of something else.
  };

  /// `row` outlives this object.
  JsonFields(ContractRow& row, std::vector<Target> targets, Role role);

  /// Reads one text; not empty and not only white space. Returns why it is broken, or nothing; then
  /// the values lie in the row, and are valid as long as `text` lives and until the next call.
  [[nodiscard]] std::optional<std::string> read(std::string_view text);

 private:
  /// A field that a slot reads, or that slots lie in.
  struct Field {
    std::string name;
    /// The slot that alone reads the field's value, as a scalar, and no rule edits it.
    std::optional<size_t> plain;
    std::vector<size_t> slots;     // That read the field's value as a scalar.
    std::vector<size_t> nested;    // Targets that read lists and structs out of it.
    std::optional<size_t> inside;  // The object in objects_ that holds the fields below it.
    std::vector<size_t> below;     // The slots that lie in that object.
    int64_t seen_in = 0;           // The last text that it stood in.
    size_t followed_by = 0;        // The field that came after it when it was found last.
  };
  /// The fields of an object that matter.
  struct Object {
    std::vector<Field> fields;
    uint64_t name_marks = 0;  // One bit for each name's mark: most other names have none of these.
    size_t found = 0;         // The field that was found last.
  };

  void add_target(size_t target);
  Field& add_field(size_t object, const std::string& name);
  void find_plain_slot(Field& field) const;
  static Field* find_field(Object& object, std::string_view name);
  static Field* find_unexpected_field(Object& object, std::string_view name);

  bool read_root();
  bool read_object(size_t object, bool covered);
  bool read_field(Field& field, const JsonString& key, bool covered);
  bool read_plain_field(size_t slot);
  bool read_inside(const Field& field, const JsonString& key, bool covered);
  bool read_extra_field(const JsonString& key);
  bool read_value(RecordValue& value);
  void fill(const Field& field, const RecordValue& value, size_t token);
  void mark_not_an_object(const Field& field, const RecordValue& value);
  void set_container(RecordValue& value, size_t begin, size_t half_surrogates) const;
  std::string_view text_of(const JsonString& string);
  RecordValue string_value(const JsonString& string);
  void fit_string(const JsonString& string, const Type& type, const ValueRule& rule,
                  ColumnValue& result);

  ColumnValue nested_value(const Target& target, JsonCursor value);
  void add_missing(const Target& target, size_t step);
  void gather(const Target& target, size_t step, JsonCursor value);
  void gather_elements(const Target& target, size_t step, JsonCursor list);
  ColumnValue tree_value(size_t slot, const Type& type, JsonCursor value);
  ColumnValue leaf_value(size_t slot, const Type& type, JsonCursor value);
  void add_element(const ColumnValue& value);
  ColumnValue list_of(size_t begin);
  std::optional<JsonCursor> last_field(JsonCursor object, std::string_view name);

  ContractRow& row_;
  std::vector<Target> targets_;  // The paths begin with the step to their field.
  Role role_;
  bool drops_extra_fields_;
  Field root_;  // The text.
  std::vector<Object> objects_;
  JsonScanner scanner_;
  std::vector<ColumnValue> elements_;  // Of the lists and structs that are being read.
  size_t element_count_ = 0;           // Of this text, so far.
  int64_t text_number_ = 0;
  size_t most_unescaped_ = 1;    // How often a string may be unescaped.
  std::vector<char> unescaped_;  // Of the strings of this text.
  char* unescaped_end_ = nullptr;
  std::string key_;  // Of a field whose name has escapes.
  std::string
      extra_path_;  // The fields around the one that is read, each with a dot after it, as written.
  std::string extra_fields_;   // The JSON text of the column, without its closing brace.
  std::string unknown_field_;  // The first extra field, when the contract forbids them.
};

}  // namespace tidemill
