#include "project/load.h"

#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "project/reading.h"

namespace tidemill {

namespace {

/// Returns the files directly in `folder` with that ending, as paths relative to the project.
std::vector<std::string> files_in(FileSystem& files, const std::string& project,
                                  const std::string& folder, std::string_view ending) {
  std::vector<std::string> names;
  for (const FileEntry& entry : files.list(join_path(project, folder))) {
    const std::string name = entry.path.substr(join_path(project, "").size());
    if (name.ends_with(ending) && !name.substr(name.rfind('/') + 1).starts_with('.'))
      names.push_back(name);
  }
  return names;
}

std::string stem(const std::string& file) {
  const size_t start = file.rfind('/') + 1;
  return file.substr(start, file.rfind('.') - start);
}

/// Reads each file and hands it to `read`; what does not even parse becomes a mistake.
template <typename Function>
void read_each(FileSystem& files, const LoadRequest& request, const std::string& folder,
               std::string_view ending, reading::Context& context, Function read) {
  for (const std::string& file : files_in(files, request.folder, folder, ending)) {
    try {
      const std::string text = files.read(join_path(request.folder, file)).value_or("");
      if (!is_utf8(text)) throw user_error("the file is not UTF-8").at({file});
      read(file, text);
    } catch (Error& error) {
      if (error.kind() != Error::Kind::kUser) throw;
      context.mistake(std::move(error));
    }
  }
}

}  // namespace

const Kind* Kinds::find(const std::vector<Kind>& kinds, std::string_view name) {
  const auto found =
      std::find_if(kinds.begin(), kinds.end(), [&](const Kind& kind) { return kind.name == name; });
  return found == kinds.end() ? nullptr : &*found;
}

std::vector<std::string> Kinds::names(const std::vector<Kind>& kinds) {
  std::vector<std::string> names;
  for (const Kind& kind : kinds) names.push_back(kind.name);
  return names;
}

LoadedProject load_project(FileSystem& files, duckdb::Connection& connection, const Kinds& kinds,
                           const LoadRequest& request) {
  const auto settings = files.read(join_path(request.folder, "tidemill.yml"));
  if (!settings) {
    throw user_error("no tidemill.yml in: " + quote(request.folder))
        .hint("name the project's folder: tidemill -C DIR …");
  }
  reading::Context context{.kinds = kinds};
  LoadedProject loaded;
  Project& project = loaded.project;
  project.folder = request.folder;
  try {
    reading::read_settings(parse_yaml(*settings, "tidemill.yml"), request, context, project);
  } catch (Error& error) {
    context.mistake(std::move(error));
  }
  for (const std::string_view ending : {".yml", ".yaml"}) {
    read_each(files, request, "sources", ending, context,
              [&](const std::string& file, const std::string& text) {
                if (auto source = reading::read_source(parse_yaml(text, file), context))
                  project.assets.push_back(std::move(*source));
              });
    if (request.parts.dashboards) {
      read_each(files, request, "dashboards", ending, context,
                [&](const std::string& file, const std::string& text) {
                  if (auto dashboard =
                          reading::read_dashboard(parse_yaml(text, file), stem(file), context)) {
                    project.dashboards.push_back(std::move(*dashboard));
                  }
                });
    }
    if (!request.parts.tests) continue;
    read_each(files, request, "tests", ending, context,
              [&](const std::string& file, const std::string& text) {
                std::vector<ModelTest> tests =
                    reading::read_tests(parse_yaml(text, file), stem(file), context);
                std::move(tests.begin(), tests.end(), std::back_inserter(project.tests));
              });
  }
  read_each(files, request, "models", ".sql", context,
            [&](const std::string& file, const std::string& text) {
              if (auto model = reading::read_model(text, file, context))
                project.assets.push_back(std::move(*model));
            });
  reading::resolve(connection, context, project);
  loaded.mistakes = context.mistakes.sorted();
  loaded.warnings = context.warnings.sorted();
  return loaded;
}

}  // namespace tidemill
