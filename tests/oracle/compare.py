"""Compares two CSV files as multisets of rows: `python3 tests/oracle/compare.py EXPECTED ACTUAL [--ignore COLUMN]`.

The order of rows and of columns does not matter; how often a row occurs does. An empty field without quotes is NULL and
differs from an empty text in quotes. Exits 0 when the tables are equal, 1 when they differ (with up to ten rows of each
side and, for rows that have a near twin, the columns that differ), 2 when a file cannot be read as CSV.
"""

import argparse
import collections
import pathlib
import re
import sys

_UNQUOTED = re.compile(r"[^,\r\n]*")
_SHOWN_ROWS = 10
_SHOWN_CHARACTERS = 120


class NotCsv(Exception):
    """The text is not CSV; the message says where."""


def read_table(text):
    """Returns the column names and the rows of CSV text, each value a str or None for NULL. Raises NotCsv."""
    records = list(_records(text))
    if not records:
        raise NotCsv("no line with the names of the columns")
    columns, rows = records[0], records[1:]
    for number, row in enumerate(rows, start=1):
        if len(row) != len(columns):
            raise NotCsv(f"row {number} has {len(row)} fields and not {len(columns)}")
    return columns, rows


def difference(expected, actual, ignored=()):
    """Returns lines that say how two tables (columns, rows) differ, or none where they are equal."""
    wanted = [name for name in expected[0] if name not in ignored]
    found = [name for name in actual[0] if name not in ignored]
    if sorted(wanted) != sorted(found):
        missing, extra = sorted(set(wanted) - set(found)), sorted(set(found) - set(wanted))
        return [f"columns differ: missing {missing}, not expected {extra}"]
    missing, extra = _subtract(_count(expected, wanted), _count(actual, wanted))
    if not missing and not extra:
        return []
    lines = [f"rows differ: {len(expected[1])} expected, {len(actual[1])} found, "
             f"{missing.total()} missing, {extra.total()} not expected"]
    for row, count in sorted(missing.items(), key=_sort_key)[:_SHOWN_ROWS]:
        lines.append(f"- {_show(row)}{_times(count)}")
        lines += _near_twin(wanted, row, extra)
    for row, count in sorted(extra.items(), key=_sort_key)[:_SHOWN_ROWS]:
        lines.append(f"+ {_show(row)}{_times(count)}")
    return lines


def _records(text):
    place = 0
    while place < len(text):
        record = []
        while True:
            value, place = _field(text, place)
            record.append(value)
            if text[place:place + 1] != ",":
                break
            place += 1
        if text.startswith("\r\n", place):
            place += 1
        if place < len(text) and text[place] != "\n":
            raise NotCsv(f"a quote ends in mid-field at character {place}")
        place += 1
        yield record


def _field(text, place):
    if text[place:place + 1] != '"':
        end = _UNQUOTED.match(text, place).end()
        return text[place:end] or None, end
    parts = []
    while text[place:place + 1] == '"':
        end = text.find('"', place + 1)
        if end < 0:
            raise NotCsv(f"a quote is never closed: it opens at character {place}")
        parts.append(text[place + 1:end])
        place = end + 1
    return '"'.join(parts), place


def _count(table, wanted):
    columns, rows = table
    places = [columns.index(name) for name in wanted]
    return collections.Counter(tuple(row[place] for place in places) for row in rows)


def _subtract(expected, actual):
    return expected - actual, actual - expected


def _near_twin(columns, row, others):
    """Says which columns differ from the most alike of `others`, if at least half are equal."""
    def alike(other):
        return sum(mine == theirs for mine, theirs in zip(row, other))

    twin = max(others, key=alike, default=None)
    if twin is None or alike(twin) * 2 < len(row):
        return []
    return [f"    {name}: {_show_value(mine)} expected, {_show_value(theirs)} found"
            for name, mine, theirs in zip(columns, row, twin) if mine != theirs]


def _sort_key(entry):
    return tuple((value is not None, value or "") for value in entry[0])


def _show(row):
    return ", ".join(map(_show_value, row))


def _show_value(value):
    if value is None:
        return "NULL"
    return repr(value if len(value) <= _SHOWN_CHARACTERS else value[:_SHOWN_CHARACTERS] + "…")


def _times(count):
    return f"  ({count} times)" if count > 1 else ""


def main(arguments):
    parser = argparse.ArgumentParser(prog="tests/oracle/compare.py", description=__doc__.splitlines()[0])
    parser.add_argument("expected", type=pathlib.Path)
    parser.add_argument("actual", type=pathlib.Path)
    parser.add_argument("--ignore", action="append", default=[], metavar="COLUMN")
    options = parser.parse_args(arguments)
    tables = []
    for path in (options.expected, options.actual):
        try:
            tables.append(read_table(path.read_bytes().decode("utf-8")))
        except (OSError, UnicodeDecodeError, NotCsv) as error:
            print(f"cannot be read as CSV: {error}: '{path}'", file=sys.stderr)
            return 2
    lines = difference(*tables, ignored=options.ignore)
    print("\n".join(lines) if lines else f"equal: {len(tables[0][1])} rows")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
