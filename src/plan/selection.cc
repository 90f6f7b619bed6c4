#include "plan/selection.h"

#include <algorithm>

#include "base/text.h"

namespace tidemill {

namespace {

std::vector<bool> named(const Project& project, const std::string& word) {
  constexpr std::string_view kTag = "tag:";
  std::vector<bool> selected(project.assets.size(), false);
  if (word.starts_with(kTag)) {
    const std::string tag = word.substr(kTag.size());
    std::vector<std::string> known;
    for (size_t i = 0; i < selected.size(); ++i) {
      const auto& tags = project.assets[i].tags;
      known.insert(known.end(), tags.begin(), tags.end());
      selected[i] = std::find(tags.begin(), tags.end(), tag) != tags.end();
    }
    if (std::find(selected.begin(), selected.end(), true) == selected.end()) {
      throw user_error("no asset has the tag: " + quote(tag)).hint(nearest_hint(tag, known));
    }
    return selected;
  }
  const auto asset = project.find(word);
  if (!asset)
    throw user_error("no such asset: " + quote(word))
        .hint(nearest_hint(word, project.asset_names()));
  selected[*asset] = true;
  return selected;
}

}  // namespace

std::vector<bool> select_assets(const Project& project, const std::vector<std::string>& words) {
  const size_t count = project.assets.size();
  std::vector<bool> selected(count, words.empty());
  for (std::string word : words) {
    const bool ancestors = word.starts_with('+');
    if (ancestors) word.erase(0, 1);
    const bool descendants = word.ends_with('+');
    if (descendants) word.pop_back();
    std::vector<bool> up = named(project, word);
    std::vector<bool> down = up;
    // Inputs have smaller indices than those that read them.
    for (size_t i = count; ancestors && i-- > 0;) {
      if (!up[i]) continue;
      for (const size_t input : project.assets[i].inputs) up[input] = true;
    }
    for (size_t i = 0; descendants && i < count; ++i) {
      for (const size_t input : project.assets[i].inputs) down[i] = down[i] || down[input];
    }
    for (size_t i = 0; i < count; ++i) selected[i] = selected[i] || up[i] || down[i];
  }
  return selected;
}

}  // namespace tidemill
