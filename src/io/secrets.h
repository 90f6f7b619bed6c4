// Where the values of secrets come from.
#pragma once

#include <string>

#include "base/secret.h"

namespace tidemill {

/// Returns the value of a secret: that of the environment's variable of its name, else the one in
/// `secrets.yml` of the project's folder, a map of name to value that nobody but its owner may
/// read. Throws a user's Error, with the place where the secret is asked for, when neither has it
/// or when others may read the file. No error contains a value.
Secret read_secret(const SecretName& secret, const std::string& project_folder);

}  // namespace tidemill
