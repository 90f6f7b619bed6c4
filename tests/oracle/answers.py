"""How oracles write their tables, so that they can be compared with what the program's `query --format csv` prints.

- The first line names the columns. Lines end with LF. A field is quoted when it holds a comma, a quote, CR or LF, and
  when it is an empty text; quotes inside are doubled. NULL is an empty field without quotes.
- A time is `2015-01-01T00:00:00Z`, with a point and up to six digits before the Z when the fraction is not zero,
  trailing zeros left off. Integers are plain digits, doubles the shortest digits that read back as the same, dates
  `2015-01-01`; booleans are `true` and `false`. A list is a JSON array without spaces.
"""

import datetime
import json

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


class Time(int):
    """Microseconds since 1970, UTC."""

    def __str__(self):
        seconds, fraction = divmod(int(self), 1_000_000)
        moment = _EPOCH + datetime.timedelta(seconds=seconds)
        digits = f".{fraction:06d}".rstrip("0") if fraction else ""
        return f"{moment:%Y-%m-%dT%H:%M:%S}{digits}Z"


def write_csv(columns, rows, out):
    """Writes the table as described at the head of this file."""
    out.write(",".join(columns) + "\n")
    for row in rows:
        out.write(",".join(map(_field, row)) + "\n")


def _field(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        value = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    text = str(value)
    if text == "" or any(character in text for character in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text
