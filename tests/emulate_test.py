"""tidemill emulate, received by a small recorder that answers as a Kafka REST proxy does.

    TIDEMILL=PROGRAM    the program, by default build/tidemill
"""

import http.server
import json
import os
import signal
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = Path(os.environ.get("TIDEMILL", ROOT / "build/tidemill")).resolve()
TOPICS = ["pin", "geo", "user"]
ROWS = 50

SOURCE = """\
name: raw.{name}
connector: files
path: {name}.ndjson
format: ndjson
contract:
  columns:
    - {{name: ind, path: index, type: bigint}}
    - {{name: text, type: varchar}}
    - {{name: at, path: time.at, type: timestamp}}
"""


def record(topic, number):
    return {"index": number, "text": f'{topic} "{number}" ü', "time": {"at": f"2020-01-01T00:{number:02}:00Z"}}


class Recorder(http.server.ThreadingHTTPServer):
    """Keeps each request as (path, content type, body). `status` answers the request of a number, from 1."""

    daemon_threads = True

    def __init__(self, status=lambda number: 200):
        super().__init__(("127.0.0.1", 0), RecorderRequest)
        self.requests, self.connections = [], set()
        self.enough, self.wanted = threading.Event(), None
        self.status = status
        self.url = f"http://127.0.0.1:{self.server_port}"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class RecorderRequest(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):  # noqa: N802: the name is the library's.
        server = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server.requests.append((self.path, self.headers["Content-Type"], body))
        server.connections.add(self.client_address)
        answer = b'{"offsets":[{"partition":0,"offset":0}]}'
        self.send_response(server.status(len(server.requests)))
        self.send_header("Content-Type", "application/vnd.kafka.v2+json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
        if server.wanted and len(server.requests) >= server.wanted:
            server.enough.set()

    def log_message(self, *_):
        pass


class EmulateTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        project = Path(cls.folder.name)
        (project / "sources").mkdir()
        (project / "tidemill.yml").write_text("name: posts\n")
        for topic in TOPICS:
            (project / f"sources/{topic}.yml").write_text(SOURCE.format(name=topic))
            lines = [json.dumps(record(topic, number)) + "\n" for number in range(ROWS)]
            (project / f"{topic}.ndjson").write_text("".join(lines))
        subprocess.run([PROGRAM, "-C", project, "run", "-q"], check=True)

    def command(self, recorder, *arguments):
        return [PROGRAM, "-C", self.folder.name, "emulate", *arguments, "--to", f"{recorder.url}/topics/0a1b.{{table}}"]

    def emulate(self, recorder, *arguments):
        return subprocess.run(self.command(recorder, *arguments), capture_output=True, text=True)

    def test_rows_of_one_number_go_to_the_topics_of_their_tables(self):
        with Recorder() as recorder:
            done = self.emulate(recorder, "raw.pin", "raw.geo", "raw.user", "--rate", "500", "--count", "40", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(
            json.loads(done.stdout),
            {"event": "emulated", "rounds": 40, "posted": 120, "answers": {"200": 120}, "unanswered": 0},
        )
        self.assertEqual(len(recorder.requests), 120)
        self.assertEqual(len(recorder.connections), 1, "one connection is kept")
        numbers = set()
        for at in range(0, 120, 3):
            posted = [json.loads(body)["records"][0]["value"] for _, _, body in recorder.requests[at : at + 3]]
            number = posted[0]["index"]
            numbers.add(number)
            self.assertEqual(posted, [record(topic, number) for topic in TOPICS])
            self.assertEqual([path for path, _, _ in recorder.requests[at : at + 3]], [f"/topics/0a1b.{t}" for t in TOPICS])
        self.assertGreater(len(numbers), 10)
        self.assertEqual({kind for _, kind, _ in recorder.requests}, {"application/vnd.kafka.json.v2+json"})

    def test_the_same_seed_posts_the_same_rows(self):
        def posted(seed):
            with Recorder() as recorder:
                self.emulate(recorder, "raw.pin", "--rate", "1000", "--count", "30", "--seed", seed)
            return recorder.requests

        self.assertEqual(posted("7"), posted("7"))
        self.assertNotEqual(posted("7"), posted("8"))

    def test_refusals_are_counted_and_end_in_failure(self):
        with Recorder(status=lambda number: 503 if number <= 3 else 200) as recorder:
            done = self.emulate(recorder, "raw.pin", "--rate", "1000", "--count", "10")
        self.assertEqual(done.returncode, 1)
        self.assertIn("10 rows posted; 200: 7, 503: 3", done.stderr)

    def test_nobody_there_is_counted_too(self):
        with Recorder() as recorder:
            pass
        done = self.emulate(recorder, "raw.pin", "--rate", "1000", "--count", "2")
        self.assertEqual(done.returncode, 1)
        self.assertIn("2 rows posted; no answer: 2\nthe last without an answer: ", done.stderr)

    def test_an_interrupt_ends_it_with_the_sums(self):
        with Recorder() as recorder:
            recorder.wanted = 20
            process = subprocess.Popen(
                self.command(recorder, "raw.pin", "--rate", "200", "--json"), stdout=subprocess.PIPE, text=True
            )
            self.assertTrue(recorder.enough.wait(60))
            process.send_signal(signal.SIGINT)
            output, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        sums = json.loads(output)
        self.assertGreaterEqual(sums["posted"], 20)
        self.assertEqual(sums["answers"]["200"] + sums["unanswered"], sums["posted"])

    def test_what_cannot_be(self):
        with Recorder() as recorder:
            for arguments, message in [
                (["raw.pins", "--count", "1"], "no such table: 'raw.pins'"),
                (["raw.pin", "--rate", "0"], "--rate"),
                (["raw.pin", "--count", "0"], "--count"),
            ]:
                with self.subTest(arguments=arguments):
                    done = self.emulate(recorder, *arguments)
                    self.assertEqual(done.returncode, 2)
                    self.assertIn(message, done.stderr)
            several = subprocess.run(
                [PROGRAM, "-C", self.folder.name, "emulate", "raw.pin", "raw.geo", "--to", recorder.url],
                capture_output=True,
                text=True,
            )
        self.assertEqual(several.returncode, 2)
        self.assertIn("several tables go to one address", several.stderr)
        self.assertEqual(recorder.requests, [])


if __name__ == "__main__":
    unittest.main()
