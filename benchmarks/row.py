"""What a row of the benchmark is made of. Each file in `rows/` builds one `Row` of these."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parent.parent
BENCHMARKS = ROOT / "benchmarks"
TIDEMILL = Path(os.environ.get("TIDEMILL", ROOT / "build/tidemill")).resolve()
PYTHON = ROOT / "build/bench_venv/bin/python"


@dataclass(frozen=True)
class Input:
    """The files that all programs of a row read."""

    path: Path  # A folder, or one file.
    uncompressed_bytes: int


@dataclass(frozen=True)
class Result:
    """Where a program left its rows, as SQL that DuckDB understands."""

    relation: str  # What stands behind FROM.
    attach: str = ""  # The file of the DuckDB database in which `relation` is.


@dataclass(frozen=True)
class Program:
    """One contender: how its process is started and what it leaves behind.

    `output` is a folder of its own: empty before the first run of all, and again before each run unless `keeps_output`.
    """

    name: str
    command: Callable[[Input, Path], list[str]]
    result: Callable[[Path], Result]
    package: str = ""  # Whose version is shown; Tidemill's own where it is empty.
    keeps_output: bool = False
    prepare: Callable[[Input, Path], None] = lambda source, output: None  # Before each run, not measured.
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Goal:
    """How many times as long as ours a program takes: to hold, and to aim at."""

    hold: float
    aim: float | None = None


@dataclass(frozen=True)
class Row:
    title: str
    make_input: Callable[[float], Input]  # Of a scale; 1 is the size that docs/performance.md speaks of.
    columns: dict[str, str]  # The columns of the result that must be equal, with the SQL type they are compared in.
    programs: list[Program]  # Ours first.
    goals: dict[str, Goal] = field(default_factory=dict)  # By program.
    most_memory: int = 0  # Bytes that ours may take; 0 is any.
    reads_input: bool = True  # All of it in each run, so that MB/s say something.


def parquet_files(output: Path) -> Result:
    """Returns all Parquet files anywhere below `output`."""
    return Result(f"read_parquet('{output}/**/*.parquet', hive_partitioning = false, union_by_name = true)")


def delta_table(schema: str, table: str) -> Callable[[Path], Result]:
    """Returns the files that the newest version of a table in our lake consists of."""

    def result(output: Path) -> Result:
        folder = output / f"project/.tidemill/lake/{schema}/{table}"
        files = {}
        for version in sorted((folder / "_delta_log").glob("*.json")):
            for action in map(json.loads, version.read_text(encoding="utf-8").splitlines()):
                if "add" in action:
                    files[action["add"]["path"]] = str(folder / unquote(action["add"]["path"]))
                if "remove" in action:
                    files.pop(action["remove"]["path"], None)
        return Result(f"read_parquet({list(files.values())}, hive_partitioning = false)")

    return result


def tidemill(project: Path, select: str, schema: str, table: str, *options: str) -> Program:
    """Returns `tidemill run SELECT` of a copy of `project`; `{input}` in options becomes the input's path."""

    def prepare(_: Input, output: Path) -> None:
        shutil.copytree(project, output / "project", ignore=shutil.ignore_patterns(".tidemill"))

    def command(source: Input, output: Path) -> list[str]:
        filled = [option.replace("{input}", str(source.path)) for option in options]
        return [str(TIDEMILL), "-C", str(output / "project"), "run", select, "-q", *filled]

    return Program("tidemill", command, delta_table(schema, table), prepare=prepare)


def peer(script: str, name: str, package: str, *arguments: str) -> Program:
    """Returns `peers/SCRIPT INPUT OUTPUT ARGUMENTS`, which leaves Parquet files in OUTPUT."""
    path = BENCHMARKS / "peers" / script
    return Program(
        name,
        lambda source, output: [str(PYTHON), str(path), str(source.path), str(output), *arguments],
        parquet_files,
        package=package,
    )
