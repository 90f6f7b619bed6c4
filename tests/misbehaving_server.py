"""A web server for tests that misbehaves as it is told to, and a proxy that forwards to one."""

import contextlib
import hashlib
import http.server
import re
import select
import socket
import ssl
import subprocess
import threading
import urllib.parse
import urllib.request

LONGEST_WAIT_SECONDS = 120
LONG_AGO = "Mon, 01 Jan 2024 00:00:00 GMT"


class Behaviour:
    """What a server does. Its lock guards what changes while it serves."""

    def __init__(self):
        self.files = {}  # Path to content.
        self.ranges = True
        self.validators = True
        self.most_of_range = None  # Parts have so many bytes at the most.
        self.lengths = True  # Bodies are announced with their lengths; else their end is the connection's.
        self.headers = {}  # Of all files, besides what there is.
        self.refusals = []  # (method, status, headers), each for one request that fits.
        self.cuts = iter(())  # After how many bytes the next bodies break; when it ends, none does.
        self.at_cut = lambda: None  # Called before the client can see that the body broke.
        self.seconds_to_answer = 0.0
        self.redirects = {}  # Path to address.
        self.authorization = None  # What requests must say in `authorization_header`.
        self.authorization_header = "Authorization"
        self.stall_at = None  # The next body stops after so many bytes, and does not go on.
        self.stalled = threading.Event()  # Set once a body has stopped so.
        self.requests = []  # (method, path, headers)
        self.open = self.most_open = 0  # Connections.
        self.lock = threading.Lock()
        self.stopped = threading.Event()

    def gets(self):
        return [request for request in self.requests if request[0] == "GET"]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        behaviour = self.server.behaviour
        with behaviour.lock:
            behaviour.open += 1
            behaviour.most_open = max(behaviour.most_open, behaviour.open)
        super().setup()

    def finish(self):
        with contextlib.suppress(OSError):
            super().finish()
        with self.server.behaviour.lock:
            self.server.behaviour.open -= 1

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.answer()

    def do_GET(self):
        self.answer()

    def answer(self):
        behaviour = self.server.behaviour
        path = urllib.parse.urlsplit(self.path).path
        with behaviour.lock:
            behaviour.requests.append((self.command, path, dict(self.headers)))
            refusal = next((each for each in behaviour.refusals if each[0] == self.command), None)
            if refusal:
                behaviour.refusals.remove(refusal)
        behaviour.stopped.wait(behaviour.seconds_to_answer)
        if refusal:
            return self.send(refusal[1], refusal[2])
        if path in behaviour.redirects:
            return self.send(302, {"Location": behaviour.redirects[path]})
        if behaviour.authorization and self.headers.get(behaviour.authorization_header) != behaviour.authorization:
            return self.send(401, {"WWW-Authenticate": 'Basic realm="x"'})
        if path not in behaviour.files:
            return self.send(404, {})
        return self.send_file(behaviour.files[path])

    def send_file(self, content):
        behaviour = self.server.behaviour
        etag = '"' + hashlib.sha256(content).hexdigest()[:16] + '"'
        headers = {"ETag": etag, "Last-Modified": LONG_AGO} if behaviour.validators else {}
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if wanted and behaviour.ranges and self.headers.get("If-Range") == etag:
            start = int(wanted[1])
            end = min(len(content), start + (behaviour.most_of_range or len(content)))
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(content)}"
            return self.send(206, headers, content[start:end])
        return self.send(200, headers | behaviour.headers, content)

    def send(self, status, headers, body=b""):
        behaviour = self.server.behaviour
        self.send_response(status)
        announced = {"Content-Length": str(len(body))} if behaviour.lengths or self.command == "HEAD" else {"Connection": "close"}
        for name, value in {**announced, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD" or not body:
            return
        with behaviour.lock:
            cut = next(behaviour.cuts, None)
        if behaviour.stall_at is not None:
            self.wfile.write(body[: behaviour.stall_at])
            behaviour.stall_at = None
            behaviour.stalled.set()
            behaviour.stopped.wait(LONGEST_WAIT_SECONDS)
            self.close_connection = True
        elif cut is not None and cut < len(body):
            self.wfile.write(body[:cut])
            self.close_connection = True
            behaviour.at_cut()
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            self.wfile.write(body)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    handler = Handler

    def __init__(self, behaviour=None):
        super().__init__(("127.0.0.1", 0), self.handler)
        self.behaviour = behaviour or Behaviour()
        self.url = f"http://127.0.0.1:{self.server_port}"
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})

    def handle_error(self, *_):
        """Clients that go away are what these tests are about."""

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.behaviour.stopped.set()
        self.shutdown()
        self._thread.join()
        self.server_close()


class Certificate:
    """A certificate that vouches for itself, and its key, as files in a folder."""

    def __init__(self, folder, names="IP:127.0.0.1"):
        self.file = folder / f"{re.sub(r'[^a-z0-9]+', '-', names.lower())}.pem"
        self.key = self.file.with_suffix(".key")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-days", "2", "-subj", "/CN=test", "-addext", f"subjectAltName={names}",
             "-keyout", str(self.key), "-out", str(self.file)],
            check=True, capture_output=True)


class SecureServer(Server):
    def __init__(self, certificate):
        super().__init__()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.file, certificate.key)
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"https://127.0.0.1:{self.server_port}"


class ProxyHandler(Handler):
    """Forwards what it is asked for, every host to one server."""

    def do_CONNECT(self):
        behaviour = self.server.behaviour
        with behaviour.lock:
            behaviour.requests.append((self.command, self.path, dict(self.headers)))
        target = urllib.parse.urlsplit(self.server.target)
        with socket.create_connection((target.hostname, target.port)) as there:
            self.send_response(200)
            self.end_headers()
            ends = {self.connection: there, there: self.connection}
            while not behaviour.stopped.is_set():
                for ready in select.select(list(ends), [], [], 0.1)[0]:
                    data = ready.recv(65536)
                    if not data:
                        self.close_connection = True
                        return
                    ends[ready].sendall(data)

    def answer(self):
        behaviour = self.server.behaviour
        with behaviour.lock:
            behaviour.requests.append((self.command, self.path, dict(self.headers)))
        if behaviour.authorization and self.headers.get("Proxy-Authorization") != behaviour.authorization:
            return self.send(407, {"Proxy-Authenticate": 'Basic realm="proxy"'})
        target = self.server.target + urllib.parse.urlsplit(self.path).path
        kept = {name: value for name, value in self.headers.items() if not name.startswith("Proxy-")}
        request = urllib.request.Request(target, headers=kept, method=self.command)
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(request) as answer:
            body = answer.read()
            headers = {name: value for name, value in answer.headers.items() if name not in ("Date", "Server", "Connection")}
            return self.send(answer.status, headers, body)


class Proxy(Server):
    handler = ProxyHandler

    def __init__(self, target):
        super().__init__()
        self.target = target
