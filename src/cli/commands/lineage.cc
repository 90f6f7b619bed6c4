// tidemill lineage: which assets are made from which, and which dashboards show them.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.h"
#include "cli/command.h"
#include "plan/selection.h"

namespace tidemill::cli {

namespace {

/// Draws what is made from what as a tree. What stands in several places is unfolded at the first.
class Tree {
 public:
  Tree(const Project& project, std::vector<bool> shown)
      : project_(project), shown_(std::move(shown)), readers_(project.readers()) {
    for (const Dashboard& dashboard : project.dashboards) {
      for (const Page& page : dashboard.pages) {
        for (const Tile& tile : page.tiles) {
          for (const size_t input : tile.inputs)
            dashboards_[input].insert("dashboard " + dashboard.name);
        }
      }
    }
  }

  void print() {
    for (size_t i = 0; i < project_.assets.size(); ++i) {
      const auto& inputs = project_.assets[i].inputs;
      const bool is_root =
          std::none_of(inputs.begin(), inputs.end(), [&](size_t input) { return shown_[input]; });
      if (!shown_[i] || !is_root) continue;
      std::printf("%s%s\n", project_.assets[i].name.c_str(), kind(i).c_str());
      print_readers(i, "");
    }
  }

  std::set<std::string> dashboards_of(size_t asset) const {
    const auto found = dashboards_.find(asset);
    return found == dashboards_.end() ? std::set<std::string>() : found->second;
  }

 private:
  std::string kind(size_t i) const {
    const Asset& asset = project_.assets[i];
    if (asset.is_source()) return "  (source)";
    return asset.is_view() ? "  (view)" : "";
  }

  void print_readers(size_t i, const std::string& indent) {
    if (!unfolded_.insert(i).second) return;
    std::vector<std::pair<std::string, std::optional<size_t>>> lines;
    for (const size_t reader : readers_[i]) {
      if (shown_[reader]) lines.emplace_back(project_.assets[reader].name + kind(reader), reader);
    }
    for (const std::string& dashboard : dashboards_of(i))
      lines.emplace_back(dashboard, std::nullopt);
    for (size_t n = 0; n < lines.size(); ++n) {
      const bool last = n + 1 == lines.size();
      const auto& [text, reader] = lines[n];
      const bool again = reader && unfolded_.contains(*reader) && !readers_[*reader].empty();
      std::printf("%s%s%s%s\n", indent.c_str(), last ? "└─ " : "├─ ", text.c_str(),
                  again ? "  (see above)" : "");
      if (reader) print_readers(*reader, indent + (last ? "   " : "│  "));
    }
  }

  const Project& project_;
  std::vector<bool> shown_;
  std::vector<std::vector<size_t>> readers_;
  std::map<size_t, std::set<std::string>> dashboards_;
  std::set<size_t> unfolded_;
};

void print_json(const Project& project, const std::vector<bool>& shown, const Tree& tree) {
  for (size_t i = 0; i < project.assets.size(); ++i) {
    if (!shown[i]) continue;
    const Asset& asset = project.assets[i];
    nlohmann::ordered_json json = {{"asset", asset.name},
                                   {"kind", asset.is_source() ? "source"
                                            : asset.is_view() ? "view"
                                                              : "model"}};
    json["inputs"] = nlohmann::ordered_json::array();
    for (const size_t input : asset.inputs) json["inputs"].push_back(project.assets[input].name);
    json["dashboards"] = nlohmann::ordered_json::array();
    for (const std::string& dashboard : tree.dashboards_of(i))
      json["dashboards"].push_back(dashboard.substr(dashboard.find(' ') + 1));
    std::printf("%s\n", json.dump().c_str());
  }
}

Exit show_lineage(const Globals& globals, const std::vector<std::string>& words) {
  Workspace workspace(globals);
  const Project& project = workspace.project({.dashboards = true});
  std::vector<std::string> both;
  for (const std::string& word : words)
    both.push_back(word.find('+') == std::string::npos ? "+" + word + "+" : word);
  const std::vector<bool> shown = select_assets(project, both);
  Tree tree(project, shown);
  if (globals.json) {
    print_json(project, shown, tree);
  } else {
    tree.print();
  }
  return Exit::kDone;
}

}  // namespace

const Command& lineage() {
  static const Command command = {
      .name = "lineage",
      .doc = "which assets are made from which, down to the dashboards",
      .declare = [](CLI::App& app) -> std::function<Exit(const Globals&)> {
        auto words = std::make_shared<std::vector<std::string>>();
        app.add_option("select", *words,
                       "assets: each with all it depends on and all that depends on it")
            ->type_name("SELECT");
        return [words](const Globals& globals) { return show_lineage(globals, *words); };
      }};
  return command;
}

}  // namespace tidemill::cli
