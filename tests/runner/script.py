"""Reads a `.test` file: commands with the output they must have, then the files they work on."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

WORLD_NAMES = ("plain", "killed", "tiny")

_DIRECTIVE = re.compile(r"(?P<mark>[$?]|!\d*) (?P<command>.+)")
_FILE = re.compile(r"-- (?P<path>\S.*) --")
_EXCLUSION = re.compile(r"# not in (?P<world>\w+): (?P<reason>\S.*)")
_EMPTY_LINE = "<empty>"
_RUN = re.compile(r"\btidemill (-\S+( [^-\s]\S*)? )*run\b")
_READS_AS_MORE_THAN_OUTPUT = re.compile(rf"[$?] |!\d* |#|\\|{re.escape(_EMPTY_LINE)}$|{_FILE.pattern}$")


class ScriptError(Exception):
    """A `.test` file that cannot be read. The message carries its place and a hint."""


@dataclass(frozen=True)
class Step:
    """A command. Its expected output are the lines `first` to before `last` of the file, counted from 0."""

    mark: str  # "$" must succeed, "!" must fail, "?" asks the tables.
    command: str
    exit_code: int | None  # None with "!" when any failure will do.
    line: int  # Of the command, from 1.
    first: int
    last: int

    def accepts(self, exit_code: int) -> bool:
        """Whether the command ended as it must. Death by a signal (128 and more) is never just any failure."""
        if self.exit_code is None:
            return 0 < exit_code < 128
        return exit_code == self.exit_code

    def wanted_exit_code(self) -> str:
        return "1 to 127" if self.exit_code is None else str(self.exit_code)


@dataclass(frozen=True)
class Script:
    path: Path
    lines: list[str]  # All of the file's, each with its line break.
    steps: list[Step]
    files: dict[str, str]
    exclusions: dict[str, str]  # The worlds that the test does not run in, with the reason.

    def text(self) -> str:
        return "".join(self.lines)

    def text_with(self, outputs: dict[Step, str]) -> str:
        """Returns the file with `outputs` in place of what these steps expect; every other byte stays."""
        lines = list(self.lines)
        for step in sorted(outputs, key=lambda step: step.first, reverse=True):
            lines[step.first : step.last] = [f"{line}\n" for line in _escaped(outputs[step])]
            if not lines[step.first - 1].endswith("\n") and len(lines) > step.first:
                lines[step.first - 1] += "\n"
        return "".join(lines)

    def expects(self, step: Step, output: str, what_counts: Callable[[str], str] = str) -> bool:
        """Whether this is the output, by what counts of each line. A run builds several things at a time: its lines may
        come in any order."""
        expected = [what_counts(line.rstrip("\n")) for line in self.lines[step.first : step.last]]
        came_out = [what_counts(line) for line in _escaped(output)]
        if _RUN.search(step.command):
            return sorted(expected) == sorted(came_out)
        return expected == came_out


def read_script(path: Path) -> Script:
    """Throws ScriptError, with place and hint, when a line is neither command, output, comment nor file."""
    lines = split_lines(path.read_bytes().decode("utf-8"))
    end = next((number for number, line in enumerate(lines) if _FILE.fullmatch(line.rstrip("\n"))), len(lines))
    steps, exclusions = [], {}
    at = 0
    while at < end:
        line = lines[at].rstrip("\n")
        if exclusion := _EXCLUSION.fullmatch(line):
            world = exclusion["world"]
            if world not in WORLD_NAMES:
                raise ScriptError(f"unknown world: '{world}'\n{path}:{at + 1}\nhint: one of: {', '.join(WORLD_NAMES)}")
            exclusions[world] = exclusion["reason"]
        elif directive := _DIRECTIVE.fullmatch(line):
            steps.append(_read_step(lines, at, end, directive))
            at = steps[-1].last
            continue
        elif line and not line.startswith("#"):
            raise ScriptError(
                f"neither a command nor its output nor a comment: '{line}'\n{path}:{at + 1}\n"
                f"hint: an empty line ends an output; write one within an output as '{_EMPTY_LINE}'"
            )
        at += 1
    if not steps:
        raise ScriptError(f"a test without a command\n{path}:1\nhint: for example: '$ tidemill run'")
    return Script(path, lines, steps, _read_files(path, lines, end), exclusions)


def split_lines(text: str) -> list[str]:
    """Splits at line feeds only, which stay at the ends: a text may well contain one of Unicode's other line breaks."""
    return io.StringIO(text, newline="\n").readlines()


def _read_step(lines: list[str], at: int, end: int, directive: re.Match[str]) -> Step:
    mark, command = directive["mark"], directive["command"]
    first = at + 1
    while command.endswith("\\") and first < end:
        command = command[:-1] + lines[first].rstrip("\n")
        first += 1
    last = first
    while last < end and _is_output(lines[last].rstrip("\n")):
        last += 1
    exit_code = int(mark[1:]) if mark[1:] else None if mark == "!" else 0
    return Step(mark[0], command, exit_code, at + 1, first, last)


def _is_output(line: str) -> bool:
    return line != "" and not line.startswith("#") and not _DIRECTIVE.fullmatch(line)


def _escaped(output: str) -> list[str]:
    """Returns the lines of an output as a test writes them."""
    return [_escaped_line(line) for line in output.split("\n")] if output else []


def _escaped_line(line: str) -> str:
    if line == "":
        return _EMPTY_LINE
    return f"\\{line}" if _READS_AS_MORE_THAN_OUTPUT.match(line) else line


def _read_files(path: Path, lines: list[str], begin: int) -> dict[str, str]:
    files: dict[str, str] = {}
    name = ""
    for number, line in enumerate(lines[begin:], begin + 1):
        if heading := _FILE.fullmatch(line.rstrip("\n")):
            name = heading["path"]
            if name in files or name.startswith("/") or ".." in Path(name).parts:
                raise ScriptError(f"not a new file below the project's folder: '{name}'\n{path}:{number}")
            files[name] = ""
        else:
            files[name] += line
    return {name: f"{text}\n" if (text := content.rstrip("\n")) else "" for name, content in files.items()}
