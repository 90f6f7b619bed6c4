"""What `cmake --install` leaves behind: a program that finds its libraries beside it, and looks nowhere else."""

import re
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROJECT = "name: tiny\n"
MODEL = "/* tidemill\nname: mart.numbers\n*/\nSELECT 1 AS one\n"


def run(*command, folder=ROOT):
    words = [str(word) for word in command]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)


def library_folders(program):
    text = run("readelf", "--dynamic", program).stdout
    return [folder for paths in re.findall(r"\(R(?:UN)?PATH\).*\[(.*)\]", text) for folder in paths.split(":")]


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(holder.cleanup)
        cls.prefix = Path(holder.name) / "somewhere else"
        done = run("cmake", "--install", ROOT / "build/release", "--prefix", cls.prefix)
        assert done.returncode == 0, done.stderr

    def test_libraries_are_looked_for_beside_the_program_only(self):
        # An empty folder in the list would be the one that the program is started in.
        for program in [ROOT / "build/tidemill", self.prefix / "bin/tidemill"]:
            folders = library_folders(program)
            self.assertTrue(folders, program)
            for folder in folders:
                self.assertTrue(folder.startswith("$ORIGIN/"), f"{program}: {folders}")

    def test_an_installed_program_runs_a_project(self):
        project = self.prefix / "project"
        (project / "models").mkdir(parents=True)
        (project / "tidemill.yml").write_text(PROJECT)
        (project / "models/numbers.sql").write_text(MODEL)
        done = run(self.prefix / "bin/tidemill", "run", folder=project)
        self.assertEqual(done.returncode, 0, done.stderr)
        shown = run(self.prefix / "bin/tidemill", "query", "SELECT one + 41 AS n FROM mart.numbers", folder=project)
        self.assertIn("42", shown.stdout, shown.stderr)

    def test_nothing_else_is_installed(self):
        files = sorted(str(path.relative_to(self.prefix)) for path in self.prefix.glob("*/**/*") if path.is_file())
        files = [name for name in files if not name.startswith("project/")]
        self.assertEqual(
            files,
            [
                "bin/tidemill",
                "lib/libduckdb.so",
                "lib/tidemill/mysql_scanner.duckdb_extension",
                "lib/tidemill/postgres_scanner.duckdb_extension",
            ],
        )


if __name__ == "__main__":
    unittest.main()
