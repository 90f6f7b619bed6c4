"""What the openlibrary example must come to, worked out a second time and simply: no DuckDB, no code of the program.

    python3 tests/oracle/openlibrary.py DIR --table mart.dim_work

reads the dumps `ol_dump_NAME_latest.txt.gz` that DIR has, computes the table and prints it as CSV. Values are written as
tests/oracle/gharchive.py says; doubles are the shortest digits that read back as the same, dates `2015-01-31`, and a list
is a JSON array without spaces.

A line is a bad row, and counts for the source's rejects only, when it has not exactly the dump's number of tab-separated
fields, when its JSON is broken, when a required value is missing or empty, or when a value does not fit its column.
"""

import argparse
import collections
import datetime
import gzip
import hashlib
import json
import pathlib
import re
import sys

from csv_table import write_answer
from gharchive import Time

_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?")
_INTEGER = re.compile(r"-?(0|[1-9]\d*)")
_EPOCH = datetime.datetime(1970, 1, 1)

Author = collections.namedtuple("Author", [
    "type", "key", "name", "birth_date", "death_date", "entity_type", "bio", "revision", "created", "last_modified"])
Work = collections.namedtuple("Work", [
    "type", "key", "title", "subtitle", "first_published", "subjects", "author_keys", "description", "revision",
    "created", "last_modified"])
Edition = collections.namedtuple("Edition", [
    "type", "key", "title", "work_keys", "author_keys", "language_keys", "publishers", "publish_date", "number_of_pages",
    "isbn_13", "notes", "revision", "created", "last_modified"])
Rating = collections.namedtuple("Rating", ["work_key", "edition_key", "rating", "rated_on"])
Shelved = collections.namedtuple("Shelved", ["work_key", "edition_key", "shelf", "shelved_on"])


class BadRow(Exception):
    """The line cannot be a row under the contract."""


# Lines to records.


def author(fields):
    record = _Record(fields)
    return Author(
        record.type, record.key, record.text("name"), record.text("birth_date"), record.text("death_date"),
        record.text("entity_type"), record.long_text("bio"), record.revision, record.created, record.last_modified)


def work(fields):
    record = _Record(fields)
    return Work(
        record.type, record.key, record.text("title"), record.text("subtitle"), record.text("first_publish_date"),
        record.texts("subjects"), record.keys("authors", "author"), record.long_text("description"), record.revision,
        record.created, record.last_modified)


def edition(fields):
    record = _Record(fields)
    pages = record.json.get("number_of_pages")
    if pages is not None and (isinstance(pages, bool) or not isinstance(pages, int)):
        raise BadRow(f"not a bigint: '{pages}'")
    return Edition(
        record.type, record.key, record.text("title"), record.keys("works"), record.keys("authors"),
        record.keys("languages"), record.texts("publishers"), record.text("publish_date"), pages,
        record.texts("isbn_13"), record.long_text("notes"), record.revision, record.created, record.last_modified)


def rating(fields):
    work_key, edition_key, stars, day = _exactly(4, fields)
    return Rating(_required(work_key), edition_key or None, _integer(_required(stars)), _date(_required(day)))


def shelved(fields):
    work_key, edition_key, shelf, day = _exactly(4, fields)
    return Shelved(_required(work_key), edition_key or None, _required(shelf), _date(_required(day)))


class _Record:
    """The five fields of a line, and what its JSON says."""

    def __init__(self, fields):
        self.type, self.key, revision, modified, text = _exactly(5, fields)
        _required(self.type)
        _required(self.key)
        self.revision = _integer(_required(revision))
        self.last_modified = _time(_required(modified))
        try:
            self.json = json.loads(text)
        except json.JSONDecodeError as error:
            raise BadRow(f"not JSON: {error}") from None
        if not isinstance(self.json, dict):
            raise BadRow("not an object")
        created = self.json.get("created")
        self.created = _time(created["value"]) if created else None

    def text(self, name):
        value = self.json.get(name)
        if value is not None and not isinstance(value, str):
            raise BadRow(f"not a text: '{value}'")
        return value

    def long_text(self, name):
        """Returns what is either a text or an object with the text as its value."""
        value = self.json.get(name)
        return value["value"] if isinstance(value, dict) else self.text(name)

    def texts(self, name):
        values = self.json.get(name)
        if values is not None and not all(value is None or isinstance(value, str) for value in values):
            raise BadRow(f"not texts: '{values}'")
        return values

    def keys(self, name, inner=None):
        """Returns the keys of the objects in a list, or of an object within each; None where there is no such object."""
        objects = self.json.get(name)
        if objects is None:
            return None
        return [((thing.get(inner) or {}) if inner else thing).get("key") for thing in objects]


def _exactly(count, fields):
    if len(fields) != count:
        raise BadRow(f"{len(fields)} fields")
    return fields


def _required(text):
    if text == "":
        raise BadRow("missing value")
    return text


def _integer(text):
    if not _INTEGER.fullmatch(text) or not -2**31 <= int(text) < 2**31:
        raise BadRow(f"not an integer: '{text}'")
    return int(text)


def _date(text):
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise BadRow(f"not a date: '{text}'") from None


def _time(text):
    match = _TIME.fullmatch(text)
    if not match:
        raise BadRow(f"not a time: '{text}'")
    seconds = (datetime.datetime.fromisoformat(match[1]) - _EPOCH) // datetime.timedelta(seconds=1)
    return Time(seconds * 1_000_000 + int((match[2] or "0")[:6].ljust(6, "0")))


_DUMPS = {"authors": author, "works": work, "editions": edition, "ratings": rating, "reading-log": shelved}


class Dumps:
    """The rows of each dump and how many of its lines are bad. A dump that is not there has no rows."""

    def __init__(self, folder):
        self.rows = {}
        self.bad = {}
        for name, convert in _DUMPS.items():
            self.rows[name] = []
            self.bad[name] = 0
            path = folder / f"ol_dump_{name}_latest.txt.gz"
            if path.exists():
                self._read(path, name, convert)
        self.authors = _latest(self.rows["authors"], "/type/author", "A")
        self.works = _latest(self.rows["works"], "/type/work", "W")
        self.editions = _latest(self.rows["editions"], "/type/edition", "M")

    def _read(self, path, name, convert):
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as file:
            for line in file:
                try:
                    self.rows[name].append(convert(line.rstrip("\r\n").split("\t")))
                except BadRow:
                    self.bad[name] += 1


def _latest(rows, kind, letter):
    """Returns the records of one kind whose keys are of that kind, of several with one key the latest revision."""
    latest = {}
    for row in rows:
        if row.type == kind and re.search(rf"OL\d+{letter}$", row.key):
            other = latest.setdefault(row.key, row)
            if (row.revision, row.last_modified) > (other.revision, other.last_modified):
                latest[row.key] = row
    return list(latest.values())


# Records to tables. Each function returns the column names and the rows.


def _raw(name, row_type):
    return lambda dumps: (list(row_type._fields), dumps.rows[name])


def dim_author(dumps):
    columns = ["author_id", "author_key", "name", "birth_date", "birth_year", "death_date", "death_year", "entity_type",
               "revision", "last_modified"]
    return columns, [
        (number(row.key), row.key, row.name, _stripped(row.birth_date), year_in(row.birth_date),
         _stripped(row.death_date), year_in(row.death_date), row.entity_type, row.revision, row.last_modified)
        for row in dumps.authors]


def dim_work(dumps):
    columns = ["work_id", "work_key", "title", "subtitle", "first_published", "first_published_year", "authors",
               "subjects", "revision", "created", "last_modified"]
    return columns, [
        (number(row.key), row.key, row.title, row.subtitle, _stripped(row.first_published),
         year_in(row.first_published), len(_authors_of(row)), len(_subjects_of(row)), row.revision, row.created,
         row.last_modified)
        for row in dumps.works]


def dim_edition(dumps):
    columns = ["edition_id", "edition_key", "work_id", "title", "publisher", "publish_date", "publish_year", "language",
               "number_of_pages", "revision", "last_modified"]
    return columns, [
        (number(row.key), row.key, number(_first(row.work_keys)), row.title, _first(row.publishers),
         _stripped(row.publish_date), year_in(row.publish_date), _language(_first(row.language_keys)),
         row.number_of_pages, row.revision, row.last_modified)
        for row in dumps.editions]


def work_authors(dumps):
    return ["work_id", "author_id"], [
        (number(row.key), number(key)) for row in dumps.works for key in _authors_of(row)]


def work_subjects(dumps):
    return ["work_id", "subject_id", "subject"], [
        (number(row.key), subject_id(subject), subject) for row in dumps.works for subject in _subjects_of(row)]


def dim_subject(dumps):
    works = collections.Counter(subject for row in dumps.works for subject in _subjects_of(row))
    return ["subject_id", "subject", "works"], [(subject_id(subject), subject, count) for subject, count in works.items()]


def fct_ratings(dumps):
    return ["work_id", "work_key", "edition_id", "edition_key", "rating", "rated_on"], [
        (number(row.work_key), row.work_key, number(row.edition_key), row.edition_key, row.rating, row.rated_on)
        for row in dumps.rows["ratings"]]


def fct_shelves(dumps):
    columns = ["work_id", "work_key", "edition_id", "edition_key", "shelf", "shelved_on", "shelved_year"]
    return columns, [
        (number(row.work_key), row.work_key, number(row.edition_key), row.edition_key, row.shelf, row.shelved_on,
         row.shelved_on.year)
        for row in dumps.rows["reading-log"]]


def subject_ratings(dumps):
    stars = collections.defaultdict(list)
    for row in dumps.rows["ratings"]:
        stars[row.work_key].append(row.rating)
    groups = collections.defaultdict(list)
    works = collections.Counter()
    for row in dumps.works:
        for subject in _subjects_of(row) if row.key in stars else ():
            groups[subject] += stars[row.key]
            works[subject] += 1
    return ["subject_id", "subject", "works", "ratings", "avg_rating"], [
        (subject_id(subject), subject, works[subject], len(own), sum(own) / len(own)) for subject, own in groups.items()]


def most_read_authors(dumps):
    names = {row.key: row.name for row in dumps.authors}
    authors = {row.key: _authors_of(row) for row in dumps.works}
    shelves = collections.defaultdict(collections.Counter)
    works = collections.defaultdict(set)
    for row in dumps.rows["reading-log"]:
        for key in authors.get(row.work_key, ()):
            shelves[key][row.shelf] += 1
            works[key].add(row.work_key)
    rows = [(number(key), names.get(key), own["Already Read"], own["Currently Reading"], own["Want to Read"], len(works[key]))
            for key, own in shelves.items() if own["Already Read"]]
    best = sorted(rows, key=lambda row: (-row[2], row[0]))[:100]
    return ["rank", "author_id", "name", "already_read", "currently_reading", "want_to_read", "works"], [
        (rank, *row) for rank, row in enumerate(best, start=1)]


def works_per_decade(dumps):
    years = [year_in(row.first_published) for row in dumps.works]
    return ["decade", "works"], list(collections.Counter(year and year // 10 * 10 for year in years).items())


def number(key):
    """Returns the number within a key such as /works/OL45804W."""
    return None if key is None else int(re.search(r"OL(\d+)[AMW]$", key)[1])


def subject_id(subject):
    return int(hashlib.md5(subject.encode()).hexdigest()[:15], 16)


def year_in(text):
    """Returns the first number of exactly four digits from 1000 to 2099, by looking at each number in turn."""
    for digits in re.findall(r"[0-9]+", text or ""):
        if len(digits) == 4 and 1000 <= int(digits) <= 2099:
            return int(digits)
    return None


def _authors_of(row):
    return {key for key in row.author_keys or () if key is not None}


def _subjects_of(row):
    return {subject.strip(" ") for subject in row.subjects or () if subject is not None} - {""}


def _stripped(text):
    return (text or "").strip(" ") or None


def _first(values):
    return values[0] if values else None


def _language(key):
    return key and key.removeprefix("/languages/")


TABLES = {
    "raw.authors": _raw("authors", Author),
    "raw.works": _raw("works", Work),
    "raw.editions": _raw("editions", Edition),
    "raw.ratings": _raw("ratings", Rating),
    "raw.reading_log": _raw("reading-log", Shelved),
    "mart.dim_author": dim_author,
    "mart.dim_work": dim_work,
    "mart.dim_edition": dim_edition,
    "mart.work_authors": work_authors,
    "mart.work_subjects": work_subjects,
    "mart.dim_subject": dim_subject,
    "mart.fct_ratings": fct_ratings,
    "mart.fct_shelves": fct_shelves,
    "mart.subject_ratings": subject_ratings,
    "mart.most_read_authors": most_read_authors,
    "mart.works_per_decade": works_per_decade,
}
REJECTS = {
    "raw.authors": "authors", "raw.works": "works", "raw.editions": "editions", "raw.ratings": "ratings",
    "raw.reading_log": "reading-log"}


def write_table(dumps, table, out):
    """Writes a table, or how many records a source rejects, as the head of this file says."""
    write_answer(TABLES, REJECTS, dumps, table, out)


def main(arguments):
    parser = argparse.ArgumentParser(prog="tests/oracle/openlibrary.py", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path, metavar="DIR")
    parser.add_argument("--table", required=True, choices=[*TABLES, *(f"{table}__rejects" for table in REJECTS)])
    options = parser.parse_args(arguments)
    dumps = Dumps(options.folder)
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    write_table(dumps, options.table, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
