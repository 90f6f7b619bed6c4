"""Serves the files of a folder over HTTP on this machine, and misbehaves when asked to.

    python3 tools/serve_files.py DIR

prints `listening on 127.0.0.1:PORT` once requests are answered, and goes on until it is interrupted or, with
`--until-idle S`, until nobody has asked for S seconds. Answers GET and HEAD with an ETag made from the content,
Last-Modified, and parts of a file on `Range` (one range; `If-Range` is heeded), 304 for what the client has already.
Files that appear or change while it runs are served as they are then.

The faults are for tests of what a client does about them: 503 before the first answer, a connection that breaks in the
middle of a file, a slow answer.
"""

import argparse
import collections
import dataclasses
import email.utils
import hashlib
import http
import http.server
import pathlib
import re
import socket
import sys
import threading
import time
import urllib.parse

_CHUNK_BYTES = 1 << 16
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_IDLE_CHECKS_PER_SECOND = 10


@dataclasses.dataclass(frozen=True)
class Refusal:
    """The first `requests` requests of each path are answered with `status`."""
    requests: int
    status: int


@dataclasses.dataclass(frozen=True)
class Version:
    """What identifies a file's content. `modified` is in whole seconds since 1970, as HTTP has it."""
    size: int
    modified: int
    etag: str


class FileServer(http.server.ThreadingHTTPServer):
    """The folder, the faults still to come, and when the last request ended. `_lock` guards all that changes."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port, folder, refusal, cuts, delay_seconds, log):
        super().__init__(("127.0.0.1", port), FileRequest)
        self.folder = folder
        self.refusal = refusal
        self.delay_seconds = delay_seconds
        self._lock = threading.Lock()
        self._cuts = dict(cuts)
        self._log = log
        self._requests = collections.Counter()
        self._versions = {}
        self._active = 0
        self._quiet_since = time.monotonic()

    def begin_request(self):
        with self._lock:
            self._active += 1

    def end_request(self, method, path, status):
        with self._lock:
            self._active -= 1
            self._quiet_since = time.monotonic()
            if self._log:
                self._log.write(f"{method} {path} {status}\n")
                self._log.flush()

    def idle_seconds(self):
        with self._lock:
            return 0.0 if self._active else time.monotonic() - self._quiet_since

    def refused_status(self, path):
        """Counts a request of `path`; returns the status to refuse it with, or None."""
        with self._lock:
            self._requests[path] += 1
            refused = self.refusal and self._requests[path] <= self.refusal.requests
            return self.refusal.status if refused else None

    def take_cut(self, path):
        """Returns after how many bytes the answer for `path` is to break off, once, or None."""
        with self._lock:
            return self._cuts.pop(path, None)

    def find_file(self, path):
        """Returns the file that the URL path names, or None when there is none or it lies outside the folder."""
        file = (self.folder / urllib.parse.unquote(path).lstrip("/")).resolve()
        return file if file.is_file() and file.is_relative_to(self.folder) else None

    def version_of(self, file):
        """Returns the file's Version. The content is read again only when size or time of change differ."""
        status = file.stat()
        key = (status.st_size, status.st_mtime_ns)
        with self._lock:
            known = self._versions.get(file)
        if known is None or known[0] != key:
            with file.open("rb") as content:
                digest = hashlib.file_digest(content, "sha256").hexdigest()
            known = key, Version(status.st_size, int(status.st_mtime), f'"{digest[:32]}"')
            with self._lock:
                self._versions[file] = known
        return known[1]


class FileRequest(http.server.BaseHTTPRequestHandler):
    """One connection; requests follow each other on it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server_version = "serve_files"

    def do_GET(self):
        self._answer(with_body=True)

    def do_HEAD(self):
        self._answer(with_body=False)

    def log_message(self, form, *values):
        """Nothing: `--log` records requests."""

    def _answer(self, with_body):
        self.server.begin_request()
        status = "-"
        path = urllib.parse.urlsplit(self.path).path
        try:
            if self.server.delay_seconds:
                time.sleep(self.server.delay_seconds)
            status = self._answer_path(path, with_body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        finally:
            self.server.end_request(self.command, path, status)

    def _answer_path(self, path, with_body):
        """Returns the status that was sent."""
        refused = self.server.refused_status(path)
        if refused:
            return self._send_empty(refused, with_body)
        file = self.server.find_file(path)
        if file is None:
            return self._send_empty(http.HTTPStatus.NOT_FOUND, with_body)
        version = self.server.version_of(file)
        if self._is_current(version):
            return self._send_head(http.HTTPStatus.NOT_MODIFIED, version, {})
        span = self._asked_range(version)
        if span is None:
            span = range(version.size)
            status = self._send_head(http.HTTPStatus.OK, version, {"Content-Length": version.size})
        elif not span:
            headers = {"Content-Range": f"bytes */{version.size}", "Content-Length": 0}
            return self._send_head(http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, version, headers)
        else:
            headers = {"Content-Range": f"bytes {span[0]}-{span[-1]}/{version.size}", "Content-Length": len(span)}
            status = self._send_head(http.HTTPStatus.PARTIAL_CONTENT, version, headers)
        if with_body:
            self._send_body(file, span, self.server.take_cut(path))
        return status

    def _is_current(self, version):
        known = self.headers.get("If-None-Match")
        if known is not None:
            return known.strip() == "*" or version.etag in [tag.strip().removeprefix("W/") for tag in known.split(",")]
        since = _parse_date(self.headers.get("If-Modified-Since"))
        return since is not None and version.modified <= since

    def _asked_range(self, version):
        """Returns the bytes asked for, an empty range when the file has none of them, None for the whole file."""
        match = _RANGE.fullmatch(self.headers.get("Range", "").strip())
        condition = self.headers.get("If-Range")
        if not match or match[1] == match[2] == "":
            return None
        if condition is not None and condition.strip() != version.etag and _parse_date(condition) != version.modified:
            return None
        if match[1] == "":
            return range(max(0, version.size - int(match[2])), version.size)
        end = min(version.size, int(match[2]) + 1) if match[2] else version.size
        return range(int(match[1]), end)

    def _send_empty(self, status, with_body):
        """Answers with `status` and its phrase as a line of text."""
        body = f"{http.HTTPStatus(status).phrase}\n".encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if with_body:
            self.wfile.write(body)
        return int(status)

    def _send_head(self, status, version, headers):
        self.send_response(status)
        self.send_header("ETag", version.etag)
        self.send_header("Last-Modified", email.utils.formatdate(version.modified, usegmt=True))
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Type", "application/octet-stream")
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.end_headers()
        return int(status)

    def _send_body(self, file, span, cut):
        """Sends the bytes of `span`. After `cut` of them, when given, the connection breaks."""
        left = len(span) if cut is None else min(cut, len(span))
        with file.open("rb") as content:
            content.seek(span.start)
            while left > 0:
                chunk = content.read(min(left, _CHUNK_BYTES))
                if not chunk:
                    break
                self.wfile.write(chunk)
                left -= len(chunk)
        if cut is not None and cut < len(span):
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True


def _parse_date(text):
    """Returns an HTTP date as seconds since 1970, or None when `text` is none."""
    try:
        return int(email.utils.parsedate_to_datetime(text).timestamp()) if text else None
    except (TypeError, ValueError):
        return None


def _parse_refusal(text):
    match = re.fullmatch(r"(\d+)=([45]\d\d)", text)
    if not match:
        raise argparse.ArgumentTypeError(f"not of the form 2=503: '{text}'")
    return Refusal(int(match[1]), int(match[2]))


def _parse_cut(text):
    match = re.fullmatch(r"(.+)@(\d+)", text)
    if not match:
        raise argparse.ArgumentTypeError(f"not of the form 2015-01-01-0.json.gz@1000: '{text}'")
    return "/" + match[1].lstrip("/"), int(match[2])


def _parse_folder(text):
    folder = pathlib.Path(text).resolve()
    if not folder.is_dir():
        raise argparse.ArgumentTypeError(f"not a folder: '{text}'")
    return folder


def _parse_arguments(arguments):
    parser = argparse.ArgumentParser(prog="tools/serve_files.py", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=_parse_folder, metavar="DIR")
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    parser.add_argument("--fail-first", type=_parse_refusal, metavar="N=STATUS",
                        help="answer the first N requests of each path with STATUS, such as 2=503")
    parser.add_argument("--cut", type=_parse_cut, action="append", default=[], metavar="PATH@BYTES",
                        help="break the connection after BYTES of the body of PATH, once; may be given again")
    parser.add_argument("--delay-ms", type=int, default=0, metavar="N", help="wait before every answer")
    parser.add_argument("--log", type=pathlib.Path, metavar="FILE", help="append METHOD PATH STATUS for each request")
    parser.add_argument("--until-idle", type=float, metavar="S", help="exit when nobody has asked for S seconds")
    return parser.parse_args(arguments)


def _wait_until_idle(server, seconds):
    while server.idle_seconds() < seconds:
        time.sleep(1 / _IDLE_CHECKS_PER_SECOND)
    server.shutdown()


def main(arguments):
    options = _parse_arguments(arguments)
    log = options.log.open("a", encoding="utf-8") if options.log else None
    server = FileServer(options.port, options.folder, options.fail_first, options.cut, options.delay_ms / 1000, log)
    print(f"listening on 127.0.0.1:{server.server_port}", flush=True)
    if options.until_idle is not None:
        threading.Thread(target=_wait_until_idle, args=(server, options.until_idle), daemon=True).start()
    try:
        server.serve_forever(poll_interval=0.05)
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()


if __name__ == "__main__":
    main(sys.argv[1:])
