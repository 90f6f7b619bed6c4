"""The movielens example from the zip to its tables, held to answers that were worked out without it.

The tables are compared row by row with tests/oracle/movielens.py, on generated archives and, where `../shared/data` has
them, on real ratings.

    TIDEMILL=PROGRAM    the program, by default build/tidemill
"""

import shutil
import subprocess
import tempfile
import unittest
import zipfile
from pathlib import Path

from example_project import REAL_DATA, ROOT, ExampleProject, answer, changes_between, generate

import movielens

ARCHIVE = "the-movies-dataset.zip"
RATINGS_TABLES = ["raw.ratings", "mart.ratings", "mart.avg_rating", "mart.year_month_avg_rating"]
FILM_TABLES = ["raw.links", "raw.movies", "mart.movies", "mart.top_movies", "mart.genre_ratings"]
SEEDS = [1, 2, 3]


class Tables(unittest.TestCase):
    def compare(self, archive, tables, rejecting=()):
        with tempfile.TemporaryDirectory() as folder:
            project = ExampleProject("movielens", folder, archive=archive)
            project.run()
            expected = movielens.Archive(archive)
            for table in tables:
                with self.subTest(table=table):
                    self.assertEqual(project.table(table), answer(movielens, expected, table))
            for table in rejecting:
                with self.subTest(rejects=table):
                    self.assertEqual(project.rejects(table), int(answer(movielens, expected, f"{table}__rejects")[1][0]))
            return project.versions()

    def test_generated_archives_give_the_oracles_answers(self):
        for seed in SEEDS:
            with self.subTest(seed=seed), tempfile.TemporaryDirectory() as folder:
                generate("movielens", folder, "--seed", seed, "--scale", "0.1", "--damaged", "8")
                self.compare(Path(folder) / ARCHIVE, RATINGS_TABLES + FILM_TABLES, ["raw.ratings", "raw.movies"])

    def test_an_archive_with_nothing_but_ratings_leaves_the_films_waiting(self):
        with tempfile.TemporaryDirectory() as folder:
            generate("movielens", folder, "--scale", "0.1", "--ratings-only")
            built = self.compare(Path(folder) / ARCHIVE, RATINGS_TABLES)
            self.assertEqual(set(built) & set(FILM_TABLES), set())

    @unittest.skipUnless((REAL_DATA / "movielens").is_dir(), "no real ratings beside the repository")
    def test_real_ratings_give_the_oracles_answers(self):
        with tempfile.TemporaryDirectory() as folder:
            archive = Path(folder) / "ratings.zip"
            with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
                for name in ("README.txt", "links.csv", "ratings.csv"):
                    zipped.write(REAL_DATA / "movielens" / name, name)
            self.compare(archive, [*RATINGS_TABLES, "raw.links"])

    @unittest.skipUnless((REAL_DATA / "movielens").is_dir(), "no real ratings beside the repository")
    def test_the_archive_may_have_a_folder_as_its_makers_publish_it(self):
        with tempfile.TemporaryDirectory() as folder:
            archive, plain = Path(folder) / "ml-latest-small.zip", Path(folder) / "plain.zip"
            for path, inside in ((archive, "ml-latest-small/"), (plain, "")):
                with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
                    zipped.write(REAL_DATA / "movielens/ratings.csv", f"{inside}ratings.csv")
            project = ExampleProject("movielens", folder, archive=archive)
            project.run()
            expected = movielens.Archive(plain)
            self.assertEqual(project.table("mart.avg_rating"), answer(movielens, expected, "mart.avg_rating"))


class Sample(unittest.TestCase):
    """The sample that lies in the example."""

    def test_it_is_what_the_generator_makes(self):
        with tempfile.TemporaryDirectory() as folder:
            generate("movielens", folder, "--scale", "0.2")
            ours, made = (zipfile.ZipFile(path / ARCHIVE) for path in (ROOT / "examples/movielens/data", Path(folder)))
            with ours, made:
                self.assertEqual(ours.namelist(), made.namelist())
                for name in ours.namelist():
                    self.assertEqual(ours.read(name), made.read(name), name)

    def test_a_copy_of_the_example_runs_as_it_is_and_passes_its_model_tests(self):
        with tempfile.TemporaryDirectory() as folder:
            project = ExampleProject("movielens", folder)
            project.run()
            self.assertIn("nothing to do", project.run().stderr)
            project.command("test")
            for dashboard in ("ratings", "movies"):
                page = project.folder / f"{dashboard}.html"
                project.command("export", dashboard, "-o", page)
                self.assertGreater(page.stat().st_size, 100_000)


class Layout(unittest.TestCase):
    def test_a_question_about_a_month_needs_one_partition(self):
        with tempfile.TemporaryDirectory() as folder:
            project = ExampleProject("movielens", folder)
            project.run()
            files = sorted(path.parent.name for path in project.table_folder("mart.ratings").rglob("*.parquet"))
            years = [row[0] for row in project.query("SELECT DISTINCT rated_year FROM mart.ratings")[1:]]
            self.assertEqual(files, [f"rated_year={year}" for year in years])


class Checks(unittest.TestCase):
    def test_a_rating_of_six_stars_is_not_published(self):
        with tempfile.TemporaryDirectory() as folder:
            archive = Path(folder) / "six.zip"
            with zipfile.ZipFile(archive, "w") as zipped:
                zipped.writestr("ratings.csv", "userId,movieId,rating,timestamp\n1,1,4.0,964982703\n1,2,6.0,964982704\n")
            project = ExampleProject("movielens", folder, archive=archive)
            with self.assertRaises(subprocess.CalledProcessError) as failed:
                project.run()
            self.assertEqual(failed.exception.returncode, 1)
            self.assertIn("6", failed.exception.stderr)
            self.assertEqual(set(project.versions()), {"raw.ratings"})


class Versions(unittest.TestCase):
    """A second delivery: some users are gone, some ratings are others, some users are new."""

    def test_the_next_archive_can_be_looked_at_taken_back_and_taken_again(self):
        with tempfile.TemporaryDirectory() as folder:
            first, second, archive = Path(folder) / "1", Path(folder) / "2", Path(folder) / ARCHIVE
            for delivery in (first, second):
                generate("movielens", delivery, "--scale", "0.1", "--delivery", delivery.name)
            project = ExampleProject("movielens", folder, archive=archive)
            shutil.copy(first / ARCHIVE, archive)
            project.run()
            before = project.versions()
            old, new = (answer(movielens, movielens.Archive(delivery / ARCHIVE), "mart.avg_rating") for delivery in (first, second))
            shutil.copy(second / ARCHIVE, archive)
            project.run()
            self.assertEqual(project.table("mart.avg_rating"), new)

            # Each table was built once more, and the difference is the one between the two answers.
            after = project.versions()
            self.assertEqual({table for table in after if after[table] != before[table] + 1}, set())
            self.assertEqual(project.diff("mart.avg_rating"), changes_between(old, new, "user_id"))

            self.assertEqual(project.query("SELECT * FROM mart.avg_rating", "--at", before["mart.avg_rating"]), old)
            project.command("rollback", "mart.avg_rating", "--to", before["mart.avg_rating"])
            self.assertEqual(project.table("mart.avg_rating"), old)
            self.assertEqual(project.versions()["mart.avg_rating"], after["mart.avg_rating"] + 1)

            # A third delivery, which is the first again, goes forward.
            shutil.copy(first / ARCHIVE, archive)
            project.run()
            self.assertEqual(project.table("mart.avg_rating"), old)
            self.assertEqual(project.versions()["mart.ratings"], after["mart.ratings"] + 1)


if __name__ == "__main__":
    unittest.main()
