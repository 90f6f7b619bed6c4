"""Sources that are tables of real MariaDB and PostgreSQL servers, which this test starts and stops.

    TIDEMILL=PROGRAM    the program, by default build/tidemill
"""

import json
import os
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

from databases.proxy import BreakingProxy
from databases.servers import PASSWORD, USER, MariaDb, PostgreSql, free_port

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = Path(os.environ.get("TIDEMILL", ROOT / "build/tidemill")).resolve()
MOST_RESIDENT_BYTES = 512 * 1000 * 1000

SALES = """
CREATE TABLE sales (id INTEGER PRIMARY KEY, sold_at TIMESTAMP NOT NULL, item VARCHAR(20), price DECIMAL(10, 2));
INSERT INTO sales VALUES (1, '2024-03-01 00:00:00', 'bread', 2.50), (2, '2024-03-01 23:59:59', 'milk', 1.10),
  (3, '2024-03-02 00:00:00', 'it''s "tea"', 3.00), (4, '2024-03-04 12:00:00', NULL, NULL);
"""
SALES_COLUMNS = """
    - {name: id, type: bigint, required: true}
    - {name: sold_at, type: timestamp, required: true}
    - {name: item, type: varchar}
    - {name: price, type: "decimal(10,2)"}
"""
BY_DAY = "cursor: sold_at\ninterval: day\nstart: 2024-03-01\nend: 2024-03-05\nrecheck: 10000w\n"


class DatabaseSource:
    """What holds for every kind of server."""

    @classmethod
    def setUpClass(cls):
        cls.server = cls.server_type()
        cls.addClassCleanup(cls.server.close)
        cls.server.prepare()

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.project = Path(folder.name)
        (self.project / "sources").mkdir()
        self.tables = []
        self.addCleanup(lambda: [self.server.sql(f"DROP TABLE IF EXISTS {table}") for table in self.tables])

    def create(self, table, sql):
        self.tables.append(table)
        self.server.sql(sql)

    def write(self, table, columns, more="", contract="", port=None, settings="retries: 3\nretry_delay: 10ms\n"):
        (self.project / "tidemill.yml").write_text("name: shop\n" + settings)
        (self.project / "sources/rows.yml").write_text(
            f"name: raw.rows\nconnector: {self.server.connector}\nhost: 127.0.0.1\nport: {port or self.server.port}\n"
            f"database: shop\nuser: {USER}\npassword: ${{secret:SHOP_PASSWORD}}\ntable: {table}\n{more}contract:\n{contract}  columns:{columns}")

    def tidemill(self, *arguments, exit_code=0, password=PASSWORD):
        done = subprocess.run(
            [PROGRAM, "-C", self.project, *arguments], text=True, capture_output=True, env={**os.environ, "SHOP_PASSWORD": password})
        self.assertEqual(done.returncode, exit_code, done.stdout + done.stderr)
        self.assertNotIn(password, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def rows(self, sql):
        return [json.loads(line) for line in self.tidemill("query", sql, "--format", "json").splitlines()]

    def sold(self):
        return [(row["id"], row["item"], row["price"]) for row in self.rows("SELECT * FROM raw.rows ORDER BY id")]

    def test_a_whole_table_is_loaded_and_again_when_anything_in_it_changed(self):
        self.create("sales", SALES)
        self.write("sales", SALES_COLUMNS)
        self.tidemill("run")
        self.assertEqual(self.sold(), [(1, "bread", "2.50"), (2, "milk", "1.10"), (3, "it's \"tea\"", "3.00"), (4, None, None)])
        self.assertIn("nothing to do", self.tidemill("run"))
        for change in (
            "UPDATE sales SET price = 2.60 WHERE id = 1",
            "DELETE FROM sales WHERE id = 2",
            "INSERT INTO sales VALUES (5, '2024-03-05 00:00:00', 'salt', 0.50)",
            "UPDATE sales SET item = NULL WHERE id = 5",
        ):
            self.server.sql(change)
            self.assertIn("1 built", self.tidemill("run"), change)
            self.assertIn("nothing to do", self.tidemill("run"), change)
        self.assertEqual(self.sold(), [(1, "bread", "2.60"), (3, "it's \"tea\"", "3.00"), (4, None, None), (5, None, "0.50")])
        self.server.sql("DELETE FROM sales")
        self.tidemill("run")
        self.assertEqual(self.sold(), [])

    def test_intervals_follow_the_cursor_and_only_changed_ones_are_loaded_again(self):
        self.create("sales", SALES)
        self.write("sales", SALES_COLUMNS, BY_DAY)
        self.assertIn("4 built, 4 rows", self.tidemill("run"))
        self.assertIn("nothing to do", self.tidemill("run"))
        self.server.sql("UPDATE sales SET price = 9.99 WHERE id = 3")
        said = self.tidemill("run")
        self.assertIn("2024-03-02", said)
        self.assertIn("1 built, 1 row", said)
        # A late row for a day that had none, and one that moves from one day to another.
        self.server.sql("INSERT INTO sales VALUES (6, '2024-03-03 10:00:00', 'late', 1)")
        self.server.sql("UPDATE sales SET sold_at = '2024-03-04 01:00:00' WHERE id = 1")
        said = self.tidemill("run")
        self.assertIn("3 built", said)
        self.assertNotIn("2024-03-02", said)
        self.assertEqual([sale[0] for sale in self.sold()], [1, 2, 3, 4, 6])
        self.assertIn("nothing to do", self.tidemill("run"))

    def test_another_cursor_or_table_makes_all_intervals_stale(self):
        self.create("sales", SALES)
        self.create("old_sales", SALES.replace("sales", "old_sales"))
        self.write("sales", SALES_COLUMNS, BY_DAY.replace("10000w", "1m"))
        self.tidemill("run")
        self.server.sql("DELETE FROM old_sales WHERE id < 3")
        self.write("old_sales", SALES_COLUMNS, BY_DAY.replace("10000w", "1m"))
        self.tidemill("run")
        self.assertEqual([sale[0] for sale in self.sold()], [3, 4])

    def test_days_cut_a_column_of_dates_into_hours_without_loss(self):
        self.create("days", "CREATE TABLE days (id INTEGER, day DATE NOT NULL); INSERT INTO days VALUES (1, '2024-03-01'), (2, '2024-03-02')")
        self.write("days", "\n    - {name: id, type: bigint}\n    - {name: day, type: date}\n",
                   "cursor: day\ninterval: hour\nstart: 2024-03-01\nend: 2024-03-03\n")
        self.tidemill("run")
        self.assertEqual(self.rows("SELECT * FROM raw.rows ORDER BY id"), [{"id": 1, "day": "2024-03-01"}, {"id": 2, "day": "2024-03-02"}])

    def test_rows_that_do_not_fit_are_rejected(self):
        self.create("sales", SALES)
        self.write("sales", SALES_COLUMNS.replace("varchar}", "varchar, required: true}"))
        self.tidemill("run")
        self.assertEqual([sale[0] for sale in self.sold()], [1, 2, 3])
        rejects = self.rows("SELECT file, column_name, reason, record FROM raw.rows__rejects")
        self.assertEqual([(reject["column_name"], reject["reason"]) for reject in rejects], [("item", "missing required value")])
        self.assertEqual(rejects[0]["file"], f"{self.server.connector}://127.0.0.1:{self.server.port}/shop/sales")
        self.assertEqual(json.loads(rejects[0]["record"])["id"], 4)

    def test_columns_that_the_contract_does_not_name_are_kept_or_refused(self):
        self.create("sales", SALES)
        columns = "\n    - {name: id, type: bigint}\n"
        self.write("sales", columns, contract="  extra_fields: keep\n")
        self.tidemill("run")
        self.assertEqual(json.loads(self.rows("SELECT extra_fields FROM raw.rows WHERE id = 2")[0]["extra_fields"])["price"], 1.1)
        self.write("sales", columns, contract="  extra_fields: fail\n  bad_rows: fail\n")
        self.assertIn("unknown field: 'sold_at'", self.tidemill("run", exit_code=1))

    def test_what_is_not_there_is_the_users_mistake(self):
        self.create("sales", SALES)
        self.create("sparse", "CREATE TABLE sparse (id INTEGER, at TIMESTAMP NULL); INSERT INTO sparse VALUES (1, NULL)")
        for more, table, columns, message in (
            ("", "sale", SALES_COLUMNS, "sources/rows.yml:8:8: no such table, or no right to see it: 'sale'"),
            ("", "sales", SALES_COLUMNS.replace("item", "itm"), "the table has no such column: 'itm'\n  hint: did you mean 'item'?"),
            (BY_DAY.replace("sold_at", "sold"), "sales", SALES_COLUMNS, "sources/rows.yml:9:9: the table has no such column: 'sold'"),
            (BY_DAY.replace("sold_at", "item"), "sales", SALES_COLUMNS, "the cursor is no date or time but of type varchar: 'item'"),
            (BY_DAY.replace("sold_at", "at"), "sparse", "\n    - {name: id, type: bigint}\n",
             "rows without a value in the cursor belong to no interval: 'at'"),
        ):
            self.write(table, columns, more)
            self.assertIn(message, self.tidemill("run", exit_code=1))

    def test_a_source_of_records_has_no_format_and_a_cursor_goes_with_intervals(self):
        self.write("sales", SALES_COLUMNS, "format: ndjson\ncursor: sold_at\n")
        said = self.tidemill("validate", exit_code=2)
        self.assertIn(f"sources/rows.yml:9:9: a source of connector {self.server.connector} has no format", said)
        self.assertIn("sources/rows.yml:10:9: a cursor needs an interval", said)
        self.write("sales", SALES_COLUMNS, "interval: day\nstart: 2024-03-01\n")
        self.assertIn("sources/rows.yml:9:11: intervals of a table need a cursor", self.tidemill("validate", exit_code=2))

    def test_a_wrong_password_is_refused_at_once_and_no_password_is_ever_shown_or_kept(self):
        self.create("sales", SALES)
        self.write("sales", SALES_COLUMNS, settings="retries: 3\nretry_delay: 1h\n")
        wrong = "the wr'ong \"one\""
        said = self.tidemill("run", "-v", exit_code=1, password=wrong)
        self.assertRegex(said, "Access denied|password authentication failed")
        self.tidemill("run", "-v")
        kept = [path for path in self.project.rglob("*") if path.is_file()]
        self.assertGreater(len(kept), 5)
        for path in kept:
            for secret in (PASSWORD, wrong):
                self.assertNotIn(secret.encode(), path.read_bytes(), path)

    def test_a_server_that_is_down_is_tried_again_and_then_unavailable(self):
        self.write("sales", SALES_COLUMNS, port=free_port(), settings="retries: 1\nretry_delay: 10ms\n")
        self.assertRegex(self.tidemill("run", exit_code=3), "Can't connect|Connection refused")

    def test_a_server_killed_half_way_costs_an_attempt_and_no_row(self):
        self.create("many", "CREATE TABLE many (id INTEGER PRIMARY KEY, text VARCHAR(100) NOT NULL)")
        self.server.sql(self.many_rows("many", 50_000))
        restarted = threading.Event()

        def kill():
            self.server.stop()
            self.server.start()
            restarted.set()

        proxy = BreakingProxy(self.server.port)
        proxy.break_at(1_000_000, kill)
        self.addCleanup(proxy.close)
        self.write("many", "\n    - {name: id, type: bigint, checks: [unique]}\n    - {name: text, type: varchar}\n", port=proxy.port,
                   settings="retries: 9\nretry_delay: 100ms\n")
        self.tidemill("run")
        self.assertTrue(restarted.wait(60))
        self.assertEqual(self.rows("SELECT count(*) AS n, sum(id) AS total FROM raw.rows"), [{"n": 50_000, "total": 1_250_025_000}])
        self.assertEqual(list((self.project / ".tidemill/cache").glob("*")), [])

    def test_a_million_rows_take_no_more_memory_than_a_few(self):
        self.create("many", "CREATE TABLE many (id INTEGER PRIMARY KEY, text VARCHAR(100) NOT NULL)")
        self.server.sql(self.many_rows("many", 1_000_000))
        self.write("many", "\n    - {name: id, type: bigint}\n    - {name: text, type: varchar}\n", settings="memory_limit: 300MB\n")
        process = subprocess.Popen([PROGRAM, "-C", self.project, "run", "-q"], env={**os.environ, "SHOP_PASSWORD": PASSWORD})
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0)
        self.assertEqual(self.rows("SELECT count(*) AS n, sum(id) AS total FROM raw.rows"), [{"n": 1_000_000, "total": 500_000_500_000}])
        self.assertLess(usage.ru_maxrss * 1024, MOST_RESIDENT_BYTES)

    def load_one(self, table, types):
        """Loads a table of one row under a contract of these types, and returns the row."""
        columns = "".join(f"\n    - {{name: {name}, path: '\"{path}\"', type: \"{kind}\"}}" for name, path, kind in types)
        self.write(table, columns + "\n", contract="  bad_rows: fail\n")
        self.tidemill("run")
        return self.rows("SELECT * FROM raw.rows")[0]


class MariaDbSource(DatabaseSource, unittest.TestCase):
    server_type = MariaDb

    def many_rows(self, table, count):
        return f"INSERT INTO {table} SELECT seq, CONCAT(MD5(seq), MD5(-seq)) FROM seq_1_to_{count}"

    def test_values_of_every_type_arrive_as_they_are(self):
        self.create("kinds", """
            CREATE TABLE kinds (flag TINYINT(1), small TINYINT, bits BIT(64), one BIT(1), big BIGINT UNSIGNED, padded INT(8) ZEROFILL,
              exact DECIMAL(38, 10), f FLOAT, d DOUBLE, day DATE, at DATETIME(6), instant TIMESTAMP(6) NULL, clock TIME, year_of YEAR,
              word ENUM('a', 'b'), words SET('x', 'y'), doc JSON, bytes VARBINARY(10), text TEXT, latin VARCHAR(10) CHARACTER SET latin1,
              `odd ``"name` INT, nothing INT);
            SET time_zone = '+02:00';
            INSERT INTO kinds VALUES (1, -128, 0xFFFFFFFFFFFFFFFF, 1, 18446744073709551615, 42,
              1234567890123456789012345678.0123456789, 16777217, 0.1 + 0.2e0, '2024-02-29', '2024-02-29 12:00:00.123456',
              '2024-02-29 12:00:00.123456', '-838:59:59', 2024, 'b', 'x,y', '{"a": [1, 2.50, 12345678901234567890123]}', x'00ff',
              'é😀\\0\\n\\\\"', 'é', 7, NULL)""")
        row = self.load_one("kinds", [
            ("flag", "flag", "boolean"), ("small", "small", "tinyint"), ("bits", "bits", "decimal(20,0)"), ("one", "one", "boolean"),
            ("big", "big", "decimal(20,0)"), ("padded", "padded", "integer"), ("exact", "exact", "decimal(38,10)"), ("f", "f", "double"),
            ("d", "d", "double"), ("day", "day", "date"), ("at", "at", "timestamp"), ("instant", "instant", "timestamp"),
            ("clock", "clock", "varchar"), ("year_of", "year_of", "smallint"), ("word", "word", "varchar"), ("words", "words", "varchar"),
            ("doc", "doc", "json"), ("bytes", "bytes", "varchar"), ("text", "text", "varchar"), ("latin", "latin", "varchar"),
            ("odd", 'odd `""name', "integer"), ("nothing", "nothing", "integer")])
        self.assertEqual(row, {
            "flag": True, "small": -128, "bits": "18446744073709551615", "one": True, "big": "18446744073709551615", "padded": 42,
            "exact": "1234567890123456789012345678.0123456789", "f": 16777216.0, "d": 0.1 + 0.2, "day": "2024-02-29",
            "at": "2024-02-29T12:00:00.123456Z", "instant": "2024-02-29T10:00:00.123456Z", "clock": "-838:59:59", "year_of": 2024,
            "word": "b", "words": "x,y", "doc": '{"a": [1, 2.50, 12345678901234567890123]}', "bytes": "00ff", "text": 'é😀\0\n\\"',
            "latin": "é", "odd": 7, "nothing": None})

    def test_dates_of_zeros_and_odd_booleans_are_bad_values_unless_the_contract_says_otherwise(self):
        self.create("odd", """
            SET sql_mode = ''; CREATE TABLE odd (id INT, flag TINYINT(1), day DATE);
            INSERT INTO odd VALUES (1, 2, NULL), (2, 0, '0000-00-00'), (3, 1, '2024-02-00')""")
        columns = "\n    - {name: id, type: bigint}\n    - {name: flag, type: boolean}\n    - {name: day, type: date"
        self.write("odd", columns + "}\n")
        self.tidemill("run")
        self.assertEqual(
            [row["reason"] for row in self.rows("SELECT reason FROM raw.rows__rejects ORDER BY reason")],
            ["not a boolean: '2'", "not a date: '0000-00-00'", "not a date: '2024-02-00'"])
        self.write("odd", columns.replace("boolean", "tinyint") + ", null_values: ['0000-00-00', '2024-02-00']}\n")
        self.tidemill("run")
        self.assertEqual(self.rows("SELECT * FROM raw.rows ORDER BY id"), [
            {"id": 1, "flag": 2, "day": None}, {"id": 2, "flag": 0, "day": None}, {"id": 3, "flag": 1, "day": None}])

    def test_a_row_beyond_the_servers_largest_text_fails_with_a_hint(self):
        self.create("wide", "CREATE TABLE wide (id INT, text LONGTEXT); INSERT INTO wide VALUES (1, REPEAT('x', 10000000)), (2, REPEAT('\\n', 9000000))")
        self.write("wide", "\n    - {name: id, type: bigint}\n    - {name: text, type: varchar}\n", settings="retries: 0\n")
        self.assertIn("raise max_allowed_packet", self.tidemill("run", exit_code=1))


class PostgreSqlSource(DatabaseSource, unittest.TestCase):
    server_type = PostgreSql

    def many_rows(self, table, count):
        return f"INSERT INTO {table} SELECT i, md5(i::text) || md5((-i)::text) FROM generate_series(1, {count}) AS i"

    def test_values_of_every_type_arrive_as_they_are(self):
        self.create("kinds", """
            CREATE TABLE kinds (r boolean, big bigint, exact numeric, f real, d double precision, day date, at timestamp, instant timestamptz,
              span interval, padded char(5), bytes bytea, doc json, docb jsonb, uuid uuid, numbers int[], grid numeric[], texts text[],
              address inet, money money, bits bit(3), ranges int4range, "odd ""name" int, nothing int);
            SET timezone = 'Asia/Kathmandu';
            INSERT INTO kinds VALUES (true, 9223372036854775807, 12345678901234567890123456.0123456789, 0.1, 0.1::float8 + 0.2::float8,
              '2024-02-29', '2024-02-29 12:00:00.123456', '2024-02-29 12:00:00.123456', '1 mon 2 days 03:04:05', 'ab', '\\x00ff',
              '{"a": 2.50}', '{"b": 12345678901234567890123}', '00000000-0000-0000-0000-000000000001', '{1,NULL,3}', '{{1.10,2},{3,4}}',
              '{"a,b",NULL,"c\\"d"}', '127.0.0.1', '12.34', B'101', '[1,5)', 7, NULL)""")
        row = self.load_one("kinds", [
            ("r", "r", "boolean"), ("big", "big", "bigint"), ("exact", "exact", "decimal(38,10)"), ("f", "f", "double"), ("d", "d", "double"),
            ("day", "day", "date"), ("at", "at", "timestamp"), ("instant", "instant", "timestamp"), ("span", "span", "varchar"),
            ("padded", "padded", "varchar"), ("bytes", "bytes", "varchar"), ("doc", "doc", "json"), ("docb", "docb", "json"),
            ("uuid", "uuid", "varchar"), ("numbers", "numbers", "list(integer)"), ("grid", "grid", "json"), ("texts", "texts", "list(varchar)"),
            ("address", "address", "varchar"), ("money", "money", "varchar"), ("bits", "bits", "varchar"), ("ranges", "ranges", "varchar"),
            ("odd", 'odd ""name', "integer"), ("nothing", "nothing", "integer")])
        self.assertEqual(row, {
            "r": True, "big": 9223372036854775807, "exact": "12345678901234567890123456.0123456789", "f": 0.10000000149011612,
            "d": 0.1 + 0.2, "day": "2024-02-29", "at": "2024-02-29T12:00:00.123456Z", "instant": "2024-02-29T06:15:00.123456Z",
            "span": "1 mon 2 days 03:04:05", "padded": "ab", "bytes": "00ff", "doc": '{"a": 2.50}', "docb": '{"b": 12345678901234567890123}',
            "uuid": "00000000-0000-0000-0000-000000000001", "numbers": [1, None, 3], "grid": "[[1.10,2],[3,4]]",
            "texts": ["a,b", None, 'c"d'], "address": "127.0.0.1", "money": "$12.34", "bits": "101", "ranges": "[1,5)", "odd": 7,
            "nothing": None})

    def test_what_no_column_can_hold_is_a_bad_value(self):
        self.create("odd", """
            CREATE TABLE odd (id int, n numeric, d double precision, day date, at timestamptz);
            INSERT INTO odd (id, n) VALUES (1, 'NaN'); INSERT INTO odd (id, d) VALUES (2, 'Infinity');
            INSERT INTO odd (id, day) VALUES (3, 'infinity'); INSERT INTO odd (id, at) VALUES (4, '0044-03-15 00:00:00+00 BC');
            INSERT INTO odd (id, n) VALUES (5, 1.005)""")
        self.write("odd", "\n    - {name: id, type: bigint}\n    - {name: n, type: \"decimal(10,2)\"}\n    - {name: d, type: double}\n"
                   "    - {name: day, type: date}\n    - {name: at, type: timestamp}\n")
        self.tidemill("run")
        self.assertEqual([row["column_name"] for row in self.rows("SELECT column_name FROM raw.rows__rejects ORDER BY line")],
                         ["n", "d", "day", "at", "n"])

    def test_a_schema_a_view_and_a_column_named_like_our_alias_can_be_read(self):
        self.server.sql(f'CREATE SCHEMA "Odd"; GRANT USAGE ON SCHEMA "Odd" TO {USER}')
        self.addCleanup(self.server.sql, 'DROP SCHEMA "Odd" CASCADE')
        self.server.sql(f'CREATE VIEW "Odd"."V" AS SELECT 1 AS r, 2 AS record; GRANT SELECT ON "Odd"."V" TO {USER}')
        self.write("Odd.V", "\n    - {name: r, type: bigint}\n    - {name: record, type: bigint}\n")
        self.tidemill("run")
        self.assertEqual(self.rows("SELECT * FROM raw.rows"), [{"r": 1, "record": 2}])

    def test_a_table_without_the_right_to_read_it_is_refused(self):
        self.create("hidden", f"CREATE TABLE hidden (id int); REVOKE ALL ON hidden FROM {USER}")
        self.write("hidden", "\n    - {name: id, type: bigint}\n", settings="retry_delay: 1h\n")
        self.assertIn("permission denied for table hidden", self.tidemill("run", exit_code=1))

    def test_the_connection_is_encrypted_when_it_must_be(self):
        self.create("sales", SALES)
        self.write("sales", SALES_COLUMNS, "ssl: require\n", settings="retry_delay: 1h\n")
        self.assertIn("server does not support SSL", self.tidemill("run", exit_code=1))


if __name__ == "__main__":
    unittest.main()
