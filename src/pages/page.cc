#include "pages/page.h"

#include "base/error.h"
#include "base/text.h"

namespace tidemill::pages {

namespace {

constexpr std::string_view kOpening = R"(<script id="dashboard" type="application/json">)";
constexpr std::string_view kEmpty = "{}";

/// Escapes what HTML or a script could take for markup. All of these stand only inside strings of
/// JSON.
std::string escaped(std::string json) {
  json = replace_all(std::move(json), "<", "\\u003c");
  json = replace_all(std::move(json), ">", "\\u003e");
  json = replace_all(std::move(json), "&", "\\u0026");
  json = replace_all(std::move(json), "\xE2\x80\xA8", "\\u2028");
  return replace_all(std::move(json), "\xE2\x80\xA9", "\\u2029");
}

}  // namespace

std::string page_with(const std::string& json) {
  std::string page(dashboard_page());
  const size_t place = page.find(std::string(kOpening) + std::string(kEmpty));
  if (place == std::string::npos) throw bug_error("the page has no place for data");
  page.replace(place + kOpening.size(), kEmpty.size(), escaped(json));
  return page;
}

}  // namespace tidemill::pages
