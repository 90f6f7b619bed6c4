"""A copy of one of the examples, run by the program: what the tests of the examples share."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import deltalake

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/oracle"))
PROGRAM = Path(os.environ.get("TIDEMILL", ROOT / "build/tidemill")).resolve()
REAL_DATA = ROOT.parent / "shared/data"


def run(*arguments):
    """Runs a command to its good end and returns it with its output as text, whose line ends stay as they are."""
    done = subprocess.run([str(argument) for argument in arguments], capture_output=True)
    stdout, stderr = done.stdout.decode(), done.stderr.decode()
    if done.returncode != 0:
        error = subprocess.CalledProcessError(done.returncode, done.args, stdout, stderr)
        error.add_note(stderr)
        raise error
    return subprocess.CompletedProcess(done.args, 0, stdout, stderr)


def generate(example, folder, *options):
    run(sys.executable, ROOT / "tools/generate", example, "--out", folder, *options)


def oracle(example, data, table):
    """Returns what a table of an example must be: the header and the sorted rows."""
    return rows_of(run(sys.executable, ROOT / "tests/oracle" / f"{example}.py", data, "--table", table).stdout)


def answer(module, data, table):
    """Returns what a table must be, of an oracle that is imported, and of `data` that it has read once for many tables."""
    out = io.StringIO()
    module.write_table(data, table, out)
    return rows_of(out.getvalue())


def rows_of(text):
    """Returns the header and the sorted rows of CSV text."""
    header, *rows = csv.reader(io.StringIO(text))
    return [header, *sorted(rows)]


def changes_between(old, new, key):
    """Returns how many rows two answers of one table differ by, told apart by the column `key`."""
    place = new[0].index(key)
    before, after = ({row[place]: row for row in rows[1:]} for rows in (old, new))
    return {
        "added": len(after.keys() - before.keys()),
        "removed": len(before.keys() - after.keys()),
        "changed": sum(before[value] != after[value] for value in before.keys() & after.keys()),
    }


class ExampleProject:
    """An example in a folder of its own, with other values for some of its variables."""

    def __init__(self, name, folder, **variables):
        self.folder = Path(folder) / name
        shutil.copytree(ROOT / "examples" / name, self.folder, ignore=shutil.ignore_patterns(".tidemill"))
        self.variables = [word for name, value in variables.items() for word in ("--var", f"{name}={value}")]

    def command(self, *words):
        return run(PROGRAM, "-C", self.folder, *words)

    def run(self, *words):
        return self.command("run", *words, *self.variables)

    def query(self, sql, *words):
        """Returns the header and the sorted rows of the answer."""
        return rows_of(self.command("query", sql, "--format", "csv", *words).stdout)

    def table(self, table):
        """Returns the whole table; lists are JSON text, as the oracles write them."""
        lists = [column for column, kind in self._columns(table) if kind.endswith("[]")]
        replaced = ", ".join(f"to_json({column})::VARCHAR AS {column}" for column in lists)
        return self.query(f"SELECT *{f' REPLACE ({replaced})' if lists else ''} FROM {table}")

    def rejects(self, table):
        """Returns how many records of a source were rejected."""
        if not self.table_folder(f"{table}__rejects").exists():
            return 0
        return int(self.query(f"SELECT count(*) AS rejects FROM {table}__rejects")[1][0])

    def diff(self, table, *words):
        """Returns how many rows were added, removed and changed between two versions, the last two unless told."""
        compared = json.loads(self.command("diff", table, "--json", *words).stdout.splitlines()[-1])
        return {change: compared[change] for change in ("added", "removed", "changed")}

    def table_folder(self, table):
        return self.folder / ".tidemill/lake" / table.replace(".", "/")

    def versions(self):
        """Returns the newest version of each table there is."""
        logs = (self.folder / ".tidemill/lake").glob("*/*/_delta_log")
        return {f"{log.parent.parent.name}.{log.parent.name}": deltalake.DeltaTable(log.parent).version() for log in logs}

    def _columns(self, table):
        answer = self.query(f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {table})")
        return answer[1:]
