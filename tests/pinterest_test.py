"""The pinterest example from captured topics to its tables, held to answers that were worked out without it.

The tables are compared row by row with tests/oracle/pinterest.py, on generated captures and, where `../shared/data` has
them, on real ones.

    TIDEMILL=PROGRAM    the program, by default build/tidemill
"""

import json
import os
import shutil
import tempfile
import unittest
import unittest.mock
from pathlib import Path

from databases.servers import PASSWORD, USER, MariaDb
from emulate_test import Recorder
from example_project import REAL_DATA, ROOT, ExampleProject, changes_between, generate, oracle, run

TABLES_OF = {
    "pin": ["raw.pin", "clean.pin"],
    "geo": ["raw.geo", "clean.geo"],
    "user": ["raw.user", "clean.user", "mart.users_joined_by_year"],
    "pin and geo": [
        "mart.popular_category_by_country", "mart.popular_category_by_year", "mart.top_poster_by_country",
        "mart.country_of_most_followed"],
    "pin and user": [
        "mart.popular_category_by_age_group", "mart.median_followers_by_age_group",
        "mart.median_followers_by_joining_year", "mart.median_followers_by_joining_year_and_age_group"],
    "all": ["mart.median_followers_by_posting_year_and_age_group"],
}
ALL_TABLES = [table for tables in TABLES_OF.values() for table in tables]
SEEDS = [1, 2, 3]
REAL_CAPTURES = {"pin": "pin_consumer.json", "geo": "geo_consumer.json"}
A_USER = {"ind": 7528, "first_name": "Abigail", "last_name": "Ali", "age": 20, "date_joined": "2015-10-24 11:23:51"}
A_GEO = {"ind": 7528, "latitude": -89.9787, "longitude": -173.293, "country": "Albania", "timestamp": "2020-08-28 03:52:47"}
A_PIN = {"index": 7528, "unique_id": "fbe53c66", "follower_count": "9k", "category": "mens-fashion"}


def write_topic(folder, topic, *messages):
    partition = Path(folder) / "topics" / f"129a67850695.{topic}" / "partition=0"
    partition.mkdir(parents=True)
    (partition / "0.json").write_text("".join(json.dumps(message) + "\n" for message in messages), encoding="utf-8")


class Tables(unittest.TestCase):
    def compare(self, capture, tables):
        """Runs a copy of the example on captured topics. Returns the newest versions of all its tables."""
        with tempfile.TemporaryDirectory() as folder:
            project = ExampleProject("pinterest", folder, base_url=capture)
            project.run()
            for table in tables:
                with self.subTest(table=table):
                    self.assertEqual(project.table(table), oracle("pinterest", capture, table))
                    if table.startswith("raw."):
                        expected = int(oracle("pinterest", capture, f"{table}__rejects")[1][0])
                        self.assertEqual(project.rejects(table) if expected else 0, expected)
            return project.versions()

    def test_generated_captures_give_the_oracles_answers(self):
        for seed in SEEDS:
            with self.subTest(seed=seed), tempfile.TemporaryDirectory() as capture:
                generate("pinterest", capture, "--seed", seed, "--damaged", "5")
                self.compare(capture, ALL_TABLES)

    def test_without_the_topic_of_users_what_needs_no_users_is_built(self):
        with tempfile.TemporaryDirectory() as capture:
            generate("pinterest", capture, "--scale", "0.1")
            shutil.rmtree(Path(capture) / "topics/129a67850695.user")
            there = [table for name in ("pin", "geo", "pin and geo") for table in TABLES_OF[name]]
            built = self.compare(capture, there)
            self.assertEqual({table for table in built if not table.endswith("__rejects")}, set(there))

    @unittest.skipUnless((REAL_DATA / "pinterest").is_dir(), "no real captures beside the repository")
    def test_real_captures_give_the_oracles_answers(self):
        with tempfile.TemporaryDirectory() as capture:
            for topic, name in REAL_CAPTURES.items():
                partition = Path(capture) / "topics" / f"129a67850695.{topic}" / "partition=0"
                partition.mkdir(parents=True)
                shutil.copy(REAL_DATA / "pinterest" / name, partition / "capture.json")
            self.compare(capture, [table for name in ("pin", "geo", "pin and geo") for table in TABLES_OF[name]])

    def test_a_message_in_another_topic_is_rejected_there_with_its_text(self):
        with tempfile.TemporaryDirectory() as capture, tempfile.TemporaryDirectory() as folder:
            write_topic(capture, "pin", A_PIN, A_GEO, A_USER)
            write_topic(capture, "geo", A_USER, A_GEO, A_PIN)
            write_topic(capture, "user", A_GEO, A_PIN, A_USER, A_USER)
            project = ExampleProject("pinterest", folder, base_url=capture)
            project.run()
            for topic, rows, strays in (("pin", 1, [A_GEO, A_USER]), ("geo", 1, [A_USER, A_PIN]), ("user", 2, [A_GEO, A_PIN])):
                with self.subTest(topic=topic):
                    self.assertEqual(project.query(f"SELECT count(*) AS messages FROM raw.{topic}")[1], [str(rows)])
                    records = project.query(f"SELECT record FROM raw.{topic}__rejects")[1:]
                    self.assertEqual([json.loads(record) for record, in records], sorted(strays, key=json.dumps))
            self.assertEqual(project.query("SELECT count(*) AS users FROM clean.user")[1], ["1"])


class Sample(unittest.TestCase):
    """The sample that lies in the example."""

    def test_it_is_what_the_generator_makes(self):
        with tempfile.TemporaryDirectory() as folder:
            generate("pinterest", folder, "--scale", "0.4")
            ours, made = (
                {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}
                for root in (ROOT / "examples/pinterest/data", Path(folder)))
            self.assertEqual(ours, made)

    def test_a_copy_of_the_example_runs_as_it_is_passes_its_model_tests_and_draws_every_tile(self):
        with tempfile.TemporaryDirectory() as folder:
            project = ExampleProject("pinterest", folder)
            project.run()
            self.assertIn("nothing to do", project.run().stderr)
            project.command("test")
            page = project.folder / "posts.html"
            project.command("export", "posts", "-o", page)
            for options in ([], ["--width", "390"], ["--dark"]):
                checked = run("node", ROOT / "web/test/check_page.mjs", page, *options).stdout
                self.assertEqual({json.loads(line)["state"] for line in checked.splitlines()}, {"drawn"})


class Versions(unittest.TestCase):
    """The topics captured again: some rows of the origin had been changed, removed and added, and more was posted."""

    def test_another_capture_can_be_looked_at_taken_back_and_taken_again(self):
        with tempfile.TemporaryDirectory() as folder:
            first, second, capture = (Path(folder) / name for name in ("1", "2", "capture"))
            for delivery in (first, second):
                generate("pinterest", delivery, "--scale", "0.3", "--delivery", delivery.name)
            shutil.copytree(first, capture)
            project = ExampleProject("pinterest", folder, base_url=capture)
            project.run()
            before = project.versions()

            # Only the pins come anew: what is made of users and places stays as it is.
            topic = "topics/129a67850695.pin"
            replace(capture / topic, second / topic)
            project.run()
            after = project.versions()
            rebuilt = {table for table in after if after[table] != before[table]}
            expected = {table for name in ("pin", "pin and geo", "pin and user", "all") for table in TABLES_OF[name]}
            self.assertEqual(rebuilt, expected | {"raw.pin__rejects"})

            old, new = (oracle("pinterest", delivery, "clean.pin") for delivery in (first, second))
            self.assertEqual(project.table("clean.pin"), new)
            changes = project.diff("clean.pin", "--key", "ind")
            self.assertEqual(changes, changes_between(old, new, "ind"))
            self.assertNotIn(0, changes.values())
            self.assertEqual(project.query("SELECT * FROM clean.pin", "--at", before["clean.pin"]), old)

            project.command("rollback", "clean.pin", "--to", before["clean.pin"])
            self.assertEqual(project.table("clean.pin"), old)
            self.assertEqual(project.versions()["clean.pin"], after["clean.pin"] + 1)

            # The next capture goes forward again.
            replace(capture / topic, first / topic)
            project.run()
            for table in ("raw.pin", "clean.pin", "mart.popular_category_by_country"):
                self.assertEqual(project.table(table), oracle("pinterest", first, table))

    def test_a_new_file_of_one_topic_adds_its_messages(self):
        with tempfile.TemporaryDirectory() as capture, tempfile.TemporaryDirectory() as folder:
            write_topic(capture, "user", A_USER)
            project = ExampleProject("pinterest", folder, base_url=capture)
            project.run()
            late = Path(capture) / "topics/129a67850695.user/partition=0/1.json"
            late.write_text(json.dumps({**A_USER, "ind": 1, "date_joined": "2016-02-29 23:59:59"}) + "\n", encoding="utf-8")
            project.run()
            self.assertEqual(project.table("mart.users_joined_by_year"), oracle("pinterest", capture, "mart.users_joined_by_year"))
            self.assertEqual(len(project.table("mart.users_joined_by_year")), 3)


class Origin(unittest.TestCase):
    """The three tables on a real server, posted as users would, captured, and cleaned."""

    def test_rows_of_mysql_are_posted_and_come_back_clean(self):
        server = MariaDb()
        self.addCleanup(server.close)
        server.prepare()
        with tempfile.TemporaryDirectory() as folder, unittest.mock.patch.dict(os.environ, MYSQL_PASSWORD=PASSWORD):
            made, capture = Path(folder) / "made", Path(folder) / "capture"
            generate("pinterest", made, "--scale", "0.05")
            server.sql((made / "origin.sql").read_text(encoding="utf-8"))
            origin = ExampleProject(
                "pinterest/origin", folder, mysql_host="127.0.0.1", mysql_port=server.port, mysql_database="shop", mysql_user=USER)
            origin.run()
            self.assertEqual(origin.query("SELECT count(*), count(DISTINCT ind) FROM origin.user")[1], ["50", "50"])

            with Recorder() as recorder:
                origin.command("emulate", "origin.pin", "origin.geo", "origin.user", "--seed", "1", "--count", "80",
                               "--rate", "1000", "--to", recorder.url + "/topics/129a67850695.{table}")
            posted = {}
            for path, _, body in recorder.requests:
                posted.setdefault(path.rpartition(".")[2], []).extend(record["value"] for record in json.loads(body)["records"])
            self.assertEqual({topic: len(values) for topic, values in posted.items()}, {"pin": 80, "geo": 80, "user": 80})
            for topic, values in posted.items():
                write_topic(capture, topic, *values)

            project = ExampleProject("pinterest", Path(folder) / "batch", base_url=capture)
            project.run()
            for table in ("clean.pin", "clean.geo", "clean.user", "mart.popular_category_by_country"):
                with self.subTest(table=table):
                    self.assertEqual(project.table(table), oracle("pinterest", capture, table))
            # A round takes the same row of each table, and posting a row bends nothing in it.
            joined = "SELECT count(DISTINCT pin.ind) FROM clean.pin JOIN clean.geo USING (ind) JOIN clean.user USING (ind)"
            self.assertEqual(project.query(joined)[1], project.query("SELECT count(*) FROM clean.pin")[1])
            originals = {row[0]: row for row in oracle("pinterest", made, "clean.pin")}
            for row in project.table("clean.pin"):
                self.assertEqual(row, originals.get(row[0], row))


def replace(folder, other):
    shutil.rmtree(folder)
    shutil.copytree(other, folder)


if __name__ == "__main__":
    unittest.main()
