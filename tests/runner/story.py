"""Runs one test in one world."""

from __future__ import annotations

import difflib
import shlex
import shutil
import tempfile
import time
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from .normalise import normalise
from .script import Script, ScriptError, Step, read_script, split_lines
from .workspace import Outcome, Workspace
from .worlds import Plain


@dataclass
class Result:
    """How a test ended in a world. It passed when `problems` is empty and `skipped` too."""

    name: str
    world: str
    problems: list[str] = field(default_factory=list)
    skipped: str = ""  # Why it does not run in this world.
    rewritten: str | None = None  # The test's text with what came out, when that differs and every exit code is right.
    seconds: float = 0.0


@dataclass(frozen=True)
class Settings:
    program: Path
    seed: int
    keep: bool  # Whether to keep the folder of a failed test.


def run_story(path: Path, name: str, world: Plain, settings: Settings) -> Result:
    """Runs the test in a new folder, which is deleted afterwards. What goes wrong is in the result."""
    result = Result(name, world.name)
    begin = time.monotonic()
    try:
        script = read_script(path)
    except (ScriptError, UnicodeDecodeError) as error:
        result.problems.append(str(error))
        return result
    result.skipped = script.exclusions.get(world.name, "")
    if not result.skipped:
        folder = Path(tempfile.mkdtemp(prefix="tidemill-"))
        with Workspace(folder, settings.program, f"{settings.seed} {name}") as workspace:
            _run_steps(script, world, workspace, result)
        if result.problems and settings.keep:
            result.problems.append(f"the project is kept: '{folder}/project'")
        else:
            shutil.rmtree(folder)
    result.seconds = time.monotonic() - begin
    return result


def _run_steps(script: Script, world: Plain, workspace: Workspace, result: Result) -> None:
    """Goes on after an unexpected output, to show them all, but not after an unexpected exit code."""
    for path, text in script.files.items():
        workspace.write(path, world.file_text(text))
    unexpected: dict[Step, str] = {}
    for step in script.steps:
        outcome = _run_step(step, world, workspace)
        output = normalise(outcome.output, workspace.project, datetime.now(timezone.utc))
        if not step.accepts(outcome.exit_code):
            result.problems.append(
                f"{script.path}:{step.line}: {step.mark} {step.command}\n"
                f"exit code is not {step.wanted_exit_code()}: {outcome.exit_code}\n{output}"
            )
            break
        if world.compares_output(step) and not script.expects(step, output, world.what_counts):
            unexpected[step] = output
    if unexpected:
        text = script.text_with(unexpected)
        result.rewritten = None if result.problems else text
        result.problems.append(_difference(script, text))


def _run_step(step: Step, world: Plain, workspace: Workspace) -> Outcome:
    if step.mark == "?":
        return workspace.run_shell(shlex.join(["tidemill", "query", step.command, "--format", "table"]))
    return world.run(workspace, step)


def _difference(script: Script, text: str) -> str:
    lines = difflib.unified_diff(
        script.lines, split_lines(text), f"{script.path} (expected)", f"{script.path} (came out)"
    )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines).rstrip("\n")
