"""Runs Tidemill and its peers in turn on the same files and prints what each took. `make bench` calls it.

Every run is a whole process. The first run of each program is compared with ours row by row (by a hash in which order
does not count) and is not counted, unless it was so slow that it remains the only one. Figures are medians.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path

import data
from measure import Measurement, ProgramFailed, adopt_orphans, measure, median
from row import BENCHMARKS, PYTHON, ROOT, TIDEMILL, Input, Program, Row

OUTPUT = ROOT / "build/bench_data/output"
# A program is run again as often as fits into this time, but for the least.
_SECONDS_PER_PROGRAM = 60
_MEGABYTE = 1_000_000


class ResultDiffers(Exception):
    """Says in which columns a program's result is not ours."""


@dataclass
class Record:
    """What became of one program."""

    name: str
    version: str
    runs: list[Measurement] = field(default_factory=list)
    failure: str = ""


def main(arguments: list[str]) -> int:
    names = sorted(path.stem for path in (BENCHMARKS / "rows").glob("*.py"))
    options = parse_arguments(arguments, names)
    if not TIDEMILL.exists():
        print(f"bench: there is no program: '{TIDEMILL}' (make build)", file=sys.stderr)
        return 2
    adopt_orphans()
    print(machine())
    results = {}
    for name in options.rows or names:
        row = importlib.import_module(f"rows.{name}").ROW
        source = row.make_input(options.scale)
        print(f"\n{name}: {row.title}, {source.uncompressed_bytes / _MEGABYTE:,.0f} MB uncompressed", flush=True)
        records = run_row(row, source, options.runs, options.programs)
        print("\n".join(report(row, source, records)), flush=True)
        results[name] = {"uncompressed_bytes": source.uncompressed_bytes, "programs": [asdict(r) for r in records]}
    if options.json:
        options.json.write_text(json.dumps({"machine": machine(), "scale": options.scale, "rows": results}, indent=1))
    return 1 if any(p["failure"] for row in results.values() for p in row["programs"]) else 0


def parse_arguments(arguments: list[str], names: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.py", description="Measures Tidemill against its peers.")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"which of: {', '.join(names)} (default: all)")
    parser.add_argument("--scale", type=float, default=1.0, metavar="X", help="size of the inputs; 1 is 1 to 1.5 GB each")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="counted runs of each program (default: 5)")
    parser.add_argument("--programs", nargs="+", metavar="NAME", help="only these beside ours")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every measurement there")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.rows if name not in names]
    if unknown:
        parser.error(f"unknown row: '{unknown[0]}'")
    if options.scale <= 0 or options.runs < 1:
        parser.error("--scale and --runs must be positive")
    return options


def run_row(row: Row, source: Input, runs: int, chosen: list[str] | None) -> list[Record]:
    """Returns a record for each program that is installed. One that fails is left out from then on; without ours there is
    nothing to compare."""
    programs = [p for p in row.programs if chosen is None or p.name in (row.programs[0].name, *chosen)]
    versions = {program.name: version_of(program) for program in programs}
    programs = [program for program in programs if versions[program.name]]
    records = [Record(program.name, versions[program.name]) for program in programs]
    shutil.rmtree(OUTPUT, ignore_errors=True)
    read_once(source.path)
    ours: dict = {}
    wanted: dict[str, int] = {}
    for program, record in zip(programs, records, strict=True):
        try:
            first = run_once(program, source)
            found = fingerprint(row, program)
            ours = ours or found
            compare(found, ours)
        except (ProgramFailed, ResultDiffers) as error:
            record.failure = str(error)
            if not ours:
                return [record]
            continue
        wanted[program.name] = runs_that_fit(first, runs)
        if wanted[program.name] == 0:
            record.runs.append(first)
    for number in range(runs):
        for program, record in zip(programs, records, strict=True):
            if not record.failure and number < wanted[program.name]:
                try:
                    record.runs.append(run_once(program, source))
                except ProgramFailed as error:
                    record.failure = str(error)
    shutil.rmtree(OUTPUT, ignore_errors=True)
    return records


def runs_that_fit(first: Measurement, runs: int) -> int:
    """Returns how often to run a program again whose first run took so long; 0 where the first one must do."""
    return min(runs, int(_SECONDS_PER_PROGRAM / max(first.wall, 0.001)))


def run_once(program: Program, source: Input) -> Measurement:
    output = OUTPUT / program.name
    if not program.keeps_output:
        shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True, exist_ok=True)
    program.prepare(source, output)
    os.sync()  # What the program before left to be written must not disturb this one.
    return measure(program.command(source, output), output, {**os.environ, **program.environment})


def fingerprint(row: Row, program: Program) -> dict:
    """Returns what fingerprint.py says of the rows that `program` left."""
    result = program.result(OUTPUT / program.name)
    request = {"relation": result.relation, "attach": result.attach, "columns": row.columns}
    process = subprocess.run(
        [str(PYTHON), str(BENCHMARKS / "fingerprint.py"), json.dumps(request)], capture_output=True, text=True, check=False
    )
    if process.returncode != 0:
        raise ResultDiffers(f"its result cannot be read: {process.stderr.strip().splitlines()[-1]}")
    return json.loads(process.stdout)


def compare(found: dict, ours: dict) -> None:
    """Throws ResultDiffers when two fingerprints are not the same."""
    if found["rows"] != ours["rows"]:
        raise ResultDiffers(f"it has other rows than ours: {found['rows']:,} instead of {ours['rows']:,}")
    columns = [name for name, values in found["columns"].items() if values != ours["columns"][name]]
    if columns or found["hash"] != ours["hash"]:
        raise ResultDiffers(f"it has other values than ours in: {', '.join(columns) or 'how columns go together'}")


def report(row: Row, source: Input, records: list[Record]) -> list[str]:
    """Returns the table of a row, a line for each program."""
    lines = [["program", "version", "runs", "wall s", "least–most", "cpu s", "MB/s", "peak MB", "ours is", "goal"]]
    ours = median(records[0].runs) if records[0].runs else None
    failures = []
    for record in records:
        if record.failure:
            failures.append(f"{record.name} failed: {record.failure}")
            continue
        figures = median(record.runs)
        walls = [run.wall for run in record.runs]
        speed = f"{source.uncompressed_bytes / _MEGABYTE / figures.wall:,.0f}" if row.reads_input else ""
        lines.append(
            [record.name, record.version, str(len(walls)), f"{figures.wall:.2f}", f"{min(walls):.2f}–{max(walls):.2f}"]
            + [f"{figures.cpu:.2f}", speed, f"{figures.peak_bytes / _MEGABYTE:,.0f}", *judged(row, record, figures, ours)]
        )
    return [*aligned(lines), *failures]


def judged(row: Row, record: Record, figures: Measurement, ours: Measurement) -> list[str]:
    """Returns how many times as long as ours a program took, and what it should be."""
    if figures is not ours and record.name in row.goals:
        goal = row.goals[record.name]
        aim = f", aim {goal.aim:g}×" if goal.aim else ""
        return [f"{figures.wall / ours.wall:.2f}×", f"{goal.hold:g}×{aim}"]
    if figures == ours and row.most_memory:
        return ["", f"{row.most_memory / _MEGABYTE:,.0f} MB"]
    return [f"{figures.wall / ours.wall:.2f}×", ""]


def aligned(lines: list[list[str]]) -> list[str]:
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    texts = {0, 1, len(widths) - 1}
    return [
        "  ".join(cell.ljust(w) if i in texts else cell.rjust(w) for i, (cell, w) in enumerate(zip(line, widths))).rstrip()
        for line in lines
    ]


def read_once(path: Path) -> None:
    """Brings the input into the page cache: disks are not what is measured."""
    for file in sorted(path.iterdir()) if path.is_dir() else [path]:
        with file.open("rb") as stream:
            while stream.read(1 << 20):
                pass


def version_of(program: Program) -> str:
    """Returns an empty text when the program is not installed."""
    if not program.package:
        command = [str(TIDEMILL), "--version"]
    else:
        command = [str(PYTHON), "-c", f"from importlib.metadata import version; print(version('{program.package}'))"]
    output = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()
    return output[-1] if output else ""


def machine() -> str:
    """Returns processor, number of processors, memory and system in a line."""
    text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = re.search(r"^model name\s*:\s*(.*)$", text, re.MULTILINE)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    name = model.group(1) if model else platform.machine()
    return f"{name}, {os.cpu_count()} processors, {memory:.0f} GiB, {platform.platform()}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
