// The front end's page, which is embedded in the program.
#pragma once

#include <string>
#include <string_view>

namespace tidemill::pages {

/// Returns the page as the front end's build made it, with no data in it.
std::string_view dashboard_page();

/// Returns the page with `json` in it. Every character that could become markup is written as an
/// escape of JSON, so that no value can break out of its place. Throws a Bug when the page has no
/// place for data.
std::string page_with(const std::string& json);

}  // namespace tidemill::pages
