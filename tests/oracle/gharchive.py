"""What the gharchive example must come to, worked out a second time and simply: no DuckDB, no code of the program.

    python3 tests/oracle/gharchive.py DIR --hours 2015-01-01T00..2015-01-01T03 --table mart.hourly_activity

reads the files `YYYY-MM-DD-H.json.gz` in DIR, computes the table and prints it as CSV. The end of `--hours` is not
included. Hours without a file are passed over. Rows come in no promised order: compare them as multisets
(tests/oracle/compare.py). `loaded_at` of mart.events is left out, because it is the time of the run.

How values are written, here and in what is compared:
- The first line names the columns. Lines end with LF. A field is quoted when it holds a comma, a quote, CR or LF, and
  when it is an empty text; quotes inside are doubled. NULL is an empty field without quotes.
- A time is `2015-01-01T00:00:00Z`, with a point and up to six digits before the Z when the fraction is not zero,
  trailing zeros left off. Integers are plain digits; booleans are `true` and `false`.
- `payload` and `other` are the JSON text of the value, byte for byte as it stands in the line; a JSON null is NULL.

A line is a bad row, and counts for `raw.events__rejects` only, when it is not one UTF-8 JSON object; when id or
created_at is missing or null; when a bigint is neither a JSON integer nor a string of one, or is beyond 64 bits; when a boolean
is not true or false; when a text is not a string; when created_at is not an ISO 8601 time with a zone. Blank lines are
no rows. The tables of names are taken over all the hours, and so every mart is as if it was built last of all.
"""

import argparse
import collections
import datetime
import gzip
import json
import pathlib
import re
import sys

from csv_table import write_csv

EVENT_COLUMNS = (
    ("id", "bigint", ("id",)),
    ("type", "text", ("type",)),
    ("actor_id", "bigint", ("actor", "id")),
    ("actor_login", "text", ("actor", "login")),
    ("actor_gravatar_id", "text", ("actor", "gravatar_id")),
    ("actor_avatar_url", "text", ("actor", "avatar_url")),
    ("actor_url", "text", ("actor", "url")),
    ("repo_id", "bigint", ("repo", "id")),
    ("repo_name", "text", ("repo", "name")),
    ("repo_url", "text", ("repo", "url")),
    ("payload", "json", ("payload",)),
    ("public", "boolean", ("public",)),
    ("created_at", "time", ("created_at",)),
    ("org_id", "bigint", ("org", "id")),
    ("org_login", "text", ("org", "login")),
    ("org_gravatar_id", "text", ("org", "gravatar_id")),
    ("org_avatar_url", "text", ("org", "avatar_url")),
    ("org_url", "text", ("org", "url")),
    ("other", "json", ("other",)),
)
REQUIRED = ("id", "created_at")

Event = collections.namedtuple("Event", [name for name, _, _ in EVENT_COLUMNS])

_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(Z|[+-]\d\d:\d\d)")
_INTEGER = re.compile(r"-?\d+")
_SPACE = re.compile(r"[ \t\n\r]*")
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
_HOUR = 3_600_000_000


class BadRow(Exception):
    """The line cannot be a row under the contract; the message says why."""


# Lines to events.


def read_events(folder, first, end):
    """Returns the events of the hours [first, end) and the number of bad rows. Times are microseconds since 1970."""
    events = []
    bad = 0
    hour = first
    while hour < end:
        path = folder / f"{hour:%Y-%m-%d}-{hour.hour}.json.gz"
        hour += datetime.timedelta(hours=1)
        if not path.exists():
            continue
        with gzip.open(path, "rb") as file:
            for line in file:
                if not line.strip():
                    continue
                try:
                    events.append(parse_event(line))
                except BadRow:
                    bad += 1
    return events, bad


def parse_event(line):
    """Turns the bytes of one line into an Event. Raises BadRow."""
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRow(f"not UTF-8: {error}") from None
    fields = split_object(text)
    values = {}
    for name, kind, path in EVENT_COLUMNS:
        value = _find(fields, path)
        values[name] = None if value is None else _CONVERT[kind](*value)
        if values[name] is None and name in REQUIRED:
            raise BadRow(f"missing value: '{name}'")
    return Event(**values)


def split_object(text):
    """Returns for each name of the JSON object `text` the pair of its value and the value's own text."""
    decoder = json.JSONDecoder(parse_constant=_refuse_constant)
    fields = {}
    try:
        place = _skip(text, 0)
        if text[place:place + 1] != "{":
            raise BadRow("not an object")
        place = _skip(text, place + 1)
        while text[place:place + 1] != "}":
            name, place = json.decoder.scanstring(text, _expect(text, place, '"'))
            place = _skip(text, _expect(text, _skip(text, place), ":"))
            value, end = decoder.raw_decode(text, place)
            fields[name] = (value, text[place:end])
            place = _skip(text, end)
            if text[place:place + 1] != "}":
                place = _skip(text, _expect(text, place, ","))
    except (json.JSONDecodeError, RecursionError) as error:
        raise BadRow(f"not JSON: {error}") from None
    if _skip(text, place + 1) != len(text):
        raise BadRow("more behind the object")
    return fields


def _refuse_constant(name):
    raise BadRow(f"not JSON: '{name}'")


def _skip(text, place):
    return _SPACE.match(text, place).end()


def _expect(text, place, character):
    if text[place:place + 1] != character:
        raise BadRow(f"expected '{character}' at {place}")
    return place + 1


def _find(fields, path):
    """Returns the value at `path` and its text, or None where there is none or a null. The text is for depth 1 only."""
    value, text = fields.get(path[0], (None, None))
    for name in path[1:]:
        if value is None:
            return None
        if not isinstance(value, dict):
            raise BadRow(f"not an object: '{path[0]}'")
        value = value.get(name)
    return None if value is None else (value, text)


def _to_bigint(value, _):
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadRow(f"not an integer: '{value}'")
    if not -2**63 <= value < 2**63:
        raise BadRow(f"beyond 64 bits: '{value}'")
    return value


def _to_text(value, _):
    if not isinstance(value, str):
        raise BadRow(f"not a text: '{value}'")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise BadRow("half a surrogate pair") from None
    return value


def _to_boolean(value, _):
    if not isinstance(value, bool):
        raise BadRow(f"not a boolean: '{value}'")
    return value


def _to_json(_, text):
    return text


def _to_time(value, _):
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if not match:
        raise BadRow(f"not a time: '{value}'")
    fraction, zone = match[7] or "", match[8]
    try:
        moment = datetime.datetime(*(int(part) for part in match.groups()[:6]), tzinfo=datetime.timezone.utc)
    except ValueError:
        raise BadRow(f"not a time: '{value}'") from None
    if zone != "Z":
        offset = datetime.timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6]))
        moment = moment - offset if zone[0] == "+" else moment + offset
    return (moment - _EPOCH) // datetime.timedelta(microseconds=1) + int(fraction.ljust(6, "0"))


_CONVERT = {"bigint": _to_bigint, "text": _to_text, "boolean": _to_boolean, "json": _to_json, "time": _to_time}


# Events to tables. Each function returns the column names and the rows; times are instances of Time.


class Time(int):
    """Microseconds since 1970, UTC."""

    def __str__(self):
        seconds, fraction = divmod(int(self), 1_000_000)
        moment = _EPOCH + datetime.timedelta(seconds=seconds)
        digits = f".{fraction:06d}".rstrip("0") if fraction else ""
        return f"{moment:%Y-%m-%dT%H:%M:%S}{digits}Z"


def raw_events(events):
    return list(Event._fields), [event._replace(created_at=Time(event.created_at)) for event in events]


def actor_names(events):
    return _names(events, "actor", "login")


def org_names(events):
    return _names(events, "org", "login")


def repo_names(events):
    return _names(events, "repo", "name")


def mart_events(events):
    repositories, organizations, actors = (
        {row[0]: row[1] for row in table(events)[1]} for table in (repo_names, org_names, actor_names))
    columns = ["type", "action_time", "last_repo_name", "last_org_login", "last_actor_login"]
    return columns, [
        (event.type, Time(event.created_at), repositories.get(event.repo_id), organizations.get(event.org_id),
         actors.get(event.actor_id))
        for event in events]


def hourly_activity(events):
    counts = collections.Counter((_hour_of(event), event.type) for event in events)
    return ["hour", "type", "events"], [(hour, kind, count) for (hour, kind), count in counts.items()]


def hourly_pushes(events):
    hours = collections.defaultdict(lambda: [0, 0, 0])
    for event in events:
        if event.type != "PushEvent":
            continue
        payload = json.loads(event.payload or "{}")
        row = hours[_hour_of(event)]
        row[0] += 1
        row[1] += payload.get("size") or 0
        row[2] += payload.get("distinct_size") or 0
    return ["hour", "pushes", "commits", "distinct_commits"], [(hour, *row) for hour, row in hours.items()]


def top_contributors(events):
    logins = {row[0]: row[1] for row in actor_names(events)[1]}
    rows = [
        (actor, logins.get(actor), len(own), _count(own, "PushEvent"), _count(own, "PullRequestEvent"),
         _count(own, "IssuesEvent", "IssueCommentEvent"), _distinct(own, "repo_id"))
        for actor, own in _group(events, "actor_id").items()]
    columns = ["rank", "actor_id", "actor_login", "events", "pushes", "pull_requests", "issue_events", "repositories"]
    return columns, _top(rows)


def top_repositories(events):
    names = {row[0]: row[1] for row in repo_names(events)[1]}
    rows = [
        (repository, names.get(repository), len(own), _count(own, "PushEvent"), _count(own, "WatchEvent"),
         _count(own, "ForkEvent"), _distinct(own, "actor_id"))
        for repository, own in _group(events, "repo_id").items()]
    return ["rank", "repo_id", "repo_name", "events", "pushes", "stars", "forks", "contributors"], _top(rows)


def _names(events, thing, name):
    """Returns for each id its last known name, when it was first and last seen with one, and how many it had."""
    rows = []
    for thing_id, own in _group(events, f"{thing}_id").items():
        named = [(event.created_at, event.id, getattr(event, f"{thing}_{name}")) for event in own]
        named = [entry for entry in named if entry[2] is not None]
        if not named:
            continue
        last = max(named, key=lambda entry: entry[:2])
        rows.append((thing_id, last[2], Time(min(named)[0]), Time(last[0]), len({entry[2] for entry in named})))
    return [f"{thing}_id", f"{thing}_{name}", "first_seen_at", "last_seen_at", "names"], rows


def _group(events, column):
    groups = collections.defaultdict(list)
    for event in events:
        key = getattr(event, column)
        if key is not None:
            groups[key].append(event)
    return groups


def _hour_of(event):
    return Time(event.created_at - event.created_at % _HOUR)


def _count(events, *types):
    return sum(event.type in types for event in events)


def _distinct(events, column):
    return len({getattr(event, column) for event in events} - {None})


def _top(rows):
    """Returns the hundred rows with most events, the lower id first where they are equal, after their rank."""
    best = sorted(rows, key=lambda row: (-row[2], row[0]))[:100]
    return [(rank, *row) for rank, row in enumerate(best, start=1)]


TABLES = {
    "raw.events": raw_events,
    "mart.actor_names": actor_names,
    "mart.org_names": org_names,
    "mart.repo_names": repo_names,
    "mart.events": mart_events,
    "mart.hourly_activity": hourly_activity,
    "mart.hourly_pushes": hourly_pushes,
    "mart.top_contributors": top_contributors,
    "mart.top_repositories": top_repositories,
}


# The command.


def parse_hours(text):
    try:
        first, end = (
            datetime.datetime.strptime(part, "%Y-%m-%dT%H").replace(tzinfo=datetime.timezone.utc)
            for part in text.split(".."))
    except ValueError:
        raise argparse.ArgumentTypeError(f"not a range such as 2015-01-01T00..2015-01-01T03: '{text}'") from None
    return first, end


def main(arguments):
    parser = argparse.ArgumentParser(prog="tests/oracle/gharchive.py", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path, metavar="DIR")
    parser.add_argument("--hours", type=parse_hours, required=True, metavar="FIRST..END", help="END is not included")
    parser.add_argument("--table", required=True, choices=[*TABLES, "raw.events__rejects"])
    parser.add_argument("--format", choices=["csv"], default="csv")
    options = parser.parse_args(arguments)
    events, bad = read_events(options.folder, *options.hours)
    if options.table == "raw.events__rejects":
        columns, rows = ["rejects"], [(bad,)]
    else:
        columns, rows = TABLES[options.table](events)
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    write_csv(columns, rows, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
