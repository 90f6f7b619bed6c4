"""What every connector must do, each with the same recorded sample: three days of tests/connectors/sample.ndjson.

Read whole, and stopped in all ways and gone on with, the table holds the sample's rows, each once; a run with nothing new
reads nothing; a day that changed is read again, alone.

A connector is tested by adding a class to CONNECTORS: see `Connector`.

    TIDEMILL=PROGRAM    the program, by default build/tidemill
"""

import atexit
import collections
import contextlib
import decimal
import functools
import gzip
import json
import os
import shutil
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from databases.proxy import BreakingProxy
from databases.servers import PASSWORD, USER, MariaDb, PostgreSql
from misbehaving_server import Server

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = Path(os.environ.get("TIDEMILL", ROOT / "build/tidemill")).resolve()
SAMPLE = ROOT / "tests/connectors/sample.ndjson"
LONGEST_RUN_SECONDS = 120
CHANGED_DAY = "2024-03-02"

CONTRACT = """
name: raw.sales
interval: day
start: 2024-03-01
end: 2024-03-04
recheck: 36500d
contract:
  columns:
    - {name: id, type: bigint, required: true}
    - {name: sold_at, type: timestamp, required: true}
    - {name: item, type: varchar}
    - {name: price, type: "decimal(10,2)"}
    - {name: weight, type: double}
"""


class Connector:
    """Hands out days of the sample as one connector reads them. Used as a context, for one test."""

    name = ""

    def __init__(self, folder):
        self.folder = folder  # Its own, empty.
        self.exits = contextlib.ExitStack()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.exits.close()

    def options(self):
        """Returns the connector's part of the source's YAML, with `format` where it has one."""
        raise NotImplementedError

    def environment(self):
        """Returns variables for the program, such as secrets."""
        return {}

    def provide(self, day, records):
        """Makes `records`, as parsed JSON, what there is of `day`."""
        raise NotImplementedError

    def break_transfers(self):
        """Yields once per way in which the outside can break off while a run reads, after having arranged it."""
        return iter(())

    def stall_transfer(self):
        """Arranges that the next transfer stops half-way. Returns what waits until it has; None when it cannot."""
        return None


def stored(records):
    return gzip.compress("".join(json.dumps(record) + "\n" for record in records).encode(), mtime=0)


class Files(Connector):
    name = "files"

    def options(self):
        return f'connector: files\npath: "{self.folder}/{{start:%Y}}/*/{{start:%Y-%m-%d}}*.json.gz"\nformat: ndjson\n'

    def provide(self, day, records):
        """Puts a day into two files."""
        folder = self.folder / day[:4] / day[5:7]
        folder.mkdir(parents=True, exist_ok=True)
        half = len(records) // 2
        (folder / f"{day}-a.json.gz").write_bytes(stored(records[:half]))
        (folder / f"{day}-b.json.gz").write_bytes(stored(records[half:]))


class Http(Connector):
    name = "http"

    def __enter__(self):
        self.server = self.exits.enter_context(Server())
        return self

    def options(self):
        return f'connector: http\nurl: "{self.server.url}/{{start:%Y-%m-%d}}.json.gz"\nformat: ndjson\n'

    def provide(self, day, records):
        self.server.behaviour.files[f"/{day}.json.gz"] = stored(records)

    def break_transfers(self):
        for ranges in (True, False):
            self.server.behaviour.ranges = ranges
            for place in (0, 1, 100, 700, 1000):
                self.server.behaviour.cuts = iter([place, 10**9, place])
                yield

    def stall_transfer(self):
        self.server.behaviour.stall_at = 500
        self.server.behaviour.stalled.clear()
        return lambda: self.server.behaviour.stalled.wait(LONGEST_RUN_SECONDS)


@functools.cache
def running(server_type):
    """Returns a server that runs until the end of all tests."""
    server = server_type()
    atexit.register(server.close)
    server.prepare()
    return server


class DatabaseTable(Connector):
    """A table of a real server, behind a proxy that breaks connections."""

    server_type = None

    def __enter__(self):
        self.server = running(self.server_type)
        self.exits.callback(self.server.sql, "DROP TABLE sales")
        self.server.sql(f"CREATE TABLE sales (id BIGINT, sold_at {self.time_type} NOT NULL, item VARCHAR(100), price DECIMAL(10, 2), weight DOUBLE PRECISION)")
        self.proxy = BreakingProxy(self.server.port)
        self.exits.callback(self.proxy.close)
        return self

    def options(self):
        return (f"connector: {self.name}\nhost: 127.0.0.1\nport: {self.proxy.port}\ndatabase: shop\nuser: {USER}\n"
                "password: ${secret:SALES_PASSWORD}\ntable: sales\ncursor: sold_at\n")

    def environment(self):
        return {"SALES_PASSWORD": PASSWORD}

    def provide(self, day, records):
        rows = []
        for record in records:
            item = "NULL" if record["item"] is None else self.server.literal(record["item"])
            time = record["sold_at"].replace("T", " ").rstrip("Z")
            rows.append(f"({record['id']}, '{time}', {item}, {record['price'] or 'NULL'}, {record['weight']})")
        self.server.sql(f"DELETE FROM sales WHERE CAST(sold_at AS DATE) = '{day}'; INSERT INTO sales VALUES {', '.join(rows)}")

    def break_transfers(self):
        for place in (1, 150, 1000, 3000):
            self.proxy.break_at(place)
            yield
            assert self.proxy.has_broken(), f"no connection was broken after bytes: {place}"


class MySql(DatabaseTable):
    name = "mysql"
    server_type = MariaDb
    time_type = "DATETIME(6)"


class Postgres(DatabaseTable):
    name = "postgres"
    server_type = PostgreSql
    time_type = "TIMESTAMP"


CONNECTORS = [Files, Http, MySql, Postgres]


def sample_by_day():
    days = collections.defaultdict(list)
    for line in SAMPLE.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        days[record["sold_at"][:10]].append(record)
    return days


def as_row(record):
    """Returns a record, of the sample or of a query's answer, as what its values mean."""
    time = record["sold_at"].rstrip("Z")
    return (record["id"], time.rstrip("0").rstrip(".") if "." in time else time, record["item"],
            None if record["price"] is None else decimal.Decimal(str(record["price"])), record["weight"])


class Compliance:
    """The tests; mixed with unittest.TestCase for each connector."""

    connector_class = Connector

    def setUp(self):
        exits = contextlib.ExitStack()
        self.addCleanup(exits.close)
        folder = Path(exits.enter_context(tempfile.TemporaryDirectory()))
        (folder / "outside").mkdir()
        self.connector = exits.enter_context(self.connector_class(folder / "outside"))
        self.days = sample_by_day()
        for day, sample in self.days.items():
            self.connector.provide(day, sample)
        self.project = folder / "project"
        (self.project / "sources").mkdir(parents=True)
        (self.project / "tidemill.yml").write_text("name: sample\nretry_delay: 1ms\n")
        (self.project / "sources/sales.yml").write_text(self.connector.options() + CONTRACT)

    def command(self, *arguments, **environment):
        return {
            "args": [str(PROGRAM), "-C", str(self.project), "--json", *arguments],
            "env": {**os.environ, **self.connector.environment(), **environment},
            "stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}

    def run_program(self, *arguments, **environment):
        return subprocess.run(**self.command(*arguments, **environment), timeout=LONGEST_RUN_SECONDS)

    def run_well(self, *arguments):
        """Returns the days that were built, and the run's sums."""
        run = self.run_program("run", *arguments)
        self.assertEqual(run.returncode, 0, run.stdout)
        events = list(map(json.loads, run.stdout.splitlines()))
        built = [event["start"][:10] for event in events if event["event"] == "ended" and event["status"] == "done"]
        return sorted(built), events[-1]

    def assert_holds_the_sample(self):
        query = self.run_program("query", "SELECT * FROM raw.sales")
        self.assertEqual(query.returncode, 0, query.stdout)
        expected = sorted(as_row(record) for day in self.days.values() for record in day)
        self.assertEqual(sorted(as_row(json.loads(line)) for line in query.stdout.splitlines()), expected)

    def assert_nothing_left_to_do(self):
        self.assertEqual(self.run_well()[0], [])

    def start_over(self):
        shutil.rmtree(self.project / ".tidemill", ignore_errors=True)

    def test_read_whole(self):
        built, sums = self.run_well()
        self.assertEqual(built, sorted(self.days))
        self.assertEqual((sums["rows"], sums["rejected"]), (sum(map(len, self.days.values())), 0))
        self.assert_holds_the_sample()
        self.assert_nothing_left_to_do()

    def test_read_day_by_day(self):
        for day in sorted(self.days):
            self.assertEqual(self.run_well("--start", day, "--end", f"{day}T23:59")[0], [day])
        self.assert_holds_the_sample()
        self.assert_nothing_left_to_do()

    def test_killed_at_every_step_and_run_again(self):
        log = self.project / "steps"
        self.assertEqual(self.run_program("run", TIDEMILL_FAULT_LOG=str(log)).returncode, 0)
        steps = len(log.read_text().splitlines())
        self.assertGreater(steps, 10)
        deaths = 0
        for step in range(1, steps + 1):
            with self.subTest(step=step, steps=steps):
                self.start_over()
                deaths += self.run_program("run", TIDEMILL_FAULT=f"kill@{step}").returncode == -signal.SIGKILL
                self.run_well()
                self.assert_holds_the_sample()
                self.assert_nothing_left_to_do()
        self.assertGreater(deaths, steps // 2)

    def test_broken_off_from_outside(self):
        for number, _ in enumerate(self.connector.break_transfers()):
            with self.subTest(number=number):
                self.start_over()
                self.run_well()
                self.assert_holds_the_sample()
                self.assert_nothing_left_to_do()

    def test_stopped_in_the_middle_of_a_transfer(self):
        for stop in (signal.SIGKILL, signal.SIGINT):
            with self.subTest(signal=stop.name):
                self.start_over()
                wait = self.connector.stall_transfer()
                if wait is None:
                    self.skipTest(f"nothing is transferred by: {self.connector.name}")
                with subprocess.Popen(**self.command("run")) as process:
                    self.assertTrue(wait())
                    process.send_signal(stop)
                    process.communicate(timeout=LONGEST_RUN_SECONDS)
                self.assertNotEqual(process.returncode, 0)
                self.run_well()
                self.assert_holds_the_sample()
                self.assert_nothing_left_to_do()

    def test_a_day_that_changed_is_read_again_alone(self):
        self.run_well()
        changed = [{**record, "item": "changed"} for record in self.days[CHANGED_DAY]]
        self.days[CHANGED_DAY] = changed[1:]
        self.connector.provide(CHANGED_DAY, changed[1:])
        self.assertEqual(self.run_well()[0], [CHANGED_DAY])
        self.assert_holds_the_sample()
        self.assert_nothing_left_to_do()


def load_tests(loader, _, __):
    """Returns the tests of each connector."""
    return unittest.TestSuite(
        loader.loadTestsFromTestCase(type(connector.__name__, (Compliance, unittest.TestCase), {"connector_class": connector}))
        for connector in CONNECTORS)


if __name__ == "__main__":
    unittest.main()
