// Values that are used and never shown: passwords and tokens. YAML holds their names only,
// `${secret:NAME}`; the value is looked up when it is needed (`io/secrets.h`).
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "base/error.h"

namespace tidemill {

/// Holds a secret value, which nothing prints by accident: it goes into no stream, format or text
/// but through `reveal`.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}

  bool empty() const { return value_.empty(); }
  /// Returns the value, for the one call that needs it.
  const std::string& reveal() const { return value_; }

 private:
  std::string value_;
};

std::ostream& operator<<(std::ostream& stream, const Secret& secret) = delete;

/// Says which secret an option stands for.
struct SecretName {
  std::string name;  ///< Letters, digits and `_`; empty when the option is not given.
  Place place;
};

/// Returns NAME of a text that is `${secret:NAME}` and nothing more; nothing for all others.
std::optional<std::string> named_secret(std::string_view text);

/// True when `${secret:` stands anywhere in the text.
bool mentions_secret(std::string_view text);

}  // namespace tidemill
