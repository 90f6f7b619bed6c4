"""The conditions under which the same tests run again. Whatever they are, the tables must be the same."""

from __future__ import annotations

import random
import re
import shutil

from .script import Step
from .workspace import Outcome, Workspace

_RUN = re.compile(r"(\w+=\S* )*tidemill (-\S+( [^-\s]\S*)? )*run\b[^;&|]*")
_TIME_TAKEN = re.compile(r" +(<time>|-)$")


class Plain:
    """As users have it."""

    name = "plain"

    def file_text(self, text: str) -> str:
        """Returns what a file of the project is to hold."""
        return text

    def run(self, workspace: Workspace, step: Step) -> Outcome:
        return workspace.run(step.command)

    def compares_output(self, step: Step) -> bool:
        return True

    def what_counts(self, line: str) -> str:
        """Returns the part of an output's line that is compared."""
        return line


class Killed(Plain):
    """Each `tidemill run` is first killed at one of its steps, then run again."""

    name = "killed"

    def run(self, workspace: Workspace, step: Step) -> Outcome:
        if _RUN.fullmatch(step.command):
            steps = _count_steps(workspace, step.command)
            if steps:
                number = random.Random(f"{workspace.seed} {step.line}").randint(1, steps)
                workspace.run_shell(step.command, TIDEMILL_FAULT=f"kill@{number}")
        return super().run(workspace, step)

    def compares_output(self, step: Step) -> bool:
        """A run that goes on where a killed one ended says so: only its exit code is the same."""
        return not _RUN.fullmatch(step.command)

    def what_counts(self, line: str) -> str:
        """How long something took is not known where the run died between the commit and noting that."""
        return _TIME_TAKEN.sub("", line)


class Tiny(Plain):
    """Readers get files in tiny blocks, so that nearly every line crosses the end of one."""

    name = "tiny"

    def file_text(self, text: str) -> str:
        """Adds the option at a source's end: the lines of the others keep their numbers."""
        return f"{text}block_size: 64\n" if re.search(r"^format: ndjson\b", text, re.MULTILINE) else text


WORLDS = {world.name: world for world in (Plain(), Killed(), Tiny())}


def _count_steps(workspace: Workspace, command: str) -> int:
    """Returns how many steps the command would take, by letting it work on a copy of the project."""
    copy, log = workspace.folder / "copy", workspace.folder / "steps"
    shutil.copytree(workspace.project, copy, symlinks=True)
    workspace.run_shell(command, project=copy, TIDEMILL_FAULT_LOG=str(log))
    steps = len(log.read_bytes().splitlines()) if log.exists() else 0
    shutil.rmtree(copy)
    log.unlink(missing_ok=True)
    return steps
