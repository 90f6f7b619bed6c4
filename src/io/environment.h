// Everything outside, handed in by the command line: a test hands in another one.
#pragma once

#include "io/clock.h"
#include "io/file_system.h"
#include "io/http_client.h"

namespace tidemill {

struct Environment {
  FileSystem& files;
  HttpClient& http;
  Clock& clock;
};

}  // namespace tidemill
