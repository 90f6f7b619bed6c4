"""The openlibrary example from the dumps to its tables, held to answers that were worked out without it.

The tables are compared row by row with tests/oracle/openlibrary.py, on generated dumps and, where `../shared/data` has
them, on pieces of real ones.

    TIDEMILL=PROGRAM    the program, by default build/tidemill
"""

import gzip
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from example_project import REAL_DATA, ROOT, ExampleProject, answer, changes_between, generate

import openlibrary

TABLES_OF = {
    "authors": ["raw.authors", "mart.dim_author"],
    "works": [
        "raw.works", "mart.dim_work", "mart.work_authors", "mart.work_subjects", "mart.dim_subject",
        "mart.works_per_decade"],
    "editions": ["raw.editions", "mart.dim_edition"],
    "ratings": ["raw.ratings", "mart.fct_ratings", "mart.subject_ratings"],
    "reading-log": ["raw.reading_log", "mart.fct_shelves", "mart.most_read_authors"],
}
ALL_TABLES = [table for tables in TABLES_OF.values() for table in tables]
SEEDS = [1, 2, 3]
REAL_PIECES = {
    "authors": "authors-tail-n1000.txt", "works": "works-head-n1000.txt", "editions": "editions-head-n1000.txt"}


class Tables(unittest.TestCase):
    def compare(self, dumps, tables):
        """Runs a copy of the example on a folder of dumps. Returns the newest versions of all its tables."""
        with tempfile.TemporaryDirectory() as folder:
            project = ExampleProject("openlibrary", folder, base_url=dumps)
            project.run()
            expected = openlibrary.Dumps(Path(dumps))
            for table in tables:
                with self.subTest(table=table):
                    self.assertEqual(project.table(table), answer(openlibrary, expected, table))
                    if table.startswith("raw."):
                        rejects = int(answer(openlibrary, expected, f"{table}__rejects")[1][0])
                        self.assertEqual(project.rejects(table), rejects)
            return project.versions()

    def test_generated_dumps_give_the_oracles_answers(self):
        for seed in SEEDS:
            with self.subTest(seed=seed), tempfile.TemporaryDirectory() as dumps:
                generate("openlibrary", dumps, "--seed", seed, "--scale", "0.3", "--damaged", "3")
                self.compare(dumps, ALL_TABLES)

    def test_without_a_reading_log_its_tables_wait_and_the_others_are_built(self):
        with tempfile.TemporaryDirectory() as dumps:
            generate("openlibrary", dumps, "--scale", "0.1")
            (Path(dumps) / "ol_dump_reading-log_latest.txt.gz").unlink()
            waiting = set(TABLES_OF["reading-log"])
            built = self.compare(dumps, [table for table in ALL_TABLES if table not in waiting])
            self.assertEqual(waiting & set(built), set())

    def test_authors_alone_are_enough_for_their_dimension(self):
        with tempfile.TemporaryDirectory() as dumps:
            generate("openlibrary", dumps, "--scale", "0.1", "--only", "authors")
            built = self.compare(dumps, TABLES_OF["authors"])
            self.assertEqual(set(built), set(TABLES_OF["authors"]))

    def test_lines_that_stand_twice_or_are_no_records_do_no_harm(self):
        with tempfile.TemporaryDirectory() as dumps:
            generate("openlibrary", dumps, "--scale", "0.02", "--damaged", "2")
            for name in ("authors", "works", "editions", "ratings", "reading-log"):
                dump = Path(dumps) / f"ol_dump_{name}_latest.txt.gz"
                lines = gzip.decompress(dump.read_bytes())
                dump.write_bytes(gzip.compress(lines + lines + b"cut off in the middle\n"))
            self.compare(dumps, ALL_TABLES)

    @unittest.skipUnless((REAL_DATA / "openlibrary").is_dir(), "no real dumps beside the repository")
    def test_pieces_of_real_dumps_give_the_oracles_answers(self):
        with tempfile.TemporaryDirectory() as dumps:
            for name, piece in REAL_PIECES.items():
                text = (REAL_DATA / "openlibrary" / piece).read_bytes()
                (Path(dumps) / f"ol_dump_{name}_latest.txt.gz").write_bytes(gzip.compress(text))
            self.compare(dumps, [table for name in REAL_PIECES for table in TABLES_OF[name]])

    def test_a_server_gives_the_same_tables_as_a_folder(self):
        with tempfile.TemporaryDirectory() as dumps, tempfile.TemporaryDirectory() as folder:
            generate("openlibrary", dumps, "--scale", "0.05", "--only", "authors")
            server = subprocess.Popen([sys.executable, ROOT / "tools/serve_files.py", dumps], stdout=subprocess.PIPE, text=True)
            with server:
                address = server.stdout.readline().split()[-1]
                project = ExampleProject("openlibrary", folder, base_url=f"http://{address}")
                project.run()
                server.kill()
            expected = openlibrary.Dumps(Path(dumps))
            self.assertEqual(project.table("mart.dim_author"), answer(openlibrary, expected, "mart.dim_author"))


class Sample(unittest.TestCase):
    """The sample that lies in the example."""

    def test_it_is_what_the_generator_makes(self):
        with tempfile.TemporaryDirectory() as folder:
            generate("openlibrary", folder, "--scale", "0.5")
            ours, made = (sorted(path.glob("*")) for path in (ROOT / "examples/openlibrary/data", Path(folder)))
            self.assertEqual([path.name for path in ours], [path.name for path in made])
            for mine, theirs in zip(ours, made):
                self.assertEqual(gzip.decompress(mine.read_bytes()), gzip.decompress(theirs.read_bytes()), mine.name)

    def test_a_copy_of_the_example_runs_as_it_is_and_passes_its_model_tests(self):
        with tempfile.TemporaryDirectory() as folder:
            project = ExampleProject("openlibrary", folder)
            project.run()
            self.assertIn("nothing to do", project.run().stderr)
            project.command("test")
            page = project.folder / "catalogue.html"
            project.command("export", "catalogue", "-o", page)
            self.assertGreater(page.stat().st_size, 100_000)


class Versions(unittest.TestCase):
    """Next month's dumps: some records are gone, some were edited, some are new."""

    def test_the_next_dump_can_be_looked_at_taken_back_and_taken_again(self):
        with tempfile.TemporaryDirectory() as folder:
            first, second, dumps = (Path(folder) / name for name in ("1", "2", "dumps"))
            for delivery in (first, second):
                generate("openlibrary", delivery, "--scale", "0.1", "--delivery", delivery.name)
            earlier, later = openlibrary.Dumps(first), openlibrary.Dumps(second)
            shutil.copytree(first, dumps)
            project = ExampleProject("openlibrary", folder, base_url=dumps)
            project.run()
            before = project.versions()

            # Only the works come anew.
            works = "ol_dump_works_latest.txt.gz"
            shutil.copy(second / works, dumps / works)
            project.run()
            after = project.versions()
            rebuilt = {table for table in after if after[table] != before[table]}
            self.assertEqual(rebuilt, {*TABLES_OF["works"], "mart.subject_ratings", "mart.most_read_authors"})

            old, new = (answer(openlibrary, expected, "mart.dim_work") for expected in (earlier, later))
            self.assertEqual(project.table("mart.dim_work"), new)
            changes = project.diff("mart.dim_work", "--key", "work_key")
            self.assertEqual(changes, changes_between(old, new, "work_key"))
            self.assertNotIn(0, changes.values())
            self.assertEqual(project.query("SELECT * FROM mart.dim_work", "--at", before["mart.dim_work"]), old)

            project.command("rollback", "mart.dim_work", "--to", before["mart.dim_work"])
            self.assertEqual(project.table("mart.dim_work"), old)
            self.assertEqual(project.versions()["mart.dim_work"], after["mart.dim_work"] + 1)

            # The next delivery goes forward again.
            shutil.copy(first / works, dumps / works)
            project.run()
            self.assertEqual(project.table("raw.works"), answer(openlibrary, earlier, "raw.works"))
            self.assertEqual(project.table("mart.dim_subject"), answer(openlibrary, earlier, "mart.dim_subject"))


if __name__ == "__main__":
    unittest.main()
