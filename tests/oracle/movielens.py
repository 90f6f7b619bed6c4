"""What the movielens example must come to, worked out a second time and simply: no DuckDB, no code of the program.

    python3 tests/oracle/movielens.py ARCHIVE --table mart.avg_rating

reads ratings.csv and, where the zip has them, links.csv and movies_metadata.csv, computes the table and prints it as CSV.
Values are written as tests/oracle/gharchive.py says; doubles are the shortest digits that read back as the same, dates
`2015-01-31`, and a list is a JSON array without spaces.

A record is a bad row, and counts for the source's rejects only, when it has not as many fields as the header; when a
required value is missing; or when a value does not fit its column. An empty field is NULL. Averages are sums of halves
divided once, which is exact until the division, so that they can be compared digit by digit.
"""

import argparse
import ast
import collections
import csv
import datetime
import io
import pathlib
import re
import sys
import zipfile

from csv_table import write_answer
from gharchive import Time

_INTEGER = re.compile(r"-?(0|[1-9]\d*)")
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)

Rating = collections.namedtuple("Rating", ["user_id", "movie_id", "rating", "rated_at"])
Link = collections.namedtuple("Link", ["movie_id", "imdb_number", "tmdb_id"])
Film = collections.namedtuple("Film", [
    "tmdb_id", "imdb_id", "title", "original_title", "original_language", "release_date", "runtime", "genres",
    "overview", "popularity", "vote_average", "vote_count"])


class BadRow(Exception):
    """The record cannot be a row under the contract."""


# Files to records.


def bigint(text):
    if not _INTEGER.fullmatch(text) or not -2**63 <= int(text) < 2**63:
        raise BadRow(f"not a bigint: '{text}'")
    return int(text)


def double(text):
    if not _NUMBER.fullmatch(text):
        raise BadRow(f"not a number: '{text}'")
    return float(text)


def epoch_seconds(text):
    return Time(bigint(text) * 1_000_000)


def date(text):
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise BadRow(f"not a date: '{text}'") from None


# For each member of the zip: the row's type; then for each of its columns the name in the file, the type, and whether
# it is required.
_RATINGS = ("ratings.csv", Rating, [
    ("userId", bigint, True), ("movieId", bigint, True), ("rating", double, True), ("timestamp", epoch_seconds, True)])
_LINKS = ("links.csv", Link, [("movieId", bigint, True), ("imdbId", str, False), ("tmdbId", bigint, False)])
_FILMS = ("movies_metadata.csv", Film, [
    ("id", bigint, True), ("imdb_id", str, False), ("title", str, False), ("original_title", str, False),
    ("original_language", str, False), ("release_date", date, False), ("runtime", double, False), ("genres", str, False),
    ("overview", str, False), ("popularity", double, False), ("vote_average", double, False),
    ("vote_count", bigint, False)])


class Archive:
    """The rows of the zip's files, and how many records of each are bad. A file that is not there has no rows."""

    def __init__(self, path):
        self.bad = {}
        with zipfile.ZipFile(path) as archive:
            self.ratings, self.links, self.films = (
                self._read(archive, *what) for what in (_RATINGS, _LINKS, _FILMS))

    def _read(self, archive, name, row_type, columns):
        self.bad[name] = 0
        if name not in archive.namelist():
            return []
        with archive.open(name) as file:
            records = csv.reader(io.TextIOWrapper(file, "utf-8-sig", newline=""), strict=True)
            header = next(records)
            places = [(header.index(column), convert, required) for column, convert, required in columns]
            rows = []
            for record in records:
                if not record:
                    continue
                try:
                    rows.append(row_type(*_values(record, len(header), places)))
                except BadRow:
                    self.bad[name] += 1
            return rows


def _values(record, width, places):
    if len(record) != width:
        raise BadRow(f"{len(record)} fields")
    for place, convert, required in places:
        text = record[place]
        if text == "" and required:
            raise BadRow("missing value")
        yield None if text == "" else convert(text)


# Records to tables. Each function returns the column names and the rows.


def raw_ratings(archive):
    return list(Rating._fields), archive.ratings


def raw_links(archive):
    return list(Link._fields), archive.links


def raw_movies(archive):
    return list(Film._fields), archive.films


def ratings(archive):
    return [*Rating._fields, "rated_year"], [(*row, _moment(row).year) for row in archive.ratings]


def avg_rating(archive):
    return ["user_id", "avg_rating", "ratings"], [
        (user, *_mean(stars)) for user, stars in _stars_by(archive, lambda row: row.user_id).items()]


def year_month_avg_rating(archive):
    groups = _stars_by(archive, lambda row: (_moment(row).year, _moment(row).month))
    return ["year", "month", "avg_rating", "ratings"], [(*month, *_mean(stars)) for month, stars in groups.items()]


def movies(archive):
    films = {}
    for film in archive.films:
        films.setdefault(film.tmdb_id, []).append(film)
    rows = []
    for link in archive.links:
        if link.tmdb_id not in films:
            continue
        film = min(films[link.tmdb_id], key=_latest_first)
        rows.append((
            link.movie_id, film.tmdb_id, film.imdb_id, film.title and film.title.strip(" "),
            film.release_date and film.release_date.year, film.original_language, film.runtime or None, genres_of(film)))
    return ["movie_id", "tmdb_id", "imdb_id", "title", "release_year", "original_language", "runtime", "genres"], rows


def top_movies(archive, least_ratings=20):
    known = {row[0]: row for row in movies(archive)[1]}
    scores = []
    for movie, stars in _stars_by(archive, lambda row: row.movie_id).items():
        if movie in known and len(stars) >= least_ratings:
            mean, count = _mean(stars)
            scores.append((movie, known[movie][3], known[movie][4], mean, count))
    best = sorted(scores, key=lambda row: (-row[3], -row[4], row[0]))[:100]
    return ["rank", "movie_id", "title", "release_year", "avg_rating", "ratings"], [
        (rank, *row) for rank, row in enumerate(best, start=1)]


def genre_ratings(archive):
    stars = _stars_by(archive, lambda row: row.movie_id)
    groups = collections.defaultdict(list)
    rated = collections.Counter()
    for row in movies(archive)[1]:
        for genre in row[-1] if row[0] in stars else []:
            groups[genre] += stars[row[0]]
            rated[genre] += 1
    rows = []
    for genre, own in groups.items():
        mean, count = _mean(own)
        rows.append((genre, rated[genre], count, mean))
    return ["genre", "movies", "ratings", "avg_rating"], rows


def genres_of(film):
    """Reads the Python literal the way Python does, unlike the model."""
    return sorted({genre["name"] for genre in ast.literal_eval(film.genres or "[]")})


def _latest_first(film):
    """Sorts the most voted first, then the most popular; NULL comes last."""
    return tuple(float("inf") if value is None else -value for value in (film.vote_count, film.popularity))


def _moment(row):
    return _EPOCH + datetime.timedelta(microseconds=row.rated_at)


def _stars_by(archive, key):
    groups = collections.defaultdict(list)
    for row in archive.ratings:
        groups[key(row)].append(row.rating)
    return groups


def _mean(stars):
    return sum(stars) / len(stars), len(stars)


TABLES = {
    "raw.ratings": raw_ratings,
    "raw.links": raw_links,
    "raw.movies": raw_movies,
    "mart.ratings": ratings,
    "mart.avg_rating": avg_rating,
    "mart.year_month_avg_rating": year_month_avg_rating,
    "mart.movies": movies,
    "mart.top_movies": top_movies,
    "mart.genre_ratings": genre_ratings,
}
REJECTS = {"raw.ratings": "ratings.csv", "raw.links": "links.csv", "raw.movies": "movies_metadata.csv"}


def write_table(archive, table, out):
    """Writes a table, or how many records a source rejects, as the head of this file says."""
    write_answer(TABLES, REJECTS, archive, table, out)


def main(arguments):
    parser = argparse.ArgumentParser(prog="tests/oracle/movielens.py", description=__doc__.splitlines()[0])
    parser.add_argument("archive", type=pathlib.Path, metavar="ARCHIVE")
    parser.add_argument("--table", required=True, choices=[*TABLES, *(f"{table}__rejects" for table in REJECTS)])
    options = parser.parse_args(arguments)
    archive = Archive(options.archive)
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    write_table(archive, options.table, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
