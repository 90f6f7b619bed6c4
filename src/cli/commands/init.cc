// tidemill init: a project to start from, copied out of the program itself.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>

#include "base/text.h"
#include "base/yaml.h"
#include "cli/command.h"
#include "cli/examples.h"
#include "cli/output.h"

namespace tidemill::cli {

namespace {

struct InitOptions {
  std::string example;
  std::string folder;
};

/// The files of one example, by their path in its folder.
using Files = std::map<std::string, std::string_view>;

std::map<std::string, Files> examples() {
  std::map<std::string, Files> examples;
  for (const ExampleFile& file : example_files()) {
    const size_t slash = file.path.find('/');
    examples[std::string(file.path.substr(0, slash))][std::string(file.path.substr(slash + 1))] =
        file.bytes;
  }
  return examples;
}

/// Returns what a project says of itself: its `description`, or the comment it begins with.
std::string description_of(const Files& files) {
  const auto settings = files.find("tidemill.yml");
  if (settings == files.end()) return "";
  const Yaml yaml = parse_yaml(settings->second, settings->first);
  if (const Yaml* description = yaml.find("description")) return trim(description->text);
  const std::string_view first = settings->second.substr(0, settings->second.find('\n'));
  return first.starts_with('#') ? trim(first.substr(1)) : "";
}

Exit list_examples(const Globals& globals) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& [name, files] : examples()) rows.push_back({name, description_of(files)});
  if (!globals.json) {
    print_table({"template", "description"}, rows, {false, false});
    return Exit::kDone;
  }
  for (const auto& row : rows) {
    std::printf("{\"event\":\"template\",\"name\":%s,\"description\":%s}\n",
                json_text(row[0]).c_str(), json_text(row[1]).c_str());
  }
  return Exit::kDone;
}

Files find_example(const std::string& name) {
  const auto all = examples();
  const auto found = all.find(name);
  if (found != all.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& entry : all) names.push_back(entry.first);
  throw user_error("no such template: " + quote(name)).hint(nearest_hint(name, names));
}

/// Throws when there is something at `path` that a new project would mix with.
void require_empty(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return;
  if (std::filesystem::is_directory(path, error) && std::filesystem::is_empty(path, error)) return;
  throw user_error("not an empty folder: " + quote(path.string()))
      .hint("name another one: tidemill init TEMPLATE DIR");
}

Exit start_project(const Globals& globals, const InitOptions& options) {
  if (options.example.empty()) return list_examples(globals);
  const Files example = find_example(options.example);
  const std::string folder = options.folder.empty() ? options.example : options.folder;
  require_empty(folder);
  const auto files = local_file_system();
  for (const auto& [path, bytes] : example)
    files->write(std::filesystem::absolute(folder) / path, std::string(bytes));
  if (globals.json) {
    std::printf("{\"event\":\"started\",\"template\":%s,\"folder\":%s,\"files\":%zu}\n",
                json_text(options.example).c_str(), json_text(folder).c_str(), example.size());
  } else if (!globals.quiet) {
    std::fprintf(stderr, "%s is in %s, %s. Its README.md says how to go on; to begin with:\n\n",
                 options.example.c_str(), folder.c_str(),
                 format_count(static_cast<int64_t>(example.size()), "file").c_str());
    std::fprintf(stderr, "    cd %s\n    tidemill run\n", folder.c_str());
  }
  return Exit::kDone;
}

}  // namespace

const Command& init() {
  static const Command command = {
      .name = "init",
      .doc = "start a project from an example, or list them",
      .declare = [](CLI::App& app) -> std::function<Exit(const Globals&)> {
        auto options = std::make_shared<InitOptions>();
        app.add_option("template", options->example, "which example (default: list them)")
            ->type_name("TEMPLATE");
        app.add_option("folder", options->folder, "where to put it (default: its name)")
            ->type_name("DIR");
        return [options](const Globals& globals) { return start_project(globals, *options); };
      }};
  return command;
}

}  // namespace tidemill::cli
