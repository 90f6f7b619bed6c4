"""The gharchive example from hourly files to the dashboard, held to answers that were worked out without it.

The tables are compared row by row with tests/oracle/gharchive.py, the lake is read with delta-rs and with DuckDB's delta
extension, and the exported page is opened in Chromium. Real hours are used too where `../shared/data` has them.

    TIDEMILL=PROGRAM    the program, by default build/tidemill
"""

import contextlib
import csv
import gzip
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import deltalake
import duckdb

from example_project import ExampleProject, changes_between

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/oracle"))
PROGRAM = Path(os.environ.get("TIDEMILL", ROOT / "build/tidemill")).resolve()
REAL_HOURS = ROOT.parent / "shared/data/gharchive"
EXTENSIONS = ROOT / "build/third_party/duckdb_extensions"
TABLES = [
    "raw.events",
    "mart.actor_names",
    "mart.org_names",
    "mart.repo_names",
    "mart.events",
    "mart.hourly_activity",
    "mart.hourly_pushes",
    "mart.top_contributors",
    "mart.top_repositories",
]
SEEDS = [1, 2, 3]
# What a larger hour may need beyond a smaller one. The larger one is about ten times as large, 60 MB of JSON.
MEMORY_SLACK_KILOBYTES = 40_000


def run(*arguments, **options):
    return subprocess.run([str(a) for a in arguments], check=True, capture_output=True, text=True, **options)


def generate(folder, hours, *options):
    run(sys.executable, ROOT / "tools/generate", "gharchive", "--out", folder, "--start", "2015-01-01T22", "--hours", hours, *options)


class Project:
    """A copy of the example in a folder of its own."""

    def __init__(self, folder, base_url):
        self.folder = Path(folder) / "gharchive"
        shutil.copytree(ROOT / "examples/gharchive", self.folder, ignore=shutil.ignore_patterns(".tidemill"))
        self.base_url = base_url

    def run(self, start, end, *options):
        return run(PROGRAM, "-C", self.folder, "run", "--var", f"base_url={self.base_url}", "--start", start, "--end", end, *options)

    def query(self, sql):
        return run(PROGRAM, "-C", self.folder, "query", sql, "--format", "csv").stdout

    def table_folder(self, table):
        return self.folder / ".tidemill/lake" / table.replace(".", "/")

    def versions(self):
        return {table: deltalake.DeltaTable(self.table_folder(table)).version() for table in TABLES}


def rows_of(text):
    return sorted(csv.reader(io.StringIO(text)), key=repr)


class Tables(unittest.TestCase):
    def compare(self, hours_folder, start, end):
        with tempfile.TemporaryDirectory() as folder:
            project = Project(folder, hours_folder)
            project.run(start, end)
            for table in TABLES:
                expected = run(sys.executable, ROOT / "tests/oracle/gharchive.py", hours_folder, "--hours", f"{start}..{end}", "--table", table).stdout
                columns = "* EXCLUDE (loaded_at)" if table == "mart.events" else "*"
                with self.subTest(table=table):
                    self.assertEqual(rows_of(project.query(f"SELECT {columns} FROM {table}")), rows_of(expected))
            rejects = run(sys.executable, ROOT / "tests/oracle/gharchive.py", hours_folder, "--hours", f"{start}..{end}", "--table", "raw.events__rejects").stdout
            self.assertEqual(project.query("SELECT count(*) FROM raw.events__rejects").split()[1], rejects.split()[-1])

    def test_generated_hours_give_the_oracles_answers(self):
        for seed in SEEDS:
            with self.subTest(seed=seed), tempfile.TemporaryDirectory() as hours:
                generate(hours, 4, "--seed", seed, "--scale", "0.4", "--damaged", "11")
                self.compare(hours, "2015-01-01T22", "2015-01-02T02")

    @unittest.skipUnless(REAL_HOURS.is_dir(), "no real hours beside the repository")
    def test_real_hours_give_the_oracles_answers(self):
        self.compare(REAL_HOURS, "2015-01-01T00", "2015-01-01T02")


class Lake(unittest.TestCase):
    """One project, run once over a local web server."""

    @classmethod
    def setUpClass(cls):
        cls.scope = contextlib.ExitStack()
        hours = cls.scope.enter_context(tempfile.TemporaryDirectory())
        folder = cls.scope.enter_context(tempfile.TemporaryDirectory())
        generate(hours, 3, "--scale", "0.5", "--damaged", "3")
        cls.server = cls.scope.enter_context(
            subprocess.Popen([sys.executable, ROOT / "tools/serve_files.py", hours], stdout=subprocess.PIPE, text=True)
        )
        cls.scope.callback(cls.server.kill)
        address = cls.server.stdout.readline().split()[-1]
        cls.project = Project(folder, f"http://{address}")
        cls.project.run("2015-01-01T22", "2015-01-02T01")

    @classmethod
    def tearDownClass(cls):
        cls.server.kill()
        cls.scope.close()

    def test_running_again_commits_nothing_and_says_so(self):
        before = self.project.versions()
        again = self.project.run("2015-01-01T22", "2015-01-02T01")
        self.assertIn("nothing to do", again.stderr)
        self.assertEqual(self.project.versions(), before)

    def test_delta_rs_and_duckdb_read_the_same_rows(self):
        connection = duckdb.connect(config={"extension_directory": str(EXTENSIONS), "autoinstall_known_extensions": "false"})
        connection.execute("LOAD delta; SET TimeZone = 'UTC'")
        for table in [*TABLES, "raw.events__rejects"]:
            with self.subTest(table=table):
                count = int(self.project.query(f"SELECT count(*) FROM {table}").split()[1])
                arrow = deltalake.DeltaTable(self.project.table_folder(table)).to_pyarrow_table()
                self.assertEqual(arrow.num_rows, count)
                scanned = connection.execute("SELECT count(*) FROM delta_scan(?)", [str(self.project.table_folder(table))]).fetchone()[0]
                self.assertEqual(scanned, count)

    def test_integers_that_are_absent_are_null_and_days_are_partitions(self):
        table = deltalake.DeltaTable(self.project.table_folder("raw.events"))
        arrow = table.to_pyarrow_table()
        self.assertEqual(str(arrow.schema.field("org_id").type), "int64")
        self.assertGreater(arrow.column("org_id").null_count, 0)
        self.assertEqual(table.metadata().partition_columns, ["created_at_date"])
        for created_at, day in zip(arrow.column("created_at").to_pylist(), arrow.column("created_at_date").to_pylist()):
            self.assertEqual(created_at.date(), day)

    def test_the_exported_page_shows_the_querys_numbers(self):
        page = self.project.folder / "activity.html"
        run(PROGRAM, "-C", self.project.folder, "export", "activity", "-o", page)
        for options in ([], ["--width", "390"], ["--dark"]):
            checked = run("node", ROOT / "web/test/check_page.mjs", page, *options).stdout
            tiles = {tile["title"]: tile for tile in map(json.loads, checked.splitlines())}
            self.assertEqual({tile["state"] for tile in tiles.values()}, {"drawn"})
            events = int(self.project.query("SELECT count(*) FROM mart.events").split()[1])
            self.assertEqual(tiles["Events"]["rows"], [[events]])
            drawn = [[str(cell) for cell in row] for row in tiles["Events per hour by type"]["rows"]]
            expected = self.project.query("SELECT hour, type, events FROM mart.hourly_activity")
            self.assertEqual(rows_of(expected)[:-1], sorted(drawn, key=repr))


class Sample(unittest.TestCase):
    """The sample that lies in the example."""

    def test_it_is_what_the_generator_makes(self):
        with tempfile.TemporaryDirectory() as folder:
            run(sys.executable, ROOT / "tools/generate", "gharchive", "--out", folder,
                "--start", "2015-01-01T00", "--hours", "28", "--scale", "0.07", "--damaged", "1")
            ours, made = (sorted(path.glob("*")) for path in (ROOT / "examples/gharchive/data", Path(folder)))
            self.assertEqual([path.name for path in ours], [path.name for path in made])
            for mine, theirs in zip(ours, made):
                self.assertEqual(gzip.decompress(mine.read_bytes()), gzip.decompress(theirs.read_bytes()), mine.name)

    def test_a_copy_of_the_example_runs_as_it_is_passes_its_model_tests_and_draws_every_tile(self):
        with tempfile.TemporaryDirectory() as folder:
            project = ExampleProject("gharchive", folder)
            project.run()
            self.assertIn("nothing to do", project.run().stderr)
            self.assertEqual(project.query("SELECT count(DISTINCT date_trunc('hour', created_at)) FROM raw.events")[1], ["28"])
            project.command("test")
            page = project.folder / "activity.html"
            project.command("export", "activity", "-o", page)
            checked = run("node", ROOT / "web/test/check_page.mjs", page).stdout
            self.assertEqual({json.loads(line)["state"] for line in checked.splitlines()}, {"drawn"})


class Versions(unittest.TestCase):
    """A new hour comes, and then one of the old ones is delivered once more with other events."""

    def built(self, project, hours, end):
        """Runs and returns what was built, as table and interval, and the versions of all tables afterwards."""
        lines = project.run("--start", "2015-01-01T22", "--end", end, "--var", f"base_url={hours}").stderr.splitlines()
        words = [line.split() for line in lines if line.split()[0] in TABLES]
        return {(word[0], word[1] if word[1].startswith("2015") else "") for word in words}, project.versions()

    def expected(self, hours, end, table):
        text = run(sys.executable, ROOT / "tests/oracle/gharchive.py", hours, "--hours", f"2015-01-01T22..{end}", "--table", table).stdout
        header, *rows = csv.reader(io.StringIO(text))
        return [header, *sorted(rows)]

    def test_hours_that_are_new_or_delivered_again_build_their_day_and_no_other(self):
        whole = {(table, "") for table in ("mart.actor_names", "mart.org_names", "mart.repo_names",
                                           "mart.top_contributors", "mart.top_repositories")}
        daily = ("mart.events", "mart.hourly_activity", "mart.hourly_pushes")
        with tempfile.TemporaryDirectory() as folder:
            made, again, hours = (Path(folder) / name for name in ("made", "again", "hours"))
            generate(made, 4, "--scale", "0.1")
            generate(again, 4, "--scale", "0.1", "--seed", "2")
            hours.mkdir()
            for name in ("2015-01-01-22.json.gz", "2015-01-01-23.json.gz", "2015-01-02-0.json.gz"):
                shutil.copy(made / name, hours)
            project = ExampleProject("gharchive", folder)
            self.built(project, hours, "2015-01-02T01")

            shutil.copy(made / "2015-01-02-1.json.gz", hours)
            built, before = self.built(project, hours, "2015-01-02T02")
            self.assertEqual(built, whole | {("raw.events", "2015-01-02T01")} | {(table, "2015-01-02") for table in daily})
            old = {table: self.expected(hours, "2015-01-02T02", table) for table in ("raw.events", "mart.hourly_activity")}

            shutil.copy(again / "2015-01-01-23.json.gz", hours)
            built, after = self.built(project, hours, "2015-01-02T02")
            self.assertEqual(built, whole | {("raw.events", "2015-01-01T23")} | {(table, "2015-01-01") for table in daily})
            new = {table: self.expected(hours, "2015-01-02T02", table) for table in old}
            for table, rows in new.items():
                self.assertEqual(project.table(table), rows)
                self.assertEqual(project.query(f"SELECT * FROM {table}", "--at", before[table]), old[table])
            changes = project.diff("raw.events", "--key", "id")
            self.assertEqual(changes, changes_between(old["raw.events"], new["raw.events"], "id"))
            self.assertNotIn(0, (changes["added"], changes["removed"]))

            table = "mart.hourly_activity"
            project.command("rollback", table, "--to", before[table])
            self.assertEqual(project.table(table), old[table])
            self.assertEqual(project.versions()[table], after[table] + 1)

            # The hour as it was first goes forward again.
            shutil.copy(made / "2015-01-01-23.json.gz", hours)
            self.built(project, hours, "2015-01-02T02")
            for table, rows in old.items():
                self.assertEqual(project.table(table), rows)


class Memory(unittest.TestCase):
    def peak_kilobytes(self, scale):
        with tempfile.TemporaryDirectory() as hours, tempfile.TemporaryDirectory() as folder:
            generate(hours, 1, "--scale", scale)
            project = Project(folder, hours)
            process = subprocess.Popen(
                [PROGRAM, "-q", "-C", project.folder, "run", "raw.events", "--var", f"base_url={hours}",
                 "--start", "2015-01-01T22", "--end", "2015-01-01T23"])
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            self.assertEqual(process.returncode, 0)
            return usage.ru_maxrss

    def test_an_hour_of_60_mb_needs_no_more_memory_than_one_of_6_mb(self):
        small = self.peak_kilobytes("3")
        large = self.peak_kilobytes("30")
        self.assertLess(large, small + MEMORY_SLACK_KILOBYTES, f"{small} kB for the small hour, {large} kB for the large one")


if __name__ == "__main__":
    unittest.main()
