// A body that goes on where its connection broke.
#pragma once

#include <memory>

#include "base/cancellation.h"
#include "io/clock.h"
#include "io/http_client.h"

namespace tidemill {

/// Returns the body of `answer`, which is the whole of what `request` asks for, as a source that
/// survives broken connections: it asks for the rest (Range with If-Range, RFC 9110 section 14) and
/// goes on at the byte where it broke. Reads the same bytes as an unbroken body, or throws:
///
/// - Transient, as the connection broke, when the answer has no validator, when the server does not
///   give parts, or when five tries in a row brought nothing. Between them it waits, twice as long
///   each time, or as long as the server wants;
/// - Transient when the content is another one by then, or gone.
///
/// The references outlive the source.
std::unique_ptr<ByteSource> resume_when_broken(HttpClient& http, Clock& clock, HttpRequest request,
                                               HttpAnswer answer, const Cancellation& cancellation);

}  // namespace tidemill
