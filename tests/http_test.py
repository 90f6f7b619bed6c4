"""Sources on servers that misbehave: whatever they do, the rows are those of one content of the file, each once.

    TIDEMILL=PROGRAM    the program, by default build/tidemill
    TIDEMILL_SEED=N     other places to break connections at than by default
"""

import base64
import contextlib
import email.utils
import gzip
import hashlib
import json
import os
import random
import signal
import socket
import subprocess
import tempfile
import textwrap
import time
import unittest
from pathlib import Path

from misbehaving_server import Certificate, Handler, Proxy, SecureServer, Server

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = Path(os.environ.get("TIDEMILL", ROOT / "build/tidemill")).resolve()
SEED = int(os.environ.get("TIDEMILL_SEED", "1"))
LONGEST_RUN_SECONDS = 120


def records(count, seed=SEED):
    """Returns `count` records that compress badly, and their numbers."""
    chance = random.Random(seed)
    return b"".join(b'{"number": %d, "text": "%x"}\n' % (i, chance.getrandbits(200)) for i in range(count))


class Run:
    """A run of the program: its exit code, its events, all it printed."""

    def __init__(self, process):
        self.exit_code = process.returncode
        self.output = process.stdout + process.stderr
        self.events = [json.loads(line) for line in process.stdout.splitlines() if line.startswith("{")]

    def retries(self):
        return [event for event in self.events if event["event"] == "retrying"]


class HttpTest(unittest.TestCase):
    def setUp(self):
        self._exits = contextlib.ExitStack()
        self.addCleanup(self._exits.close)
        self.project = Path(self._exits.enter_context(tempfile.TemporaryDirectory()))
        self.server = self._exits.enter_context(Server())
        self.behaviour = self.server.behaviour
        self.environment = {
            name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy") or name.lower() == "no_proxy"
        }
        self.environment.pop("no_proxy", None)
        self.environment.pop("NO_PROXY", None)
        (self.project / "sources").mkdir()
        self.write_settings()

    def write_settings(self, retries=3, retry_delay="1ms"):
        (self.project / "tidemill.yml").write_text(f"name: served\nretries: {retries}\nretry_delay: {retry_delay}\n")

    def write_source(self, options="", url=None, name="raw.numbers"):
        source = textwrap.dedent(f"""\
            name: {name}
            connector: http
            url: "{url or self.server.url + '/numbers.gz'}"
            format: ndjson
            contract:
              columns:
                - {{name: number, type: bigint, required: true}}
                - {{name: text, type: varchar}}
            """)
        (self.project / f"sources/{name}.yml").write_text(source + textwrap.dedent(options))

    def start(self, *arguments):
        return subprocess.Popen(
            [str(PROGRAM), "-C", str(self.project), "--json", *arguments],
            env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run_program(self, *arguments):
        process = self.start(*arguments)
        process.stdout, process.stderr = process.communicate(timeout=LONGEST_RUN_SECONDS)
        return Run(process)

    def run_well(self, *arguments):
        run = self.run_program("run", *arguments)
        self.assertEqual(run.exit_code, 0, run.output)
        return run

    def loaded(self, table):
        query = self.run_program("query", f"SELECT * FROM {table} ORDER BY number")
        self.assertEqual(query.exit_code, 0, query.output)
        return [(row["number"], row["text"]) for row in query.events]

    def assert_loaded(self, content, table="raw.numbers"):
        expected = [(row["number"], row["text"]) for row in map(json.loads, content.splitlines())]
        self.assertEqual(self.loaded(table), expected)


class BrokenConnections(HttpTest):
    """What breaks is gone on with, where it broke, in the same attempt."""

    def setUp(self):
        super().setUp()
        self.content = records(300)
        self.behaviour.files = {"/numbers.gz": gzip.compress(self.content, mtime=0)}
        self.size = len(self.behaviour.files["/numbers.gz"])
        self.write_source()

    def test_at_any_byte_of_a_gzip_file(self):
        chance = random.Random(SEED)
        places = [1, 2, 9, 10, 11, self.size - 9, self.size - 8, self.size - 1, *(chance.randrange(self.size) for _ in range(25))]
        for place in places:
            with self.subTest(place=place, size=self.size):
                self.behaviour.cuts = iter([place])
                run = self.run_well("--full-refresh")
                self.assertEqual(run.retries(), [])
                self.assert_loaded(self.content)

    def test_again_and_again(self):
        for step in (100, 997):
            with self.subTest(step=step):
                self.behaviour.requests.clear()
                self.behaviour.cuts = iter(lambda: step, None)
                run = self.run_well("--full-refresh")
                self.assertEqual(run.retries(), [])
                self.assertEqual(len(self.behaviour.gets()), -(-self.size // step))
                self.assert_loaded(self.content)

    def test_before_the_first_byte_the_attempt_is_made_again(self):
        self.behaviour.cuts = iter([0])
        self.assertEqual(len(self.run_well().retries()), 1)
        self.assert_loaded(self.content)

    def test_without_ranges_the_attempt_is_made_again(self):
        self.behaviour.ranges = False
        self.behaviour.cuts = iter([500])
        self.assertEqual(len(self.run_well().retries()), 1)
        self.assert_loaded(self.content)

    def test_without_a_validator_the_attempt_is_made_again(self):
        self.behaviour.validators = False
        self.behaviour.cuts = iter([self.size, 500])  # The first body is asked for what it is.
        self.assertEqual(len(self.run_well().retries()), 1)
        self.assert_loaded(self.content)

    def test_a_file_that_changes_meanwhile_is_read_anew(self):
        other = records(300, seed=SEED + 1)
        self.behaviour.cuts = iter([500])
        self.behaviour.at_cut = lambda: self.behaviour.files.update({"/numbers.gz": gzip.compress(other, mtime=0)})
        retries = self.run_well().retries()
        self.assertEqual(len(retries), 1)
        self.assertIn("the file changed while it was read", retries[0]["message"])
        self.assert_loaded(other)

    def test_a_server_that_is_busy_meanwhile_is_waited_for(self):
        self.behaviour.cuts = iter([500])
        self.behaviour.at_cut = lambda: self.behaviour.refusals.extend([("GET", 503, {"Retry-After": "0"})] * 3)
        self.assertEqual(self.run_well().retries(), [])
        self.assert_loaded(self.content)

    def test_one_that_never_goes_on_fails_the_run_and_leaves_nothing(self):
        self.write_settings(retries=0)
        self.behaviour.cuts = iter([500])
        self.behaviour.at_cut = lambda: self.behaviour.refusals.extend([("GET", 503, {"Retry-After": "0"})] * 100)
        run = self.run_program("run")
        self.assertEqual(run.exit_code, 3, run.output)
        self.assertEqual(list(self.project.glob(".tidemill/lake/**/*.parquet")), [])


    def test_by_parts_that_are_shorter_than_what_was_asked_for(self):
        self.behaviour.cuts = iter([100])
        self.behaviour.most_of_range = self.size // 3
        self.run_well()
        self.assert_loaded(self.content)
        self.assertGreater(len(self.behaviour.gets()), 3)

    def test_a_body_without_a_length_is_as_long_as_the_listing_said(self):
        self.behaviour.lengths = False
        self.behaviour.cuts = iter([100])
        self.run_well()
        self.assert_loaded(self.content)

    def test_an_encoding_that_nobody_asked_for_is_an_error(self):
        for encoding, good in (("deflate", False), ("br", False), ("gzip", True), ("identity", True)):
            with self.subTest(encoding):
                self.behaviour.headers = {"Content-Encoding": encoding}
                run = self.run_program("run", "--full-refresh")
                self.assertEqual(run.exit_code, 0 if good else 1, run.output)
                if not good:
                    self.assertIn(f"an encoding that was not asked for, '{encoding}'", run.output)
        self.assert_loaded(self.content)
        self.assertEqual({request[2].get("Accept-Encoding") for request in self.behaviour.requests}, {"identity"})


class BusyServers(HttpTest):
    def setUp(self):
        super().setUp()
        self.content = records(10)
        self.behaviour.files = {"/numbers.gz": gzip.compress(self.content, mtime=0)}
        self.write_source()

    def test_they_say_how_long_to_wait(self):
        self.write_settings(retry_delay="100s")
        in_a_moment = {"Retry-After": "1"}
        self.behaviour.refusals = [("HEAD", 429, in_a_moment), ("GET", 503, in_a_moment)]
        self.assertEqual([event["delay_ms"] for event in self.run_well().retries()], [1000])
        self.assert_loaded(self.content)

    def test_or_until_when(self):
        self.write_settings(retry_delay="100s")
        now = time.time()
        soon = {"Date": email.utils.formatdate(now, usegmt=True), "Retry-After": email.utils.formatdate(now + 2, usegmt=True)}
        self.behaviour.refusals = [("GET", 429, soon)]
        # The server of this test sends a Date of its own first; the later one counts.
        self.assertIn(self.run_well().retries()[0]["delay_ms"], (1000, 2000))
        self.assert_loaded(self.content)

    def test_without_a_word_the_project_says(self):
        self.behaviour.refusals = [("GET", status, {}) for status in (500, 502, 503)]
        self.assertEqual([event["delay_ms"] for event in self.run_well().retries()], [1, 2, 4])
        self.assert_loaded(self.content)

    def test_one_that_sends_nothing_is_given_up_and_gone_on_with(self):
        self.content = records(20000)
        self.behaviour.files = {"/numbers.gz": gzip.compress(self.content, mtime=0)}
        self.write_source("stall_timeout: 1s\n")
        self.behaviour.stall_at = 5000
        self.assertEqual(self.run_well().retries(), [])
        self.assertEqual(len(self.behaviour.gets()), 2)
        self.assert_loaded(self.content)


class Credentials(HttpTest):
    """They go to the server that was named, and into no file and no output."""

    SECRET = "correct-horse-battery-7"

    def setUp(self):
        super().setUp()
        self.content = records(10)
        self.behaviour.files = {"/numbers.gz": gzip.compress(self.content, mtime=0)}
        self.environment["SHOP_KEY"] = self.SECRET

    def assert_leaked_nowhere(self, *runs):
        basic = base64.b64encode(f"reader:{self.SECRET}".encode())
        traces = [self.SECRET.encode(), base64.b64encode(self.SECRET.encode()), basic,
                  *(hashlib.new(name, self.SECRET.encode()).hexdigest().encode() for name in ("md5", "sha1", "sha256"))]
        files = [file for file in self.project.rglob("*") if file.is_file() and file.name != "secrets.yml"]
        self.assertTrue(any(file.name == "state.db" for file in files))
        outputs = [run.output.encode() for run in runs]
        for trace in traces:
            for text in [*outputs, *(file.read_bytes() for file in files)]:
                self.assertNotIn(trace, text)

    def test_basic(self):
        self.behaviour.authorization = "Basic " + base64.b64encode(f"reader:{self.SECRET}".encode()).decode()
        self.write_source("user: reader\npassword: ${secret:SHOP_KEY}\n")
        run = self.run_well("-v")
        self.assert_loaded(self.content)
        self.assert_leaked_nowhere(run)

    def test_bearer_from_the_file_of_secrets(self):
        del self.environment["SHOP_KEY"]
        self.behaviour.authorization = f"Bearer {self.SECRET}"
        self.write_source("token: ${secret:SHOP_KEY}\n")
        secrets = self.project / "secrets.yml"
        secrets.write_text(f"SHOP_KEY: '{self.SECRET}'\n")
        secrets.chmod(0o644)
        refused = self.run_program("run")
        self.assertEqual(refused.exit_code, 1, refused.output)
        self.assertIn("chmod 600", refused.output)
        secrets.chmod(0o600)
        run = self.run_well()
        self.assert_loaded(self.content)
        self.assert_leaked_nowhere(refused, run)

    def test_a_header_of_its_own(self):
        self.behaviour.authorization = self.SECRET
        self.behaviour.authorization_header = "X-Api-Key"
        self.write_source("token: ${secret:SHOP_KEY}\ntoken_header: X-Api-Key\n")
        run = self.run_well()
        self.assert_loaded(self.content)
        self.assert_leaked_nowhere(run)

    def test_wrong_ones_are_the_users_error(self):
        self.behaviour.authorization = "Bearer another"
        self.write_source("token: ${secret:SHOP_KEY}\n")
        run = self.run_program("run")
        self.assertEqual(run.exit_code, 1, run.output)
        self.assertIn("answered 401", run.output)
        self.assertEqual(len(self.behaviour.requests), 1, "trying again changes nothing")
        self.assert_leaked_nowhere(run)

    def test_a_secret_that_nobody_knows(self):
        del self.environment["SHOP_KEY"]
        self.write_source("token: ${secret:SHOP_KEY}\n")
        self.assertEqual(self.run_program("validate").exit_code, 0, "the value is not needed for that")
        run = self.run_program("run")
        self.assertEqual(run.exit_code, 1, run.output)
        error = run.events[0]["error"]
        self.assertEqual((error["message"], error["line"], error["column"]), ("no such secret: 'SHOP_KEY'", 9, 8))
        self.assertEqual(self.behaviour.requests, [])

    def test_another_secret_does_not_make_anything_stale(self):
        self.behaviour.authorization = f"Bearer {self.SECRET}"
        self.write_source("token: ${secret:SHOP_KEY}\n")
        self.run_well()
        self.environment["SHOP_KEY"] = "another"
        self.behaviour.authorization = "Bearer another"
        self.assertEqual(self.run_well().events[-1]["done"], 0)

    def test_a_redirect_to_another_server_does_not_take_them_along(self):
        with Server() as other:
            other.behaviour.files = self.behaviour.files
            for options in ("token: ${secret:SHOP_KEY}", "token: ${secret:SHOP_KEY}\ntoken_header: X-Api-Key",
                            "user: reader\npassword: ${secret:SHOP_KEY}"):
                self.behaviour.redirects = {"/numbers.gz": other.url + "/numbers.gz", "/here": self.server.url + "/numbers.gz"}
                self.write_source(options + "\n", url=self.server.url + "/here")
                self.run_well("--full-refresh")
                self.assert_loaded(self.content)
            for _, _, headers in self.behaviour.requests:
                self.assertTrue({"Authorization", "X-Api-Key"} & set(headers))
            self.assertTrue(other.behaviour.requests)
            for _, _, headers in other.behaviour.requests:
                self.assertFalse({"Authorization", "X-Api-Key"} & set(headers))

    def test_they_do_not_belong_into_the_address(self):
        self.write_source(url=f"http://reader:{self.SECRET}@127.0.0.1/numbers.gz")
        for command in ("validate", "run"):
            run = self.run_program(command)
            self.assertEqual(run.exit_code, 2, run.output)
            self.assertIn("sources/raw.numbers.yml:3:6: a name or password does not belong into an address", run.output)
            self.assertNotIn(self.SECRET, run.output)


class Proxies(HttpTest):
    def setUp(self):
        super().setUp()
        self.content = records(500)
        self.behaviour.files = {"/numbers.gz": gzip.compress(self.content, mtime=0)}
        self.proxy = self._exits.enter_context(Proxy(self.server.url))
        self.unreachable = "http://data.invalid/numbers.gz"  # But through the proxy.

    def assert_came_through(self):
        self.assert_loaded(self.content)
        self.assertIn(("GET", self.unreachable), [request[:2] for request in self.proxy.behaviour.requests])

    def test_by_the_option(self):
        self.write_source(f"proxy: {self.proxy.url}\n", url=self.unreachable)
        self.run_well()
        self.assert_came_through()

    def test_by_the_environment(self):
        self.environment["http_proxy"] = self.proxy.url
        self.write_source(url=self.unreachable)
        self.run_well()
        self.assert_came_through()

    def test_an_empty_option_means_none(self):
        self.environment["http_proxy"] = self.proxy.url
        self.write_source("proxy: ''\n")
        self.run_well()
        self.assert_loaded(self.content)
        self.assertEqual(self.proxy.behaviour.requests, [])

    def test_with_a_password(self):
        self.proxy.behaviour.authorization = "Basic " + base64.b64encode(b"me:correct horse").decode()
        self.write_source(f"proxy: {self.proxy.url}\n", url=self.unreachable)
        refused = self.run_program("run")
        self.assertEqual(refused.exit_code, 1, refused.output)
        self.assertIn("answered 407", refused.output)
        self.environment["PROXY_KEY"] = "correct horse"
        self.write_source(f"proxy: {self.proxy.url}\nproxy_user: me\nproxy_password: ${{secret:PROXY_KEY}}\n", url=self.unreachable)
        self.run_well()
        self.assert_came_through()

    def test_a_broken_transfer_goes_on_through_it(self):
        self.write_source(f"proxy: {self.proxy.url}\n", url=self.unreachable)
        self.proxy.behaviour.cuts = iter([700])
        self.assertEqual(self.run_well().retries(), [])
        self.assert_came_through()


class Certificates(HttpTest):
    """Servers over TLS are asked, and are who they say they are."""

    def setUp(self):
        super().setUp()
        self.content = records(500)
        self.certificates = self.project / "certificates"
        self.certificates.mkdir()
        self.certificate = Certificate(self.certificates)
        self.secure = self._exits.enter_context(SecureServer(self.certificate))
        self.secure.behaviour.files = {"/numbers.gz": gzip.compress(self.content, mtime=0)}
        self.url = self.secure.url + "/numbers.gz"
        self.environment.pop("SSL_CERT_FILE", None)

    def assert_not_trusted(self):
        run = self.run_program("run")
        self.assertEqual(run.exit_code, 1, run.output)
        self.assertRegex(run.output, r"not trusted \(SSL[^\n]*\): 'https:")
        self.assertEqual([event for event in run.events if event["event"] == "retrying"], [])
        self.assertEqual(self.secure.behaviour.requests, [])

    def test_a_server_that_nobody_vouches_for_is_not_asked(self):
        self.write_source(url=self.url)
        self.assert_not_trusted()

    def test_the_option_names_who_vouches_and_what_breaks_is_gone_on_with(self):
        self.write_source(f"ssl_ca: certificates/{self.certificate.file.name}\n", url=self.url)
        self.secure.behaviour.cuts = iter([700, 2000])
        self.assertEqual(self.run_well().retries(), [])
        self.assertEqual(len(self.secure.behaviour.gets()), 3)
        self.assert_loaded(self.content)

    def test_so_does_the_environment_and_the_option_goes_before(self):
        self.environment["SSL_CERT_FILE"] = str(self.certificate.file)
        self.write_source(url=self.url)
        self.run_well()
        self.assert_loaded(self.content)
        self.environment["SSL_CERT_FILE"] = str(Certificate(self.certificates, "DNS:other.invalid").file)
        self.write_source(f"ssl_ca: certificates/{self.certificate.file.name}\n", url=self.url)
        self.run_well("--full-refresh")

    def test_a_certificate_of_another_name_is_not_trusted(self):
        other = Certificate(self.certificates, "DNS:other.invalid")
        self.secure = self._exits.enter_context(SecureServer(other))
        self.write_source(f"ssl_ca: certificates/{other.file.name}\n", url=self.secure.url + "/numbers.gz")
        self.assert_not_trusted()

    def test_a_file_of_certificates_that_is_none_is_an_error(self):
        (self.certificates / "text.pem").write_text("nothing\n")
        for name in ("nowhere.pem", "text.pem"):
            with self.subTest(name):
                self.write_source(f"ssl_ca: certificates/{name}\n", url=self.url)
                run = self.run_program("run")
                self.assertEqual(run.exit_code, 1, run.output)
                self.assertIn(f"no file of certificates: '{self.project}/certificates/{name}'", run.output)
                self.assertIn("ssl_ca names it", run.output)
        self.environment["SSL_CERT_FILE"] = str(self.certificates / "text.pem")
        self.write_source(url=self.url)
        self.assertIn("SSL_CERT_FILE, in the environment, names it", self.run_program("run").output)

    def test_through_a_proxy_it_is_the_server_that_is_verified(self):
        certificate = Certificate(self.certificates, "DNS:data.invalid")
        secure = self._exits.enter_context(SecureServer(certificate))
        secure.behaviour.files = self.secure.behaviour.files
        proxy = self._exits.enter_context(Proxy(secure.url))
        for ca, trusted in ((certificate, True), (self.certificate, False)):
            with self.subTest(trusted=trusted):
                options = f"proxy: {proxy.url}\nssl_ca: certificates/{ca.file.name}\n"
                self.write_source(options, url="https://data.invalid/numbers.gz")
                if trusted:
                    self.run_well()
                    self.assert_loaded(self.content)
                    self.assertIn(("CONNECT", "data.invalid:443"), [request[:2] for request in proxy.behaviour.requests])
                else:
                    self.assert_not_trusted()


class Connections(HttpTest):
    """No more of them at once than allowed, for listings and bodies alike."""

    HOURS = 12

    def setUp(self):
        super().setUp()
        self.content = records(5)
        self.behaviour.files = {f"/{hour}.json": self.content for hour in range(self.HOURS)}
        self.behaviour.seconds_to_answer = 0.02

    def write_hours(self, options="", name="raw.hours"):
        self.write_source(options + "interval: hour\nstart: 2024-01-01T00\nend: 2024-01-01T12\n",
                          url=self.server.url + "/{start:%-H}.json", name=name)

    def test_four_when_nothing_is_said(self):
        for name in ("raw.one", "raw.two", "raw.three"):
            self.write_hours(name=name)
        self.run_well("--yes")
        self.assertLessEqual(self.behaviour.most_open, 4)
        for name in ("raw.one", "raw.two", "raw.three"):
            self.assertEqual(len(self.loaded(name)), 5 * self.HOURS)

    def test_one(self):
        for name in ("raw.one", "raw.two"):
            self.write_hours("connections: 1\n", name)
        self.run_well("--yes")
        self.assertEqual(self.behaviour.most_open, 1)
        for name in ("raw.one", "raw.two"):
            self.assertEqual(len(self.loaded(name)), 5 * self.HOURS)

    def test_they_are_used_again(self):
        opened = []
        setup = Handler.setup

        def counted(handler):
            opened.append(1)
            setup(handler)

        self.write_hours("connections: 1\n")
        Handler.setup = counted
        try:
            self.run_well("--yes")
        finally:
            Handler.setup = setup
        self.assertLess(len(opened), len(self.behaviour.requests))


class WhatChanged(HttpTest):
    def test_a_server_that_tells_nothing_is_read_to_see_whether_the_file_changed(self):
        self.behaviour.validators = False
        for path in ("/numbers.gz", "/large.json"):
            content = records(100) if path == "/numbers.gz" else records(30000)
            stored = gzip.compress(content, mtime=0) if path.endswith(".gz") else content
            self.behaviour.files = {path: stored}
            self.write_source(url=self.server.url + path)
            self.assertEqual(self.run_well().events[-1]["done"], 1)
            self.assertEqual(self.run_well().events[-1]["done"], 0)
            changed = content.replace(b'"number": 7,', b'"number": 8,')
            self.assertEqual(len(changed), len(content))
            self.behaviour.files = {path: gzip.compress(changed, mtime=0) if path.endswith(".gz") else changed}
            self.assertEqual(self.run_well().events[-1]["done"], 1)
            self.assertEqual(self.run_well().events[-1]["done"], 0)


class Interrupts(HttpTest):
    """Whatever a run waits for, Ctrl-C ends it; the waits alone would be longer than these tests."""

    def setUp(self):
        super().setUp()
        self.behaviour.files = {"/numbers.gz": gzip.compress(records(20000), mtime=0)}
        self.write_settings(retry_delay="1h")

    def assert_ends(self, when):
        process = self.start("run")
        self.addCleanup(process.kill)
        give_up = time.monotonic() + LONGEST_RUN_SECONDS
        while not when():
            self.assertIsNone(process.poll(), "ended before")
            self.assertLess(time.monotonic(), give_up)
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=LONGEST_RUN_SECONDS)
        self.assertEqual(process.returncode, 130, output + errors)

    def test_in_the_middle_of_a_body(self):
        self.write_source("stall_timeout: 1h\n")
        self.behaviour.stall_at = 5000
        self.assert_ends(self.behaviour.stalled.is_set)

    def test_before_an_answer(self):
        with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listener:
            self.write_source("stall_timeout: 1h\n", url=f"http://127.0.0.1:{listener.getsockname()[1]}/a")
            listener.setblocking(False)
            accepted = []

            def came():
                with contextlib.suppress(BlockingIOError):
                    accepted.append(listener.accept())
                return accepted

            self.assert_ends(came)
            accepted[0][0].close()

    def test_waiting_as_long_as_the_server_said(self):
        self.write_source()
        self.behaviour.refusals = [("HEAD", 503, {"Retry-After": "3600"})]
        self.assert_ends(lambda: self.behaviour.requests)

    def test_waiting_for_a_connection(self):
        self.behaviour.stall_at = 5000
        for name in ("raw.one", "raw.two"):
            self.write_source("connections: 1\nstall_timeout: 1h\n", name=name)
        self.assert_ends(self.behaviour.stalled.is_set)


if __name__ == "__main__":
    unittest.main()
