"""The demo: every example runs, and its dashboards are drawn and linked.

    TIDEMILL=PROGRAM    the program, by default build/tidemill
"""

import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = Path(os.environ.get("TIDEMILL", ROOT / "build/tidemill")).resolve()
EXAMPLES = sorted(path.parent.name for path in (ROOT / "examples").glob("*/tidemill.yml"))


def demo(folder):
    environment = {**os.environ, "TIDEMILL": str(PROGRAM)}
    return subprocess.run([sys.executable, ROOT / "tools/demo", "--out", folder], env=environment, capture_output=True, text=True)


class Demo(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scope = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.scope.name) / "demo"
        cls.made = demo(cls.folder)
        if cls.made.returncode != 0:
            cls.scope.cleanup()
            raise AssertionError(cls.made.stdout + cls.made.stderr)
        cls.links = re.findall(r'<a href="([^"]+)">', (cls.folder / "index.html").read_text(encoding="utf-8"))

    @classmethod
    def tearDownClass(cls):
        cls.scope.cleanup()

    def test_every_dashboard_of_every_example_is_linked(self):
        written = sorted(path.name for path in self.folder.glob("*.html") if path.name != "index.html")
        self.assertEqual(sorted(self.links), written)
        for example in EXAMPLES:
            with self.subTest(example=example):
                boards = {path.stem for path in (ROOT / "examples" / example / "dashboards").glob("*.yml")}
                self.assertGreater(len(boards), 0)
                self.assertLessEqual({f"{example}-{board}.html" for board in boards}, set(self.links))

    def test_the_second_run_of_each_example_finds_nothing_to_do(self):
        self.assertEqual(self.made.stdout.count("nothing to do"), len(EXAMPLES))

    def test_every_tile_of_every_page_is_drawn_at_both_widths_and_in_both_looks(self):
        for page in [*self.links]:
            for options in (["--width", "1280"], ["--width", "390", "--dark"]):
                with self.subTest(page=page, options=options):
                    checked = subprocess.run(["node", ROOT / "web/test/check_page.mjs", self.folder / page, *options],
                                             capture_output=True, text=True)
                    self.assertEqual(checked.returncode, 0, checked.stderr)
                    self.assertNotIn('"state":"empty"', checked.stdout)

    def test_a_folder_with_something_in_it_is_left_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "kept").write_text("mine")
            refused = demo(folder)
            self.assertEqual(refused.returncode, 1)
            self.assertIn("the folder is not empty", refused.stderr)
            self.assertEqual([path.name for path in Path(folder).iterdir()], ["kept"])


if __name__ == "__main__":
    unittest.main()
