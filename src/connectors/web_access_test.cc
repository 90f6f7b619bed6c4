#include "connectors/web_access.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tidemill {
namespace {

using Messages = std::vector<std::string>;

Messages mistakes_in(const std::string& yaml) {
  Mistakes mistakes;
  const Form form = Form{"source", {{.name = "url"}}} + web_form("url");
  read_options(parse_yaml(yaml, "f.yml"), form, mistakes);
  Messages messages;
  for (const Error& mistake : mistakes.sorted()) messages.push_back(mistake.message());
  return messages;
}

TEST(WebForm, OptionsThatDoNotGoTogetherAreMistakes) {
  EXPECT_EQ(mistakes_in("url: http://host/a@b?c@d\nuser: me\npassword: ${secret:A}"), Messages{});
  EXPECT_EQ(mistakes_in("{url: 'https://me@host'}"),
            Messages{"a name or password does not belong into an address"});
  for (const char* proxy : {"http://me:it@host", "http://me:i/t@host", "me:it@host"})
    EXPECT_EQ(mistakes_in("{proxy: '" + std::string(proxy) + "'}"),
              Messages{"a name or password does not belong into an address"});
  EXPECT_EQ(mistakes_in("{user: me}"), Messages{"user needs password"});
  EXPECT_EQ(mistakes_in("{password: '${secret:A}'}"), Messages{"password needs user"});
  EXPECT_EQ(mistakes_in("{user: me, password: '${secret:A}', token: '${secret:B}'}"),
            Messages{"both user and token are given"});
  EXPECT_EQ(mistakes_in("{token: '${secret:A}', token_header: 'X: y'}"),
            Messages{"not a header's name: 'X: y'"});
  EXPECT_EQ(mistakes_in("{connections: 101}"),
            Messages{"connections must be from 1 to 100: '101'"});
  EXPECT_EQ(mistakes_in("{connect_timeout: 0s}"),
            Messages{"connect_timeout must be longer than nothing: '0s'"});
}

}  // namespace
}  // namespace tidemill
