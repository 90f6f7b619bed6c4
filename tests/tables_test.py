"""What our Delta writer writes, read by two other readers: delta-rs and DuckDB's delta extension; and the other way round.

The C++ tests `WrittenTables.*` leave tables in a folder, each with the rows its versions must have beside it. Set
TIDEMILL_TESTS to the test program of another build than build/release.
"""

import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path
from urllib.parse import unquote

import deltalake
import duckdb
import pyarrow

ROOT = Path(__file__).resolve().parent.parent
TESTS = Path(os.environ.get("TIDEMILL_TESTS", ROOT / "build/release/tidemill_tests"))
EXTENSIONS = ROOT / "build/third_party/duckdb_extensions"
LONGEST_TEXT = 32  # Characters of a text that its bounds keep.


def run_cpp_tests(pattern: str, environment: dict[str, str]) -> None:
    """Runs the C++ tests that match `pattern`; shows their output when one fails."""
    command = [str(TESTS), f"--gtest_filter={pattern}", "--gtest_brief=1"]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def connect() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(
        config={"extension_directory": str(EXTENSIONS), "autoinstall_known_extensions": "false"}
    )
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("LOAD delta")
    return connection


def quote(path: object) -> str:
    return "'" + str(path).replace("'", "''") + "'"


class TablesOfOurs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="tidemill tables ")
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = Path(scratch.name)
        run_cpp_tests("WrittenTables.*", {"TIDEMILL_TABLES_FOLDER": str(cls.folder)})
        cls.connection = connect()

    def versions(self):
        """Yields each version of each table that can be read, with the Parquet file of its rows."""
        for expected in sorted(self.folder.glob("*.expected/*.parquet")):
            table = self.folder / expected.parent.name.removesuffix(".expected")
            version = int(expected.stem)
            if table.name == "cleaned" and version < 20:
                continue
            yield table, version, expected

    def facts(self, sql: str):
        return self.connection.execute(sql).fetchall()

    def check_relation(self, relation: str, expected: Path):
        """Compares columns, types and rows, however often each occurs."""
        wanted = f"SELECT * FROM read_parquet({quote(expected)})"
        found = f"SELECT * FROM {relation}"
        columns = [row[:2] for row in self.facts(f"DESCRIBE {found}")]
        self.assertEqual(columns, [row[:2] for row in self.facts(f"DESCRIBE {wanted}")])
        texts = "SELECT columns(*)::VARCHAR FROM"
        self.assertEqual(self.facts(f"{texts} ({found} EXCEPT ALL {wanted})"), [])
        self.assertEqual(self.facts(f"{texts} ({wanted} EXCEPT ALL {found})"), [])

    def test_delta_rs_reads_the_rows_and_types_of_each_version(self):
        for table, version, expected in self.versions():
            with self.subTest(table=table.name, version=version):
                rows = deltalake.DeltaTable(table, version=version).to_pyarrow_table()
                self.connection.register("delta_rs", rows)
                self.check_relation("delta_rs", expected)

    def test_the_delta_extension_reads_the_rows_and_types_of_each_version(self):
        for table, version, expected in self.versions():
            with self.subTest(table=table.name, version=version):
                self.check_relation(f"delta_scan({quote(table)}, version = {version})", expected)

    def test_a_checkpoint_alone_carries_the_table(self):
        first = min(path.name for path in (self.folder / "cleaned/_delta_log").glob("*.json"))
        self.assertEqual(first, "00000000000000000021.json")
        table = deltalake.DeltaTable(self.folder / "cleaned", version=20)
        self.assertEqual(len(table.file_uris()), 8)
        # The transactions of all hours are kept by the checkpoint, those of hours 5 to 7 by it alone.
        versions = [table.transaction_version(f"versions 2024-03-01T{n:02}:00:00Z/2024-03-01T{n + 1:02}:00:00Z") for n in range(7)]
        self.assertEqual(versions, [3, 3, 3, 3, 3, 2, 2])

    def actions(self, table: str):
        """Yields each file of the newest version with what delta-rs finds in the log about it, by dotted name."""
        delta = deltalake.DeltaTable(self.folder / table)
        rows = pyarrow.table(delta.get_add_actions(flatten=True)).to_pylist()
        self.assertEqual(len(rows), len(delta.file_uris()))
        for row in rows:
            yield self.folder / table / unquote(row["path"]), row

    def check_bounds(self, path: Path, row: dict, column: str, sql: str):
        least, greatest, nulls, records = self.facts(
            f"SELECT min({sql}), max({sql}), count(*) - count({sql}), count(*) FROM read_parquet({quote(path)}, "
            "hive_partitioning = false)"
        )[0]
        self.assertEqual(row["num_records"], records)
        self.assertEqual(row[f"null_count.{column}"], nulls, column)
        if isinstance(least, str) and len(greatest) > LONGEST_TEXT:
            self.assertEqual(row[f"min.{column}"], least[:LONGEST_TEXT])
            self.assertTrue(row[f"max.{column}"].startswith(greatest[:LONGEST_TEXT]))
            self.assertGreaterEqual(row[f"max.{column}"].encode(), greatest.encode())
        else:
            self.assertEqual((row[f"min.{column}"], row[f"max.{column}"]), (least, greatest), column)

    def test_bounds_and_null_counts_are_those_of_the_rows(self):
        whole = "tiny small number big double_ price wide text day".split()
        columns = {name: name for name in whole} | {"nested.b.c": "nested.b.c", "nested.d e": 'nested."d e"'}
        for path, row in self.actions("types"):
            for column, sql in columns.items():
                self.check_bounds(path, row, column, sql)
            for column in ("flag", "bytes", "document"):
                self.assertEqual(row[f"null_count.{column}"], 1)
                self.assertIsNone(row.get(f"min.{column}"))
            self.assertEqual(row["min.when"].isoformat(), "1969-07-20T20:17:40.123456+00:00")
            self.assertEqual(row["max.when"].isoformat(), "9999-12-31T23:59:59.999999+00:00")
            self.assertAlmostEqual(row["min.single"], -0.1, places=6)
        for path, row in self.actions("versions"):
            self.check_bounds(path, row, "id", "id")

    def test_partition_values_are_those_of_the_rows(self):
        seen = 0
        for path, row in self.actions("partitions"):
            columns = "place, day::VARCHAR, epoch(moment), flag, number, price"
            values = self.facts(f"SELECT DISTINCT {columns} FROM read_parquet({quote(path)}, hive_partitioning = false)")
            moment = row["partition.moment"]
            day = row["partition.day"]
            logged = (
                row["partition.place"],
                day and day.isoformat(),
                moment and moment.timestamp(),
                row["partition.flag"],
                row["partition.number"],
                row["partition.price"],
            )
            self.assertEqual(values, [logged])
            seen += 1
        self.assertEqual(seen, 4)

    def test_the_history_says_who_committed_and_from_what(self):
        newest = deltalake.DeltaTable(self.folder / "versions").history(1)[0]
        self.assertEqual((newest["version"], newest["operation"]), (24, "WRITE"))
        self.assertTrue(newest["engineInfo"].startswith("Tidemill/"))
        self.assertEqual(newest["tidemill"]["asset"], "raw.events")
        self.assertEqual(newest["tidemill"]["interval"], "2024-03-01T00:00:00Z/2024-03-01T01:00:00Z")
        self.assertEqual(newest["tidemill"]["inputs"], {"raw.x": 3})

    def test_filters_that_skip_files_lose_no_row(self):
        relation = f"delta_scan({quote(self.folder / 'types')})"
        for condition in (
            "text >= repeat('ж', 33)",
            "wide > 99999999999999999999999999999999999.998",
            '"when" >= TIMESTAMPTZ \'9999-12-31 23:59:59.999999+00\'',
            "double_ <= -1e300",
            "nested.b.c = -5",
        ):
            with self.subTest(condition=condition):
                self.assertEqual(self.facts(f"SELECT count(*) FROM {relation} WHERE {condition}"), [(1,)])


class TablesOfOthers(unittest.TestCase):
    """Tables that delta-rs wrote: the C++ test reads them and compares each with `<table>.expected/<version>.parquet`."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="tidemill tables ")
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)

    def write(self, table: str, sql: str, **options) -> deltalake.DeltaTable:
        connection = connect()
        rows = connection.execute(sql).to_arrow_table()
        deltalake.write_deltalake(self.folder / table, rows, **options)
        return deltalake.DeltaTable(self.folder / table)

    def expect(self, table: deltalake.DeltaTable, name: str, sql: str) -> None:
        folder = self.folder / f"{name}.expected"
        folder.mkdir(exist_ok=True)
        target = quote(folder / f"{table.version()}.parquet")
        connect().execute(f"COPY ({sql}) TO {target} (FORMAT parquet)")

    def read_by_us(self) -> None:
        run_cpp_tests("TablesOfOthers.*", {"TIDEMILL_FOREIGN_TABLES": str(self.folder)})

    def test_we_read_partitions_overwrites_and_checkpoints(self):
        first = "SELECT range AS id, 'a b=%/é' AS place, DATE '2024-03-01' AS day FROM range(3)"
        second = "SELECT 10::BIGINT AS id, NULL::VARCHAR AS place, DATE '2024-03-02' AS day"
        third = "SELECT 11::BIGINT AS id, 'x' AS place, NULL::DATE AS day"
        partitions = {"partition_by": ["place", "day"]}
        self.expect(self.write("events", first, **partitions), "events", first)
        table = self.write("events", second, mode="append", **partitions)
        self.expect(table, "events", f"{first} UNION ALL {second}")
        table.create_checkpoint()
        self.expect(self.write("events", third, mode="overwrite", **partitions), "events", third)
        shutil.copytree(self.folder / "events", self.folder / "cleaned")
        for version in (0, 1):
            (self.folder / f"cleaned/_delta_log/{version:020}.json").unlink()
        (self.folder / "cleaned.expected").mkdir()
        for version in (1, 2):
            shutil.copy(self.folder / f"events.expected/{version}.parquet", self.folder / "cleaned.expected")
        self.read_by_us()

    def test_we_refuse_what_we_cannot_read(self):
        self.write("table", "SELECT 1 AS id")
        log = self.folder / "table/_delta_log"
        protocol = {"minReaderVersion": 3, "minWriterVersion": 7, "readerFeatures": ["v2Checkpoint"], "writerFeatures": []}
        (log / f"{1:020}.json").write_text(json.dumps({"protocol": protocol}))
        (self.folder / "table.expected").mkdir()
        with self.assertRaisesRegex(AssertionError, "a feature that Tidemill does not read: 'v2Checkpoint'"):
            self.read_by_us()


if __name__ == "__main__":
    unittest.main()
