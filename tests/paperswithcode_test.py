"""The paperswithcode example from the three dumps to its tables, held to answers that were worked out without it.

The tables are compared row by row with tests/oracle/paperswithcode.py, on generated dumps and, where `../shared/data` has
them, on real records.

    TIDEMILL=PROGRAM    the program, by default build/tidemill
"""

import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from example_project import PROGRAM, REAL_DATA, ROOT, ExampleProject, changes_between, generate, oracle, run

TABLES_OF = {
    "papers-with-abstracts": ["raw.papers", "clean.papers", "mart.papers_tasks", "mart.papers_proceedings"],
    "links-between-papers-and-code": ["raw.links", "mart.papers_frameworks"],
    "datasets": ["raw.datasets", "clean.datasets", "mart.datasets_tasks", "mart.datasets_languages"],
}
ALL_TABLES = [table for tables in TABLES_OF.values() for table in tables]
SEEDS = [1, 2, 3]
REAL_RECORDS = {
    "papers-with-abstracts": "papers-with-abstracts.sample1.json",
    "links-between-papers-and-code": "links-between-papers-and-code.sample.json",
    "datasets": "datasets.sample1.json",
}
# A generated paper has 3.6 kB; the larger dump is ten times as large as the smaller one, 70 MB of JSON.
MEMORY_SLACK_KILOBYTES = 60_000


class Tables(unittest.TestCase):
    def compare(self, dumps, tables):
        """Runs a copy of the example on a folder of dumps. Returns the newest versions of all its tables."""
        with tempfile.TemporaryDirectory() as folder:
            project = ExampleProject("paperswithcode", folder, base_url=dumps)
            project.run()
            for table in tables:
                with self.subTest(table=table):
                    self.assertEqual(project.table(table), oracle("paperswithcode", dumps, table))
                    if table.startswith("raw."):
                        expected = int(oracle("paperswithcode", dumps, f"{table}__rejects")[1][0])
                        self.assertEqual(project.rejects(table) if expected else 0, expected)
            return project.versions()

    def test_generated_dumps_give_the_oracles_answers(self):
        for seed in SEEDS:
            with self.subTest(seed=seed), tempfile.TemporaryDirectory() as dumps:
                generate("paperswithcode", dumps, "--seed", seed, "--damaged", "5")
                self.compare(dumps, ALL_TABLES)

    def test_without_links_and_data_sets_their_tables_wait_and_the_others_are_built(self):
        with tempfile.TemporaryDirectory() as dumps:
            generate("paperswithcode", dumps, "--scale", "0.1", "--only", "papers")
            built = self.compare(dumps, TABLES_OF["papers-with-abstracts"])
            self.assertEqual(set(built), set(TABLES_OF["papers-with-abstracts"]))

    @unittest.skipUnless((REAL_DATA / "paperswithcode").is_dir(), "no real records beside the repository")
    def test_real_records_give_the_oracles_answers(self):
        with tempfile.TemporaryDirectory() as dumps:
            for name, records in REAL_RECORDS.items():
                text = (REAL_DATA / "paperswithcode" / records).read_bytes()
                (Path(dumps) / f"{name}.json.gz").write_bytes(gzip.compress(text))
            self.compare(dumps, ALL_TABLES)

    def test_a_server_gives_the_same_tables_as_a_folder(self):
        with tempfile.TemporaryDirectory() as dumps, tempfile.TemporaryDirectory() as folder:
            generate("paperswithcode", dumps, "--scale", "0.1")
            server = subprocess.Popen([sys.executable, ROOT / "tools/serve_files.py", dumps], stdout=subprocess.PIPE, text=True)
            with server:
                address = server.stdout.readline().split()[-1]
                project = ExampleProject("paperswithcode", folder, base_url=f"http://{address}")
                project.run()
                server.kill()
            table = "mart.papers_frameworks"
            self.assertEqual(project.table(table), oracle("paperswithcode", dumps, table))


class Sample(unittest.TestCase):
    """The sample that lies in the example."""

    def test_it_is_what_the_generator_makes(self):
        with tempfile.TemporaryDirectory() as folder:
            generate("paperswithcode", folder, "--scale", "0.7")
            ours, made = (sorted(path.glob("*")) for path in (ROOT / "examples/paperswithcode/data", Path(folder)))
            self.assertEqual([path.name for path in ours], [path.name for path in made])
            for mine, theirs in zip(ours, made):
                self.assertEqual(gzip.decompress(mine.read_bytes()), gzip.decompress(theirs.read_bytes()), mine.name)

    def test_a_copy_of_the_example_runs_as_it_is_passes_its_model_tests_and_draws_every_tile(self):
        with tempfile.TemporaryDirectory() as folder:
            project = ExampleProject("paperswithcode", folder)
            project.run()
            self.assertIn("nothing to do", project.run().stderr)
            project.command("test")
            page = project.folder / "papers.html"
            project.command("export", "papers", "-o", page)
            for options in ([], ["--width", "390"], ["--dark"]):
                checked = run("node", ROOT / "web/test/check_page.mjs", page, *options).stdout
                self.assertEqual({json.loads(line)["state"] for line in checked.splitlines()}, {"drawn"})


class Versions(unittest.TestCase):
    """The next week's dumps: some records are gone, some were edited, some are new."""

    def test_the_next_dump_can_be_looked_at_taken_back_and_taken_again(self):
        with tempfile.TemporaryDirectory() as folder:
            first, second, dumps = (Path(folder) / name for name in ("1", "2", "dumps"))
            for delivery in (first, second):
                generate("paperswithcode", delivery, "--scale", "0.3", "--delivery", delivery.name)
            shutil.copytree(first, dumps)
            project = ExampleProject("paperswithcode", folder, base_url=dumps)
            project.run()
            before = project.versions()

            # Only the papers come anew: what is made of data sets stays as it is.
            papers = "papers-with-abstracts.json.gz"
            shutil.copy(second / papers, dumps / papers)
            project.run()
            after = project.versions()
            rebuilt = {table for table in after if after[table] != before[table]}
            self.assertEqual(rebuilt, {*TABLES_OF["papers-with-abstracts"], "mart.papers_frameworks"})

            old, new = (oracle("paperswithcode", delivery, "clean.papers") for delivery in (first, second))
            self.assertEqual(project.table("clean.papers"), new)
            changes = project.diff("clean.papers", "--key", "paper_url")
            self.assertEqual(changes, changes_between(old, new, "paper_url"))
            self.assertNotIn(0, changes.values())
            lists = ", ".join(f"to_json({column})::VARCHAR AS {column}" for column in ("authors", "tasks"))
            at_first = project.query(f"SELECT * REPLACE ({lists}) FROM clean.papers", "--at", before["clean.papers"])
            self.assertEqual(at_first, old)

            project.command("rollback", "clean.papers", "--to", before["clean.papers"])
            self.assertEqual(project.table("clean.papers"), old)
            self.assertEqual(project.versions()["clean.papers"], after["clean.papers"] + 1)

            # The next delivery goes forward again.
            shutil.copy(first / papers, dumps / papers)
            project.run()
            for table in TABLES_OF["papers-with-abstracts"]:
                self.assertEqual(project.table(table), oracle("paperswithcode", first, table))


class Memory(unittest.TestCase):
    def peak_kilobytes(self, scale):
        with tempfile.TemporaryDirectory() as dumps, tempfile.TemporaryDirectory() as folder:
            generate("paperswithcode", dumps, "--scale", scale, "--only", "papers")
            project = ExampleProject("paperswithcode", folder, base_url=dumps)
            process = subprocess.Popen([PROGRAM, "-q", "-C", project.folder, "run", "raw.papers", *project.variables])
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            self.assertEqual(process.returncode, 0)
            return usage.ru_maxrss

    def test_a_dump_of_70_mb_needs_no_more_memory_than_one_of_7_mb(self):
        small = self.peak_kilobytes("2")
        large = self.peak_kilobytes("20")
        self.assertLess(large, small + MEMORY_SLACK_KILOBYTES, f"{small} kB for the small dump, {large} kB for the large one")


if __name__ == "__main__":
    unittest.main()
