"""Takes out of an output what differs from run to run."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from pathlib import Path

_NEAR = timedelta(days=1)
_INSTANT = re.compile(
    r"(?<!\d)(\d{4}-\d\d-\d\d)[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?)?(?:Z|[+]00(?::00)?)?(?!:?\d)"
)
_REPLACEMENTS = (
    (re.compile(r"(127\.0\.0\.1|localhost)(:| port )\d+"), r"\1\2<port>"),
    (re.compile(r"\b\d+(\.\d+)? [kMGT]?B/s|\b[\d,]+(\.\d+)? rows/s"), "<speed>"),
    (re.compile(r"\b\d+ (h \d\d min|min \d\d s)\b|\b\d+(\.\d+)? m?s\b"), "<time>"),
    (re.compile(r"\b[0-9a-f]{12}\b"), "<id>"),
)
# A column of these has another width in the next run, and with it the padding of all other lines.
_PADDED_COLUMN = re.compile(r"<(speed|time|now)> {2,}")
_PADDING_BEFORE = re.compile(r" {2,}(?=<(?:speed|time|now)>)")
_PADDING = re.compile(r"(?<=\S) {2,}")


def normalise(output: str, folder: Path, now: datetime) -> str:
    """Returns `output` with markers such as `<time>` in place of what the next run would print differently.

    `folder` is the test's own, `now` with its time zone; instants within a day of it become `<now>`. Lines lose the
    blanks at their ends, and the output the line break at its end.
    """
    output = output.replace(str(folder), "<dir>")
    output = _INSTANT.sub(lambda instant: "<now>" if _is_near(instant, now) else instant[0], output)
    for pattern, replacement in _REPLACEMENTS:
        output = pattern.sub(replacement, output)
    output = (_PADDING if _PADDED_COLUMN.search(output) else _PADDING_BEFORE).sub("  ", output)
    return "\n".join(line.rstrip() for line in output.rstrip("\n").split("\n"))


def _is_near(instant: re.Match[str], now: datetime) -> bool:
    date, hour, minute, second = instant.groups(default="00")
    try:
        time = datetime.fromisoformat(f"{date}T{hour}:{minute}:{second}").replace(tzinfo=timezone.utc)
    except ValueError:
        return False
    return abs(time - now) <= _NEAR
