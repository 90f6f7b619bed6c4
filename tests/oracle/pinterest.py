"""What the pinterest example must come to, worked out a second time and simply: no DuckDB, no code of the program.

    python3 tests/oracle/pinterest.py DIR --table mart.top_poster_by_country

reads DIR/topics/*.pin, *.geo and *.user (partition=*/*.json: one JSON value a line, or an array of messages whose value
stands below `value`), computes the table and prints it as CSV. Rows come in no promised order: compare them as multisets
(tests/oracle/compare.py).

How values are written: times as 2018-05-27T13:34:16Z, lists as JSON without white space, integers and medians as plain
digits, with a fraction only where there is one; how a field is quoted is said in csv_table.py.

A message is a bad one, and counts for the rejects only, when a value that makes it a pin, a geo or a user is missing or
null (so a stray from another topic is bad), or when a number or time is none.
"""

import argparse
import collections
import datetime
import json
import pathlib
import re
import statistics
import sys

from csv_table import write_csv

SENTINELS = {
    "User Info Error", "No Title Data Available", "No description available Story format", "Image src error.",
    "N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e",
}
AGE_GROUPS = (("18-24", 18, 24), ("25-35", 25, 35), ("36-50", 36, 50), ("+50", 51, 1_000))
_UNITS = {"k": 1_000, "m": 1_000_000}
_INTEGER = re.compile(r"-?\d+")
_FOLLOWERS = re.compile(r"(\d+(?:\.\d+)?)([km]?)", re.IGNORECASE)


class BadMessage(Exception):
    """The message cannot be a row under the contract; the text says why."""


# Values under the contract.


def _text(value):
    if isinstance(value, (dict, list)):
        raise BadMessage(f"not a text: {value!r}")
    return None if value is None else str(value)


def _integer(value):
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        return int(value)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise BadMessage(f"not a whole number: {value!r}")
    return value


def _number(value):
    try:
        return None if value is None else float(value)
    except (TypeError, ValueError):
        raise BadMessage(f"not a number: {value!r}") from None


def _time(value):
    try:
        return None if value is None else datetime.datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise BadMessage(f"not a time: {value!r}") from None


# Column, conversion, whether it makes the message what it is.
CONTRACTS = {
    "pin": (
        ("index", _integer, True), ("unique_id", _text, True), ("title", _text, False), ("description", _text, False),
        ("poster_name", _text, False), ("follower_count", _text, False), ("tag_list", _text, False),
        ("is_image_or_video", _text, False), ("image_src", _text, False), ("downloaded", _integer, False),
        ("save_location", _text, False), ("category", _text, False)),
    "geo": (
        ("ind", _integer, True), ("timestamp", _time, True), ("latitude", _number, True),
        ("longitude", _number, True), ("country", _text, False)),
    "user": (
        ("ind", _integer, True), ("first_name", _text, True), ("last_name", _text, True), ("age", _integer, False),
        ("date_joined", _time, True)),
}


class Capture:
    """The captured topics of a folder under their contracts, and what follows from them."""

    def __init__(self, folder):
        self.rows = {}
        self.rejects = {}
        for topic, columns in CONTRACTS.items():
            self.rows[topic], self.rejects[topic] = _read(folder, topic, columns)

    def pins(self):
        pins = set()
        for row in self.rows["pin"]:
            texts = {name: None if value in SENTINELS else value for name, value in row.items()}
            folder = texts["save_location"]
            pins.add(Pin(
                texts["index"], texts["unique_id"], texts["title"], texts["description"],
                followers(texts["follower_count"]), texts["poster_name"], texts["tag_list"], texts["is_image_or_video"],
                texts["image_src"], None if folder is None else folder.removeprefix("Local save in "), texts["category"]))
        return pins

    def geos(self):
        return {Geo(row["ind"], row["country"], (row["latitude"], row["longitude"]), row["timestamp"])
                for row in self.rows["geo"]}

    def users(self):
        return {User(row["ind"], f"{row['first_name']} {row['last_name']}", row["age"], row["date_joined"])
                for row in self.rows["user"]}

    def pins_with_geo(self):
        return _joined(self.pins(), self.geos())

    def pins_with_user(self):
        return _joined(self.pins(), self.users())


Pin = collections.namedtuple(
    "Pin", "ind unique_id title description follower_count poster_name tag_list is_image_or_video image_src save_location "
    "category")
Geo = collections.namedtuple("Geo", "ind country coordinates timestamp")
User = collections.namedtuple("User", "ind user_name age date_joined")


def followers(text):
    """Returns 83000 for 83k, and None for what is no count."""
    match = _FOLLOWERS.fullmatch(text or "")
    return None if match is None else int(round(float(match[1]) * _UNITS.get(match[2].lower(), 1)))


def age_group(age):
    """Returns the name of the group, None below 18 and where the age is not known."""
    return next((name for name, least, most in AGE_GROUPS if age is not None and least <= age <= most), None)


def _joined(pins, others):
    by_ind = collections.defaultdict(list)
    for other in others:
        by_ind[other.ind].append(other)
    return [(pin, other) for pin in pins for other in by_ind[pin.ind]]


def _read(folder, topic, columns):
    rows, bad = [], 0
    for path in sorted(folder.glob(f"topics/*.{topic}/partition=*/*.json")):
        for message in _messages(path.read_text(encoding="utf-8")):
            try:
                row = {name: convert(message.get(name)) for name, convert, _ in columns}
            except BadMessage:
                bad += 1
                continue
            if any(row[name] is None for name, _, required in columns if required):
                bad += 1
            else:
                rows.append(row)
    return rows, bad


def _messages(text):
    if text.lstrip().startswith("["):
        return [message["value"] for message in json.loads(text)]
    return [json.loads(line) for line in text.split("\n") if line.strip()]


# The tables.


def _raw(topic):
    def table(capture):
        return [name for name, _, _ in CONTRACTS[topic]], [tuple(row.values()) for row in capture.rows[topic]]
    return table


def clean_pin(capture):
    return Pin._fields, capture.pins()


def clean_geo(capture):
    return Geo._fields, [geo._replace(coordinates=list(geo.coordinates)) for geo in capture.geos()]


def clean_user(capture):
    return User._fields, capture.users()


def popular_category_by_country(capture):
    return _most_popular("country", ((geo.country, pin.category) for pin, geo in capture.pins_with_geo()))


def popular_category_by_year(capture):
    return _most_popular("post_year", ((geo.timestamp.year, pin.category) for pin, geo in capture.pins_with_geo()))


def popular_category_by_age_group(capture):
    return _most_popular("age_group", ((age_group(user.age), pin.category) for pin, user in capture.pins_with_user()))


def top_poster_by_country(capture):
    best = collections.defaultdict(dict)
    for pin, geo in capture.pins_with_geo():
        if None not in (geo.country, pin.poster_name, pin.follower_count):
            known = best[geo.country].get(pin.poster_name, 0)
            best[geo.country][pin.poster_name] = max(known, pin.follower_count)
    return ["country", "poster_name", "follower_count"], [
        (country, poster, count)
        for country, posters in best.items() for poster, count in posters.items() if count == max(posters.values())]


def country_of_most_followed(capture):
    columns, rows = top_poster_by_country(capture)
    return columns, [row for row in rows if row[2] == max(other[2] for other in rows)]


def users_joined_by_year(capture):
    users = collections.defaultdict(set)
    for user in capture.users():
        users[user.date_joined.year].add(user.ind)
    return ["joining_year", "users"], [(year, len(inds)) for year, inds in users.items() if 2015 <= year <= 2020]


def median_followers_by_age_group(capture):
    return _medians(["age_group"], (((age_group(user.age),), pin) for pin, user in capture.pins_with_user()))


def median_followers_by_joining_year(capture):
    return _medians(["joining_year"], (((user.date_joined.year,), pin) for pin, user in capture.pins_with_user()))


def median_followers_by_joining_year_and_age_group(capture):
    return _medians(["joining_year", "age_group"], (
        ((user.date_joined.year, age_group(user.age)), pin) for pin, user in capture.pins_with_user()))


def median_followers_by_posting_year_and_age_group(capture):
    years = collections.defaultdict(list)
    for geo in capture.geos():
        years[geo.ind].append(geo.timestamp.year)
    return _medians(["post_year", "age_group"], (
        ((year, age_group(user.age)), pin) for pin, user in capture.pins_with_user() for year in years[pin.ind]))


def _most_popular(key, pairs):
    counts = collections.defaultdict(collections.Counter)
    for group, category in pairs:
        if group is not None and category is not None:
            counts[group][category] += 1
    return [key, "category", "category_count"], [
        (group, category, count)
        for group, categories in counts.items() for category, count in categories.items()
        if count == max(categories.values())]


def _medians(keys, groups_and_pins):
    counts = collections.defaultdict(list)
    for group, pin in groups_and_pins:
        if None not in group and pin.follower_count is not None:
            counts[group].append(pin.follower_count)
    return [*keys, "median_follower_count", "posts"], [
        (*group, float(statistics.median(values)), len(values)) for group, values in counts.items()]


TABLES = {
    "raw.pin": _raw("pin"),
    "raw.geo": _raw("geo"),
    "raw.user": _raw("user"),
    "clean.pin": clean_pin,
    "clean.geo": clean_geo,
    "clean.user": clean_user,
    "mart.popular_category_by_country": popular_category_by_country,
    "mart.popular_category_by_year": popular_category_by_year,
    "mart.popular_category_by_age_group": popular_category_by_age_group,
    "mart.top_poster_by_country": top_poster_by_country,
    "mart.country_of_most_followed": country_of_most_followed,
    "mart.users_joined_by_year": users_joined_by_year,
    "mart.median_followers_by_age_group": median_followers_by_age_group,
    "mart.median_followers_by_joining_year": median_followers_by_joining_year,
    "mart.median_followers_by_joining_year_and_age_group": median_followers_by_joining_year_and_age_group,
    "mart.median_followers_by_posting_year_and_age_group": median_followers_by_posting_year_and_age_group,
}
REJECTS = [f"raw.{topic}__rejects" for topic in CONTRACTS]


def write_table(capture, table, out):
    """Writes one of TABLES, or the number of rejects of a topic, to a text file."""
    if table in REJECTS:
        columns, rows = ["rejects"], [(capture.rejects[table.removeprefix("raw.").removesuffix("__rejects")],)]
    else:
        columns, rows = TABLES[table](capture)
    write_csv(columns, (tuple(map(_printable, row)) for row in rows), out)


def _printable(value):
    if isinstance(value, list):
        return json.dumps(value, separators=(",", ":"))
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime.datetime) else value


def main(arguments):
    parser = argparse.ArgumentParser(prog="tests/oracle/pinterest.py", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path, metavar="DIR")
    parser.add_argument("--table", required=True, choices=[*TABLES, *REJECTS])
    options = parser.parse_args(arguments)
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    write_table(Capture(options.folder), options.table, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
