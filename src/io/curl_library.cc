#include "io/curl_library.h"

#include <dlfcn.h>

#include <string>

#include "base/error.h"

namespace tidemill {

namespace {

constexpr const char* kName = "libcurl.so.4";  // Its binary interface since 2006.

Error not_loaded() {
  const char* reason = dlerror();
  return user_error("libcurl cannot be loaded: " + std::string(reason == nullptr ? kName : reason))
      .hint("install it: requests over the web need it (Debian: libcurl4)");
}

template <typename Function>
void find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function == nullptr) throw not_loaded();
}

CurlLibrary load() {
  void* const library = dlopen(kName, RTLD_NOW | RTLD_LOCAL);  // It stays for good.
  if (library == nullptr) throw not_loaded();
  CurlLibrary curl;
  find(library, "curl_easy_init", curl.easy_init);
  find(library, "curl_easy_cleanup", curl.easy_cleanup);
  find(library, "curl_easy_getinfo", curl.easy_getinfo);
  find(library, "curl_easy_pause", curl.easy_pause);
  find(library, "curl_easy_perform", curl.easy_perform);
  find(library, "curl_easy_setopt", curl.easy_setopt);
  find(library, "curl_easy_strerror", curl.easy_strerror);
  find(library, "curl_free", curl.free);
  find(library, "curl_getdate", curl.getdate);
  find(library, "curl_global_init", curl.global_init);
  find(library, "curl_multi_add_handle", curl.multi_add_handle);
  find(library, "curl_multi_cleanup", curl.multi_cleanup);
  find(library, "curl_multi_info_read", curl.multi_info_read);
  find(library, "curl_multi_init", curl.multi_init);
  find(library, "curl_multi_perform", curl.multi_perform);
  find(library, "curl_multi_poll", curl.multi_poll);
  find(library, "curl_multi_remove_handle", curl.multi_remove_handle);
  find(library, "curl_slist_append", curl.slist_append);
  find(library, "curl_slist_free_all", curl.slist_free_all);
  find(library, "curl_url", curl.url);
  find(library, "curl_url_cleanup", curl.url_cleanup);
  find(library, "curl_url_dup", curl.url_dup);
  find(library, "curl_url_get", curl.url_get);
  find(library, "curl_url_set", curl.url_set);
  find(library, "curl_url_strerror", curl.url_strerror);
  if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    throw transient_error("libcurl does not start");
  return curl;
}

}  // namespace

const CurlLibrary& curl() {
  static const CurlLibrary library = load();
  return library;
}

}  // namespace tidemill
