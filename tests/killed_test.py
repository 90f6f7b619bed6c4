"""What SIGKILL leaves behind: whenever a run dies, the next one ends with the tables of a run that nobody disturbed.

Two stories are killed again and again, each time in a new copy of the gharchive example: the first run over three hours, and
the run for the third hour on top of the first two, which replaces the day and the tables built whole. Points are the named
steps of src/io/fault.h, every name of them as often as another, and moments by the clock. Some runs are killed a second
time while they recover.

    TIDEMILL=PROGRAM    the program, by default build/tidemill
    TIDEMILL_SEED=N     other points than by default
    TIDEMILL_POINTS=N   how many, by default 220
"""

import collections
import concurrent.futures
import contextlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import deltalake

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = Path(os.environ.get("TIDEMILL", ROOT / "build/tidemill")).resolve()
SEED = int(os.environ.get("TIDEMILL_SEED", "1"))
POINTS = int(os.environ.get("TIDEMILL_POINTS", "220"))
LEAST_DEATHS = 200
SHARE_BY_CLOCK = 0.15
SHARE_KILLED_TWICE = 0.2
ROUNDS_AT_A_TIME = 2
LONGEST_RUN_SECONDS = 120

RUN_DEPENDENT_COLUMNS = {"loaded_at", "rejected_at"}
LOG_FILE = re.compile(r"\d{20}\.(json|checkpoint\.parquet)|_last_checkpoint")
# The steps between which the promises lie: a run without one of them would not be tested for what this test is about.
WANTED_STEPS = {"stage", "staged", "audited", "put", "put-done", "rejects-committed", "committed", "ledger", "ledger-done"}


@dataclass(frozen=True)
class Kill:
    """When a run dies: before a step, such as `put#3` or `17`, or after some seconds."""

    step: str = ""
    seconds: float = 0.0

    def __str__(self):
        return self.step or f"{self.seconds:.3f} s"


@dataclass(frozen=True)
class Point:
    """The first kill ends the run, the second one, if there is one, the run after it."""

    kills: tuple[Kill, ...]

    def __str__(self):
        return ", then ".join(map(str, self.kills))


@dataclass(frozen=True)
class Story:
    """A project before its run is killed, and the run's steps when nobody disturbs it."""

    name: str
    project: Path
    steps: list[str]  # Names, in the order in which they came.
    seconds: float


def run_tidemill(project, hours, count, fault=None, log=None):
    """Starts the run over the first `count` of the hours in the folder `hours`."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TIDEMILL")}
    if fault:
        environment["TIDEMILL_FAULT"] = f"kill@{fault}"
    if log:
        environment["TIDEMILL_FAULT_LOG"] = str(log)
    command = [PROGRAM, "-C", project, "run", "--var", f"base_url={hours}"]
    command += ["--start", "2015-01-01T00", "--end", f"2015-01-01T{count:02}"]
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def finish(process):
    """Returns what a run printed; throws when it did not succeed."""
    output, _ = process.communicate(timeout=LONGEST_RUN_SECONDS)
    if process.returncode != 0:
        raise AssertionError(f"exit code {process.returncode}:\n{output}")
    return output


def killed(process, kill):
    """Waits for the end of a run that is to die. Returns whether it did, rather than being done before."""
    if not kill.step:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=kill.seconds)
        process.send_signal(signal.SIGKILL)
    output, _ = process.communicate(timeout=LONGEST_RUN_SECONDS)
    if process.returncode not in (0, -signal.SIGKILL):
        raise AssertionError(f"a run to be killed ended with exit code {process.returncode}:\n{output}")
    return process.returncode == -signal.SIGKILL


def tables_of(project):
    """Returns the folders with a Delta log by the tables' names."""
    lake = project / ".tidemill/lake"
    return {".".join(log.parent.relative_to(lake).parts): log.parent for log in sorted(lake.glob("**/_delta_log"))
            if any(log.glob("*.json"))}


def rows_of(table):
    """Returns a table's rows as texts, sorted, without what depends on the run's time. delta-rs reads them."""
    data = deltalake.DeltaTable(str(table)).to_pyarrow_table()
    kept = sorted(name for name in data.column_names if name not in RUN_DEPENDENT_COLUMNS)
    return sorted(map(repr, zip(*(data.column(name).to_pylist() for name in kept))))


def contents_of(project):
    return {name: rows_of(table) for name, table in tables_of(project).items()}


def versions_of(project):
    return {name: deltalake.DeltaTable(str(table)).version() for name, table in tables_of(project).items()}


def unnamed_files(project):
    """Returns the files in the lake that no log names."""
    lake = project / ".tidemill/lake"
    named = set()
    for table in tables_of(project).values():
        for commit in (table / "_delta_log").glob("*.json"):
            actions = [json.loads(line) for line in commit.read_text().splitlines()]
            named |= {table / unquote(action["add"]["path"]) for action in actions if "add" in action}
    return sorted(
        str(file.relative_to(lake))
        for file in lake.rglob("*")
        if file.is_file()
        and file not in named
        and not (file.parent.name == "_delta_log" and LOG_FILE.fullmatch(file.name))
    )


def differences(rows, expected):
    """Returns a sentence for each table whose rows are not those expected."""
    sentences = []
    for name in sorted(rows.keys() | expected.keys()):
        if name not in rows or name not in expected:
            sentences.append(f"{name}: only {'expected' if name in expected else 'in the killed project'}")
            continue
        lost, extra = (collections.Counter(a) - collections.Counter(b)
                       for a, b in ((expected[name], rows[name]), (rows[name], expected[name])))
        if lost or extra:
            sentences.append(f"{name}: {lost.total()} rows lost, {extra.total()} too many, {next(iter(lost or extra))}")
    return sentences


def choose_points(story, count, chance):
    """Returns `count` points: each name of a step in turn with a random one of its occurrences, and moments by the clock."""
    occurrences = collections.Counter(story.steps)
    by_clock = round(count * SHARE_BY_CLOCK)
    waiting = {name: [] for name in sorted(occurrences)}
    kills = [Kill(seconds=chance.uniform(0, story.seconds)) for _ in range(by_clock)]
    for turn in range(count - by_clock):
        name = sorted(waiting)[turn % len(waiting)]
        if not waiting[name]:
            waiting[name] = chance.sample(range(1, occurrences[name] + 1), occurrences[name])
        kills.append(Kill(step=f"{name}#{waiting[name].pop()}"))
    return [Point((kill, *second_kill(story, chance))) for kill in kills]


def second_kill(story, chance):
    if chance.random() >= SHARE_KILLED_TWICE:
        return ()
    return (Kill(step=str(chance.randint(1, len(story.steps)))),)


class KilledTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="tidemill-killed-")
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = Path(scratch.name)
        cls.hours = cls.folder / "hours"
        cls.generate_hours()
        empty, two_hours = cls.folder / "empty", cls.folder / "two hours"
        shutil.copytree(ROOT / "examples/gharchive", empty, ignore=shutil.ignore_patterns(".tidemill"))
        shutil.copytree(empty, two_hours)
        finish(run_tidemill(two_hours, cls.hours, 2))
        cls.stories = [cls.undisturbed("first run", empty), cls.undisturbed("third hour", two_hours)]

    @classmethod
    def generate_hours(cls):
        command = [sys.executable, ROOT / "tools/generate", "gharchive", "--out", cls.hours, "--start", "2015-01-01T00"]
        command += ["--hours", "3", "--scale", "0.06", "--damaged", "4"]
        subprocess.run(command, check=True, capture_output=True)

    @classmethod
    def undisturbed(cls, name, project):
        """Runs a copy of the project to the end. What its tables hold then is in `cls.expected`, the same for every story."""
        copy, log = cls.folder / f"{name} undisturbed", cls.folder / f"{name} steps"
        shutil.copytree(project, copy)
        begin = time.monotonic()
        finish(run_tidemill(copy, cls.hours, 3, log=log))
        seconds = time.monotonic() - begin
        cls.expected = contents_of(copy)
        return Story(name, project, [line.split()[1] for line in log.read_text().splitlines()], seconds)

    def test_an_undisturbed_run_has_all_that_can_be_lost(self):
        for name in ("raw.events", "raw.events__rejects", "mart.events", "mart.top_contributors"):
            self.assertIn(name, self.expected)
            self.assertTrue(self.expected[name], name)
        for story in self.stories:
            self.assertEqual(WANTED_STEPS - set(story.steps), set(), story.name)

    def test_both_ways_to_three_hours_end_in_the_same_tables(self):
        contents = [contents_of(self.folder / f"{story.name} undisturbed") for story in self.stories]
        self.assertEqual(differences(*contents), [])

    def test_a_killed_run_loses_nothing_and_doubles_nothing(self):
        chance = random.Random(SEED)
        print(f"seed: {SEED}")
        rounds = []
        for story in self.stories:
            points = choose_points(story, POINTS // len(self.stories), chance)
            print(f"{story.name}, {len(story.steps)} steps, {story.seconds:.2f} s: {'; '.join(map(str, points))}")
            rounds += [(story, point) for point in points]
        with concurrent.futures.ThreadPoolExecutor(ROUNDS_AT_A_TIME) as pool:
            outcomes = list(pool.map(lambda number: self.play(number, *rounds[number]), range(len(rounds))))
        for (story, point), (_, problems) in zip(rounds, outcomes):
            with self.subTest(story=story.name, point=str(point)):
                self.assertEqual(problems, [])
        deaths = sum(deaths for deaths, _ in outcomes)
        print(f"{deaths} deaths in {len(rounds)} rounds")
        self.assertGreaterEqual(deaths, min(LEAST_DEATHS, POINTS))

    def play(self, number, story, point):
        """Kills a run and recovers. Returns how many runs died, and the problems that were found."""
        project = self.folder / f"round {number}"
        shutil.copytree(story.project, project)
        deaths = 0
        try:
            for kill in point.kills:
                deaths += killed(run_tidemill(project, self.hours, 3, fault=kill.step), kill)
                self.check_readable(project)
            finish(run_tidemill(project, self.hours, 3))
            problems = self.problems_after_recovery(project)
        except Exception as error:
            return deaths, [f"{type(error).__name__}: {error}"]
        if not problems:
            shutil.rmtree(project)
        return deaths, problems

    def check_readable(self, project):
        """What readers see between a crash and its recovery may lack rows, and has none twice."""
        events = contents_of(project).get("raw.events", [])
        extra = collections.Counter(events) - collections.Counter(self.expected["raw.events"])
        if extra:
            raise AssertionError(f"raw.events after the kill: {extra.total()} rows too many, {next(iter(extra))}")

    def problems_after_recovery(self, project):
        problems = differences(contents_of(project), self.expected)
        problems += [f"no log names the file: '{file}'" for file in unnamed_files(project)]
        before = versions_of(project)
        output = finish(run_tidemill(project, self.hours, 3))
        if (after := versions_of(project)) != before:
            problems.append(f"a run with nothing to do committed: {dict(after.items() - before.items())}")
        if "nothing to do" not in output:
            problems.append(f"a run with nothing to do does not say so: '{output}'")
        return problems


if __name__ == "__main__":
    unittest.main()
