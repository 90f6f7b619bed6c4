#include "connectors/address.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <span>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "base/time.h"
#include "connectors/web_access.h"
#include "formats/zip_directory.h"
#include "io/download.h"

namespace tidemill {

namespace {

constexpr int kOk = 200;
constexpr int kPartialContent = 206;
constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;
constexpr int kNotFound = 404;
constexpr int kNoSuchMethod = 405;
constexpr int kProxyWantsPassword = 407;
constexpr int kGone = 410;
constexpr int kNotImplemented = 501;

constexpr size_t kHashedBlock = size_t{1} << 20;

std::string last_part(const std::string& address) {
  const std::string path = address.substr(0, address.find_first_of("?#"));
  return path.substr(path.rfind('/') + 1);
}

/// Throws for an answer whose bytes are not the file's: one in an encoding that was not asked for.
/// Those that are codecs of files as well are recognised by the bytes, and many servers name them
/// for files that are stored so.
void check_encoding(const HttpAnswer& answer, const std::string& url) {
  const auto header = answer.headers.find("content-encoding");
  if (header == answer.headers.end()) return;
  const std::string encoding = lower(header->second);
  constexpr std::array<std::string_view, 5> kRead = {"", "identity", "gzip", "x-gzip", "zstd"};
  if (std::ranges::find(kRead, encoding) != kRead.end()) return;
  throw user_error("answered in an encoding that was not asked for, " + quote(encoding) + ": " +
                   quote(url));
}

/// Throws for an answer that is neither the file nor its absence.
void check_status(const HttpAnswer& answer, const std::string& url) {
  if (answer.status == kPartialContent)
    throw user_error("answered with a part, where the whole was asked for: " + quote(url));
  if (answer.status >= 200 && answer.status < 300) return check_encoding(answer, url);
  Error error = user_error("answered " + std::to_string(answer.status) + ": " + quote(url));
  if (answer.status == kUnauthorized)
    error.hint("user: …, password: ${secret:NAME}; or token: ${secret:NAME}");
  if (answer.status == kProxyWantsPassword)
    error.hint("proxy_user: …, proxy_password: ${secret:NAME}");
  throw error;
}

/// Returns the body of an answer to `get`, going on where its connection breaks.
std::unique_ptr<ByteSource> body_of(const ConnectorContext& context, HttpRequest request,
                                    HttpAnswer answer) {
  return resume_when_broken(context.environment.http, context.environment.clock, std::move(request),
                            std::move(answer), context.cancellation);
}

/// Reads a source to its end and returns a hash of its bytes.
std::string hash_of(ByteSource& source) {
  std::string hash;
  std::vector<uint8_t> block(kHashedBlock);
  for (size_t size = block.size(); size == block.size();) {
    size = 0;
    while (size < block.size()) {
      const size_t count = source.read(std::span(block).subspan(size));
      if (count == 0) break;
      size += count;
    }
    hash =
        hash_text(hash + std::string(block.begin(), block.begin() + static_cast<ptrdiff_t>(size)));
  }
  return hash;
}

struct ArchiveMember {
  std::string archive;
  std::string member;  // Empty where the address is not `archive.zip!member`.
};

/// Splits an address after `.zip`: elsewhere `!` is a character like any other. A web address may
/// have a query before it.
ArchiveMember split_member(const std::string& address) {
  for (size_t at = address.find('!'); at != std::string::npos; at = address.find('!', at + 1)) {
    std::string archive = address.substr(0, at);
    const size_t query = is_web_address(address) ? archive.find_first_of("?#") : std::string::npos;
    if (!lower(archive.substr(0, query)).ends_with(".zip")) continue;
    if (at + 1 < address.size()) return {std::move(archive), address.substr(at + 1)};
    throw user_error("an address with ! and no member's name: " + quote(address))
        .hint("for example: " + quote(address + "ratings.csv"));
  }
  return {address, ""};
}

/// Throws for an address of a kind that is none of ours: as a path it would only be missing.
void check_scheme(const std::string& address) {
  const size_t end = address.find("://");
  if (end == std::string::npos || is_web_address(address)) return;
  constexpr std::string_view kOfSchemes = "abcdefghijklmnopqrstuvwxyz0123456789+.-";
  if (end == 0 || lower(address.substr(0, end)).find_first_not_of(kOfSchemes) != std::string::npos)
    return;
  throw user_error("not a kind of address that is read: " + quote(address))
      .hint("http://…, https://…, or a path");
}

std::vector<SourceFile> list_url(const ConnectorContext& context, const std::string& url) {
  HttpClient& http = context.environment.http;
  const HttpRequest request = web_request(context, url);
  HttpAnswer answer = http.head(request, context.cancellation);
  // Some servers, and signed addresses, answer nothing but GET: its headers are enough.
  if (answer.status == kForbidden || answer.status == kNoSuchMethod ||
      answer.status == kNotImplemented) {
    answer = http.get(request, context.cancellation);
  }
  if (answer.status == kNotFound || answer.status == kGone) return {};
  check_status(answer, url);
  Fingerprint fingerprint = answer.fingerprint;
  if (fingerprint.etag.empty() && fingerprint.last_modified.empty()) {
    // Nothing but its bytes says which content this is.
    if (answer.body == nullptr) answer = http.get(request, context.cancellation);
    check_status(answer, url);
    fingerprint.etag = hash_of(*body_of(context, request, std::move(answer)));
  }
  return {{last_part(url), url, fingerprint}};
}

Fingerprint fingerprint_of(const FileEntry& entry) {
  return {.etag = "", .last_modified = format_time(entry.modified), .size = entry.size};
}

std::vector<SourceFile> list_path(const ConnectorContext& context, const std::string& given) {
  const std::string path = join_path(context.project_folder, given);
  FileSystem& files = context.environment.files;
  if (path.find_first_of("*?") == std::string::npos) {
    const auto entry = files.stat(path);
    if (!entry) return {};
    return {{last_part(path), path, fingerprint_of(*entry)}};
  }
  const size_t before = folder_of_pattern(path).size() + 1;
  std::vector<SourceFile> found;
  for (const FileEntry& entry : files.find(path)) {
    if (!is_utf8(entry.path))
      throw user_error("a file's name is not valid UTF-8: " + quote(entry.path)).hint("rename it");
    found.push_back({entry.path.substr(before), entry.path, fingerprint_of(entry)});
  }
  return found;
}

/// Asks for a file from a byte on; null when the server does not begin there.
std::unique_ptr<ByteSource> open_url_from(const ConnectorContext& context, const std::string& url,
                                          int64_t start) {
  HttpRequest request = web_request(context, url);
  request.start = start;
  HttpAnswer answer = context.environment.http.get(request, context.cancellation);
  const int begun = start == 0 ? kOk : kPartialContent;
  return answer.status == begun ? std::move(answer.body) : nullptr;
}

/// True when the directory of an archive tells that the member is not in it.
bool surely_lacks_member(const ConnectorContext& context, const SourceFile& file) {
  if (!file.fingerprint.size) return false;
  const auto names = zip_file_names(*file.fingerprint.size, [&](int64_t start) {
    return is_web_address(file.address) ? open_url_from(context, file.address, start)
                                        : context.environment.files.open(file.address, start);
  });
  return names && std::ranges::none_of(*names, [&](const std::string& name) {
           return fits_pattern(name, file.member);
         });
}

}  // namespace

std::string address_of(const std::string& pattern, const std::optional<Interval>& interval) {
  if (!interval) return pattern;
  if (auto address = expand_times(pattern, interval->start, interval->end)) return *address;
  throw bug_error("an unchecked pattern: " + quote(pattern));
}

bool is_web_address(const std::string& address) {
  return address.starts_with("http://") || address.starts_with("https://");
}

std::vector<SourceFile> list_address(const ConnectorContext& context, const std::string& address) {
  check_scheme(address);
  const auto [archive, member] = split_member(address);
  auto files = is_web_address(archive) ? list_url(context, archive) : list_path(context, archive);
  if (member.empty()) return files;
  for (SourceFile& file : files) {
    file.name += "!" + member;
    file.member = member;
  }
  if (context.may_be_missing) {
    std::erase_if(files,
                  [&](const SourceFile& file) { return surely_lacks_member(context, file); });
  }
  return files;
}

std::unique_ptr<ByteSource> open_address(const ConnectorContext& context, const SourceFile& file) {
  if (!is_web_address(file.address)) {
    auto source = context.environment.files.open(file.address, 0);
    if (source == nullptr) throw transient_error("the file is gone: " + quote(file.address));
    return source;
  }
  const HttpRequest request = web_request(context, file.address);
  HttpAnswer answer = context.environment.http.get(request, context.cancellation);
  if (answer.status == kNotFound || answer.status == kGone) {
    throw transient_error("the file is gone: " + quote(file.address));
  }
  check_status(answer, file.address);
  const Fingerprint& listed = file.fingerprint;
  const bool known = !listed.etag.empty() && !answer.fingerprint.etag.empty();
  if (known && !listed.same_content(answer.fingerprint)) {
    throw transient_error("the file changed while it was asked for: " + quote(file.address));
  }
  // A strong ETag stands for all bytes: how many there are may be said by either answer. (Some
  // servers give every HEAD the length 0.)
  if (known && !listed.etag.starts_with("W/") && !answer.fingerprint.size &&
      listed.size.value_or(0) > 0)
    answer.fingerprint.size = listed.size;
  return body_of(context, request, std::move(answer));
}

Connector make_address_connector(std::string name, std::string doc, std::string field,
                                 std::string field_doc) {
  const auto address = [field](const Options& options, const std::optional<Interval>& interval) {
    return address_of(options.text(field), interval);
  };
  return {.name = name,
          .doc = std::move(doc),
          .form = Form{name + " source",
                       {{.name = field,
                         .type = FieldType::kTimePattern,
                         .doc = std::move(field_doc),
                         .required = true}}} +
                  web_form(field),
          .listing_is_free =
              [field](const ConnectorContext& context) {
                return !is_web_address(context.options.text(field));
              },
          .address = address,
          .list =
              [address](const ConnectorContext& context, const std::optional<Interval>& interval) {
                return list_address(context, address(context.options, interval));
              },
          .open = open_address};
}

}  // namespace tidemill
