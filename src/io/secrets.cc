#include "io/secrets.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "base/text.h"
#include "base/yaml.h"

namespace tidemill {

namespace {

constexpr const char* kFile = "secrets.yml";

/// Returns the file as a map; nothing when there is no such file.
std::optional<Yaml> read_file(const std::string& project_folder) {
  namespace fs = std::filesystem;
  const fs::path path = fs::path(project_folder) / kFile;
  std::error_code error;
  const fs::perms permissions = fs::status(path, error).permissions();
  if (error || permissions == fs::perms::unknown) return std::nullopt;
  if ((permissions & (fs::perms::group_all | fs::perms::others_all)) != fs::perms::none) {
    throw user_error("others may read or change the secrets")
        .at({kFile})
        .hint("chmod 600 " + path.string());
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) throw user_error("the secrets cannot be read").at({kFile});
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  try {
    return parse_yaml(text, kFile);
  } catch (const Error& mistake) {
    // The parser's own words may quote a value.
    throw user_error("not valid YAML").at(mistake.place()).hint("NAME: 'value', a line each");
  }
}

/// Throws for what may be a header of its own in a request: a line break at the end comes from a
/// file that was read whole, and is none of the secret either.
Secret secret_of(const std::string& value, const std::string& name, const Place& place) {
  if (value.find_first_of("\r\n") != std::string::npos)
    throw user_error("a secret with a line break: " + quote(name)).at(place);
  return Secret(value);
}

}  // namespace

Secret read_secret(const SecretName& secret, const std::string& project_folder) {
  const char* from_environment = std::getenv(secret.name.c_str());
  if (from_environment != nullptr && *from_environment != '\0')
    return secret_of(from_environment, secret.name, secret.place);
  const auto file = read_file(project_folder);
  const Yaml* value = file ? file->find(secret.name) : nullptr;
  if (value == nullptr) {
    throw user_error("no such secret: " + quote(secret.name))
        .at(secret.place)
        .hint("set it in the environment, or in " + std::string(kFile) +
              " of the project, for its owner's eyes only:\n" + "(umask 077; echo \"" +
              secret.name + ": '…'\" >> " + kFile + ")");
  }
  if (!value->is_scalar() || value->text.empty())
    throw user_error("a secret must be a text: " + quote(secret.name)).at(value->place);
  return secret_of(value->text, secret.name, value->place);
}

}  // namespace tidemill
