"""What SIGKILL leaves behind: whenever a run dies, the next one ends with the tables of a run that nobody disturbed.

Two stories are killed again and again, each time in a new copy of the gharchive example: the first run, over three
hours, and one for three more hours on top of nine, which replaces the day and the tables built whole and writes the
first checkpoints. Points are the named steps of src/io/fault.h, every name of them as often as another, and moments by
the clock. Some runs are killed a second time while they recover.

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
from dataclasses import dataclass, field
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
WANTED_STEPS = {
    "stage", "staged", "audited", "put", "put-done", "rejects-committed", "committed", "ledger", "ledger-done"
}
CHECKPOINT_STEP = "write"


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
    """A project before its run over the first `hours` is killed, and that run when nobody disturbs it."""

    name: str
    project: Path
    hours: int
    steps: list[str]  # Names, in the order in which they came.
    seconds: float
    expected: dict[str, list[str]]  # The rows of each table afterwards.


@dataclass
class Outcome:
    """Of a round: how many runs died, the problems found, and how many files the recovery had to sweep."""

    deaths: int = 0
    problems: list[str] = field(default_factory=list)
    swept: int = 0


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


def problems_before_recovery(project, story):
    """Returns what is wrong with what readers see until the recovery: it may lack rows, but has none twice."""
    versions_of(project)
    table = tables_of(project).get("raw.events")
    extra = collections.Counter(rows_of(table) if table else []) - collections.Counter(story.expected["raw.events"])
    return [f"raw.events before recovery: {extra.total()} rows too many, {next(iter(extra))}"] if extra else []


def choose_points(story, count, chance):
    """Returns `count` points: moments by the clock, and each name of a step in turn, at a random one of its places."""
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
        empty, nine_hours = cls.folder / "empty", cls.folder / "nine hours"
        shutil.copytree(ROOT / "examples/gharchive", empty, ignore=shutil.ignore_patterns(".tidemill"))
        shutil.copytree(empty, nine_hours)
        finish(run_tidemill(nine_hours, cls.hours, 9))
        cls.first_run = cls.undisturbed("first run", empty, 3)
        cls.more_hours = cls.undisturbed("more hours", nine_hours, 12)
        cls.stories = [cls.first_run, cls.more_hours]

    @classmethod
    def generate_hours(cls):
        command = [sys.executable, ROOT / "tools/generate", "gharchive", "--out", cls.hours, "--start", "2015-01-01T00"]
        command += ["--hours", "12", "--scale", "0.03", "--damaged", "3"]
        subprocess.run(command, check=True, capture_output=True)

    @classmethod
    def undisturbed(cls, name, project, hours):
        """Returns the story of a copy of the project that is run to the end."""
        copy, log = cls.folder / f"{name} undisturbed", cls.folder / f"{name} steps"
        shutil.copytree(project, copy)
        begin = time.monotonic()
        finish(run_tidemill(copy, cls.hours, hours, log=log))
        seconds = time.monotonic() - begin
        steps = [line.split()[1] for line in log.read_text().splitlines()]
        return Story(name, project, hours, steps, seconds, contents_of(copy))

    def test_an_undisturbed_run_has_all_that_can_be_lost(self):
        for story in self.stories:
            for name in ("raw.events", "raw.events__rejects", "mart.events", "mart.top_contributors"):
                self.assertTrue(story.expected.get(name), f"{story.name}: {name}")
            self.assertEqual(WANTED_STEPS - set(story.steps), set(), story.name)
        self.assertIn(CHECKPOINT_STEP, self.more_hours.steps)

    def test_both_ways_to_twelve_hours_end_in_the_same_tables(self):
        at_once = self.folder / "at once"
        shutil.copytree(self.first_run.project, at_once)
        finish(run_tidemill(at_once, self.hours, self.more_hours.hours))
        self.assertEqual(differences(self.more_hours.expected, contents_of(at_once)), [])

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
        for (story, point), outcome in zip(rounds, outcomes):
            with self.subTest(story=story.name, point=str(point)):
                self.assertEqual(outcome.problems, [])
        deaths, swept = sum(outcome.deaths for outcome in outcomes), sum(outcome.swept for outcome in outcomes)
        print(f"{deaths} deaths in {len(rounds)} rounds; {swept} files that no log named were swept")
        self.assertGreaterEqual(deaths, min(LEAST_DEATHS, POINTS))
        self.assertGreater(swept, 0)

    def play(self, number, story, point):
        """Kills a run, lets the next one recover, and looks at what is there then."""
        project = self.folder / f"round {number}"
        shutil.copytree(story.project, project)
        outcome = Outcome()
        try:
            for kill in point.kills:
                outcome.deaths += killed(run_tidemill(project, self.hours, story.hours, fault=kill.step), kill)
                outcome.problems += problems_before_recovery(project, story)
            outcome.swept = len(unnamed_files(project))
            finish(run_tidemill(project, self.hours, story.hours))
            outcome.problems += self.problems_after_recovery(project, story)
        except Exception as error:
            outcome.problems.append(f"{type(error).__name__}: {error}")
        if not outcome.problems:
            shutil.rmtree(project)
        return outcome

    def problems_after_recovery(self, project, story):
        problems = differences(contents_of(project), story.expected)
        problems += [f"no log names the file: '{file}'" for file in unnamed_files(project)]
        before = versions_of(project)
        output = finish(run_tidemill(project, self.hours, story.hours))
        if (after := versions_of(project)) != before:
            problems.append(f"a run with nothing to do committed: {dict(after.items() - before.items())}")
        if "nothing to do" not in output:
            problems.append(f"a run with nothing to do does not say so: '{output}'")
        return problems


if __name__ == "__main__":
    unittest.main()
