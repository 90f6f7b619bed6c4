#!/usr/bin/python3
"""Runs the text tests in tests/pipelines; its README says how they are written.

    python3 tests/run.py                        all tests in all worlds
    python3 tests/run.py late_hour 'ingest*'    some of them
    python3 tests/run.py --rewrite late_hour    puts what came out in place of what was expected

Exits with 1 when a test failed, with 2 when the command is wrong or no test matches.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import fnmatch
import sys
from pathlib import Path

from runner.script import WORLD_NAMES
from runner.story import Result, Settings, run_story
from runner.workspace import ROOT
from runner.worlds import WORLDS


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests/run.py", description="Runs the text tests in tests/pipelines.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="names or patterns such as 'ingest*' (default: all)")
    parser.add_argument("--tidemill", type=Path, default=ROOT / "build/tidemill", metavar="PROGRAM",
                        help="the program to test (default: build/tidemill)")
    parser.add_argument("--world", choices=[*WORLD_NAMES, "all"], default="all", help="(default: all)")
    parser.add_argument("--rewrite", action="store_true",
                        help="write what came out in the plain world into the tests")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="decides where runs are killed (default: 1)")
    parser.add_argument("--keep", action="store_true", help="keep the folders of tests that fail")
    parser.add_argument("--tests", type=Path, default=ROOT / "tests/pipelines", metavar="DIR",
                        help="where the tests are (default: tests/pipelines)")
    parser.add_argument("-j", dest="jobs", type=int, default=2, metavar="N", help="tests at a time (default: 2)")
    options = parser.parse_args(arguments)
    if not options.tidemill.is_file():
        parser.error(f"no such program: '{options.tidemill}'; hint: make build")
    return options


def find_tests(folder: Path, patterns: list[str]) -> dict[str, Path]:
    """Returns the tests by name, which is the path below `folder` without `.test`."""
    tests = {str(path.relative_to(folder).with_suffix("")): path for path in sorted(folder.rglob("*.test"))}
    if not patterns:
        return tests
    return {name: path for name, path in tests.items() if any(fnmatch.fnmatch(name, each) for each in patterns)}


def report(result: Result) -> None:
    label = f"{result.name}  {result.world}"
    if result.skipped:
        print(f"skip  {label}: {result.skipped}")
    elif result.problems:
        print(f"FAIL  {label}", *result.problems, "", sep="\n")
    else:
        print(f"ok    {label}  {result.seconds:.2f} s")
    sys.stdout.flush()


def rewrite(path: Path, result: Result) -> None:
    """Puts the new text in the test's place. Without one nothing happens: an exit code is never rewritten."""
    if result.rewritten is not None:
        with path.open("w", encoding="utf-8", newline="") as file:
            file.write(result.rewritten)
        print(f"wrote {path}")
        result.problems.clear()


def main(arguments: list[str]) -> int:
    options = parse_arguments(arguments)
    tests = find_tests(options.tests, options.names)
    if not tests:
        print(f"no test of that name: '{' '.join(options.names)}' in {options.tests}", file=sys.stderr)
        return 2
    chosen = ["plain"] if options.rewrite else list(WORLDS) if options.world == "all" else [options.world]
    settings = Settings(options.tidemill, options.seed, options.keep)
    print(f"tests: {len(tests)}, worlds: {', '.join(chosen)}, seed: {options.seed}", flush=True)
    passed = failed = skipped = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        waiting = [
            (path, pool.submit(run_story, path, name, WORLDS[world], settings))
            for name, path in tests.items()
            for world in chosen
        ]
        for path, future in waiting:
            result = future.result()
            if options.rewrite:
                rewrite(path, result)
            report(result)
            passed += not result.problems and not result.skipped
            failed += bool(result.problems)
            skipped += bool(result.skipped)
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
