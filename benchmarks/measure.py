"""Runs a program as a whole process and says what it took, by the operating system's own account."""

from __future__ import annotations

import ctypes
import os
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36


class ProgramFailed(Exception):
    """Says which program failed and how; its message ends with what the program wrote last."""


@dataclass(frozen=True)
class Measurement:
    """What one run took: seconds on the wall, seconds of all processors, and the peak of the largest process."""

    wall: float
    cpu: float
    peak_bytes: int


def adopt_orphans() -> None:
    """Makes processes that outlive their parent children of this one, so that `measure` counts them too (a JVM, say)."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def measure(command: list[str], folder: Path, environment: dict[str, str] | None = None) -> Measurement:
    """Runs `command` in `folder` to its end and counts all processes that it left to be waited for.

    The wall time ends with the first process. Call `adopt_orphans` once before, and have no other children.
    Throws ProgramFailed when it exits with anything but 0.
    """
    with tempfile.TemporaryFile() as output:
        began = time.perf_counter()
        child = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        usages = [usage, *_usages_of_orphans()]
        if child.returncode != 0:
            raise ProgramFailed(f"exit code {child.returncode} from: {' '.join(command)}\n{_end_of(output)}")
    return Measurement(
        wall,
        sum(each.ru_utime + each.ru_stime for each in usages),
        max(each.ru_maxrss for each in usages) * 1024,
    )


def median(measurements: list[Measurement]) -> Measurement:
    """Returns the median of each figure by itself."""
    return Measurement(
        statistics.median(each.wall for each in measurements),
        statistics.median(each.cpu for each in measurements),
        int(statistics.median(each.peak_bytes for each in measurements)),
    )


def _usages_of_orphans() -> list:
    usages = []
    while True:
        try:
            _, _, usage = os.wait4(-1, 0)
        except ChildProcessError:
            return usages
        usages.append(usage)


def _end_of(output) -> str:
    output.seek(0)
    return output.read().decode("utf-8", "replace")[-4000:]
