"""The benchmark's own parts: what a run takes is counted whole, and results that differ are found."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))

import bench  # noqa: E402
import fingerprint  # noqa: E402
import measure  # noqa: E402
import row  # noqa: E402

MEASURE_ALL = """
import sys
sys.path.insert(0, "benchmarks")
import measure
measure.adopt_orphans()
print(measure.measure([sys.executable, "-c", sys.argv[1]], ".").peak_bytes)
"""
# A child that takes 100 MB and outlives its parent.
ORPHAN = """
import os, time
if os.fork() == 0:
    block = bytearray(b"x") * 100_000_000
    os._exit(0)
os._exit(0)
"""


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)


class Measuring(Folder):
    def test_a_program_that_fails_is_reported_with_what_it_wrote(self):
        with self.assertRaisesRegex(measure.ProgramFailed, "(?s)exit code 3 from.*no such hour"):
            measure.measure(["sh", "-c", "echo no such hour >&2; exit 3"], self.folder)

    def test_processors_and_memory_are_those_of_the_program(self):
        work = "x = bytearray(b'x') * 80_000_000; sum(range(2_000_000))"
        taken = measure.measure([sys.executable, "-c", work], self.folder)
        self.assertGreater(taken.peak_bytes, 80_000_000)
        self.assertGreater(taken.cpu, 0)
        self.assertGreater(taken.wall, 0)

    def test_a_process_that_outlives_its_parent_counts(self):
        output = subprocess.run(
            [sys.executable, "-c", MEASURE_ALL, ORPHAN], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        self.assertGreater(int(output), 100_000_000)

    def test_each_figure_has_its_own_median(self):
        runs = [measure.Measurement(1, 9, 5), measure.Measurement(2, 8, 7), measure.Measurement(3, 1, 6)]
        self.assertEqual(measure.median(runs), measure.Measurement(2, 8, 6))

    def test_a_slow_program_runs_less_often(self):
        self.assertEqual(bench.runs_that_fit(measure.Measurement(1, 1, 1), 5), 5)
        self.assertEqual(bench.runs_that_fit(measure.Measurement(25, 1, 1), 5), 2)
        self.assertEqual(bench.runs_that_fit(measure.Measurement(100, 1, 1), 5), 0)


class Comparing(Folder):
    def fingerprint_of(self, select, columns, name="rows"):
        path = self.folder / f"{name}.parquet"
        duckdb.connect().execute(f"COPY ({select}) TO '{path}'")
        return fingerprint.fingerprint({"relation": f"read_parquet('{path}')", "attach": "", "columns": columns})

    def test_order_and_width_of_numbers_and_zones_do_not_count(self):
        columns = {"id": "BIGINT", "moment": "TIMESTAMPTZ"}
        one = "SELECT * FROM (VALUES (1, TIMESTAMPTZ '2015-01-01 01:00:00+01'), (2, NULL)) AS t(id, moment)"
        two = "SELECT * FROM (VALUES (2::HUGEINT, NULL), (1, TIMESTAMP '2015-01-01 00:00:00')) AS t(id, moment)"
        bench.compare(self.fingerprint_of(one, columns), self.fingerprint_of(two, columns))

    def test_escapes_in_json_do_not_count_but_its_values_do(self):
        def of(text):
            return self.fingerprint_of(f"SELECT '{text}' AS x", {"x": "JSON"})

        bench.compare(of('{"a": "\\u00e9"}'), of('{"a":"é"}'))
        with self.assertRaisesRegex(bench.ResultDiffers, "other values than ours in: x"):
            bench.compare(of('{"a": 1}'), of('{"a": 2}'))

    def test_a_row_that_lacks_or_stands_twice_is_found(self):
        one = self.fingerprint_of("SELECT * FROM range(3) AS t(id)", {"id": "BIGINT"})
        two = self.fingerprint_of("SELECT * FROM range(2) AS t(id)", {"id": "BIGINT"})
        with self.assertRaisesRegex(bench.ResultDiffers, "other rows than ours: 3 instead of 2"):
            bench.compare(one, two)

    def test_values_that_changed_places_between_rows_are_found(self):
        columns = {"a": "BIGINT", "b": "BIGINT"}
        one = self.fingerprint_of("SELECT * FROM (VALUES (1, 3), (2, 4)) AS t(a, b)", columns)
        two = self.fingerprint_of("SELECT * FROM (VALUES (1, 4), (2, 3)) AS t(a, b)", columns)
        with self.assertRaisesRegex(bench.ResultDiffers, "how columns go together"):
            bench.compare(one, two)

    def test_only_what_the_newest_version_of_a_table_names_is_read(self):
        log = self.folder / "project/.tidemill/lake/raw/events/_delta_log"
        log.mkdir(parents=True)
        (log / "00000000000000000000.json").write_text('{"add": {"path": "a/x%20y.parquet"}}\n{"add": {"path": "b"}}\n')
        (log / "00000000000000000001.json").write_text('{"remove": {"path": "b"}}\n')
        relation = row.delta_table("raw", "events")(self.folder).relation
        self.assertEqual(relation, f"read_parquet(['{log.parent}/a/x y.parquet'], hive_partitioning = false)")


class Reporting(unittest.TestCase):
    def test_a_ratio_is_how_many_times_as_long_as_ours_a_program_took(self):
        a_row = row.Row("title", lambda scale: None, {}, [], goals={"duckdb": row.Goal(2, 3)}, most_memory=300_000_000)
        records = [
            bench.Record("tidemill", "1", [measure.Measurement(2, 3, 100_000_000)]),
            bench.Record("duckdb", "2", [measure.Measurement(5, 9, 900_000_000)]),
            bench.Record("polars", "3", failure="it has other rows than ours: 1 instead of 2"),
        ]
        lines = bench.report(a_row, row.Input(Path("x"), 10_000_000), records)
        self.assertRegex(lines[1], r"^tidemill +1 +1 +2\.00 +2\.00–2\.00 +3\.00 +5 +100 +300 MB$")
        self.assertRegex(lines[2], r"^duckdb +2 +1 +5\.00 +5\.00–5\.00 +9\.00 +2 +900 +2\.50× +2×, aim 3×$")
        self.assertEqual(lines[3], "polars failed: it has other rows than ours: 1 instead of 2")


if __name__ == "__main__":
    unittest.main()
