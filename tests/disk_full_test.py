"""A full disk ends a run with a clear error and commits nothing; with room again, the next run loads everything.

The small disk is a file system in memory, mounted in a name space of the test's own (root, or unprivileged user name spaces).

    TIDEMILL=PROGRAM    the program, by default build/tidemill
"""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = Path(os.environ.get("TIDEMILL", ROOT / "build/tidemill")).resolve()

STORY = """
set -eu
mount -t tmpfs -o size=2m tmpfs "$disk"
cp -R "$example" "$disk/project"
set +e
"$program" -C "$disk/project" run raw.events --var "base_url=$hours" --start 2015-01-01T00 --end 2015-01-01T01
echo "full: exit $?"
ls "$disk/project/.tidemill/lake/raw/events/_delta_log" 2> /dev/null | wc -l
set -e
mount -o remount,size=100m "$disk"
"$program" -C "$disk/project" run raw.events --var "base_url=$hours" --start 2015-01-01T00 --end 2015-01-01T01
"$program" -C "$disk/project" query "SELECT count(*) AS n FROM raw.events" --format csv
find "$disk/project/.tidemill/lake/raw/events" -name '*.parquet' | wc -l
"""


class DiskFull(unittest.TestCase):
    def test_nothing_is_committed_and_the_next_run_loads_everything(self):
        with tempfile.TemporaryDirectory() as hours, tempfile.TemporaryDirectory() as disk:
            subprocess.run(
                [sys.executable, str(ROOT / "tools/generate"), "gharchive", "--out", hours, "--start", "2015-01-01T00", "--hours", "1", "--scale", "12"],
                check=True, capture_output=True)
            name_space = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
            told = subprocess.run(
                [*name_space, "sh", "-c", STORY], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                env={**os.environ, "disk": disk, "hours": hours, "program": str(PROGRAM), "example": str(ROOT / "examples/gharchive")})
            self.assertEqual(told.returncode, 0, told.stdout)
            self.assertIn("the disk is full", told.stdout)
            self.assertIn("full: exit 1\n0\n", told.stdout)
            self.assertRegex(told.stdout, r"n\n\d{4,}\n1\n$")


if __name__ == "__main__":
    unittest.main()
