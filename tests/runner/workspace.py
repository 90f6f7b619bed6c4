"""The folder that one test works in, and the commands that run in it."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
_PACK = Path(__file__).resolve().parent / "pack.py"
_LONGEST_COMMAND_SECONDS = 300
_KILLED = 128 + signal.SIGKILL
_PASSED_ON = ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS")
# What it prints when all goes well are sizes that depend on the machine's zlib.
_GENERATE = """#!/bin/sh
output=$({python} {package} "$@" 2>&1) && exit 0
code=$?
printf '%s\\n' "$output" >&2
exit $code
"""


@dataclass(frozen=True)
class Outcome:
    """What a command printed, its stdout before its stderr, and its exit code as a shell has it: 128+N for signal N."""

    output: str
    exit_code: int


class FileServer:
    """tools/serve_files.py in the background. After `stop`, `start` goes on at the same address."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self.port = 0

    def start(self, arguments: list[str], folder: Path) -> Outcome:
        self.stop()
        command = [sys.executable, str(ROOT / "tools/serve_files.py"), "--port", str(self.port), *arguments]
        self._process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        greeting = self._process.stdout.readline()
        if listening := re.fullmatch(r"listening on 127\.0\.0\.1:(\d+)\n", greeting):
            self.port = int(listening[1])
            return Outcome("", 0)
        process, self._process = self._process, None
        rest, _ = process.communicate()
        return Outcome(greeting + rest, process.returncode)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


class Workspace:
    """Runs commands in `folder / "project"`, with nothing from the caller's environment or home but PATH."""

    def __init__(self, folder: Path, program: Path, seed: str) -> None:
        self.folder = folder.resolve()
        self.project = self.folder / "project"
        self.seed = seed
        self._server = FileServer()
        self._environment = _environment(self.folder, program)
        self.project.mkdir()

    def __enter__(self) -> Workspace:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    def write(self, path: str, text: str) -> None:
        file = self.project / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def run(self, command: str) -> Outcome:
        """Runs a shell command, or one of the verbs that the shell lacks."""
        verb, _, rest = command.partition(" ")
        if verb == "serve":
            outcome = self._server.start(shlex.split(rest), self.project)
            self._environment["BASE_URL"] = f"http://127.0.0.1:{self._server.port}"
            return outcome
        if verb == "stop-serving":
            self._server.stop()
            return Outcome("", 0)
        if verb == "kill-at":
            return self._run_to_its_death(rest)
        return self.run_shell(command)

    def run_shell(self, command: str, project: Path | None = None, **environment: str) -> Outcome:
        """Runs `command` by `sh -c` in the project or, when given, in a copy of it."""
        process = subprocess.Popen(
            ["sh", "-c", command],
            cwd=project or self.project,
            env={**self._environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            output, errors = process.communicate(timeout=_LONGEST_COMMAND_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, errors = process.communicate()
            errors += f"ended after {_LONGEST_COMMAND_SECONDS} seconds by the runner of tests\n".encode()
        exit_code = process.returncode if process.returncode >= 0 else 128 - process.returncode
        return Outcome(_text(output) + _text(errors), exit_code)

    def _run_to_its_death(self, rest: str) -> Outcome:
        """`kill-at STEP COMMAND` succeeds when COMMAND dies there. What it printed by then is chance, and dropped."""
        step, _, command = rest.partition(" ")
        outcome = self.run_shell(command, TIDEMILL_FAULT=f"kill@{step}")
        if outcome.exit_code == _KILLED:
            return Outcome("", 0)
        return Outcome(f"{outcome.output}not killed at step: '{step}', exit code: {outcome.exit_code}\n", 1)


def _text(output: bytes) -> str:
    text = output.decode("utf-8", errors="backslashreplace")
    return text if not text or text.endswith("\n") else f"{text}\n"


def _environment(folder: Path, program: Path) -> dict[str, str]:
    """Writes the commands `tidemill`, `generate` and `pack` into a folder on PATH, and returns the environment of all commands.

    The time zone is an unusual one: no output may depend on it.
    """
    commands, home = folder / "commands", folder / "home"
    commands.mkdir()
    home.mkdir()
    (commands / "tidemill").symlink_to(program.resolve())
    generate = commands / "generate"
    package = shlex.quote(str(ROOT / "tools/generate"))
    generate.write_text(_GENERATE.format(python=shlex.quote(sys.executable), package=package))
    generate.chmod(0o755)
    pack = commands / "pack"
    pack.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(str(_PACK))} "$@"\n')
    pack.chmod(0o755)
    return {
        **{name: os.environ[name] for name in _PASSED_ON if name in os.environ},
        "PATH": f"{commands}:{os.environ['PATH']}",
        "HOME": str(home),
        "TMPDIR": str(home),
        "LC_ALL": "C.UTF-8",
        "TZ": "<+0545>-5:45",
        "no_proxy": "127.0.0.1,localhost",
        "EXAMPLES": str(ROOT / "examples"),
    }
