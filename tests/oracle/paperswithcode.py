"""What the paperswithcode example must come to, worked out a second time and simply: no DuckDB, no code of the program.

    python3 tests/oracle/paperswithcode.py DIR --table mart.papers_tasks

reads papers-with-abstracts.json.gz, links-between-papers-and-code.json.gz and datasets.json.gz in DIR, computes the table
and prints it as CSV. Rows come in no promised order: compare them as multisets (tests/oracle/compare.py).

How values are written: dates as 2018-05-27, lists as JSON without white space, booleans as true and false, integers as
plain digits; how a field is quoted is said in csv_table.py.

A record is a bad one, and counts for the rejects only, when a required value is missing or null, when a text is an
object or a list, when a list is none or holds an object or a list where a text belongs, when a boolean is not true or
false, or when a date is not YYYY-MM-DD. `--today` is the day after which dates lie in the future.
"""

import argparse
import datetime
import gzip
import json
import pathlib
import re
import sys

from csv_table import write_csv

_DATE = re.compile(r"\d{4}-\d\d-\d\d")


class BadRecord(Exception):
    """The record cannot be a row under the contract; the message says why."""


# Values under the contract.


def _text(value):
    if isinstance(value, (dict, list)):
        raise BadRecord(f"not a text: {value!r}")
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def _texts(value):
    if value is not None and not isinstance(value, list):
        raise BadRecord(f"not a list: {value!r}")
    return None if value is None else [_text(element) for element in value]


def _task_names(value):
    """Returns the tasks of a data set, which are objects there."""
    if value is not None and not isinstance(value, list):
        raise BadRecord(f"not a list: {value!r}")
    if value is None:
        return None
    if not all(element is None or isinstance(element, dict) for element in value):
        raise BadRecord(f"not objects: {value!r}")
    return [None if element is None else _text(element.get("task")) for element in value]


def _boolean(value):
    if value in ("true", "false"):
        return value == "true"
    if value is not None and not isinstance(value, bool):
        raise BadRecord(f"not a boolean: {value!r}")
    return value


def _date(value):
    if value is None:
        return None
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise BadRecord(f"not a date: {value!r}")
    try:
        return datetime.date.fromisoformat(value)
    except ValueError as error:
        raise BadRecord(str(error)) from None


# Column, field of the record, conversion. The first column is required; of links the second is too.
CONTRACTS = {
    "raw.papers": ("papers-with-abstracts.json.gz", 1, (
        ("paper_url", "paper_url", _text), ("title", "title", _text), ("authors", "authors", _texts),
        ("tasks", "tasks", _texts), ("proceeding", "proceeding", _text), ("date", "date", _date))),
    "raw.links": ("links-between-papers-and-code.json.gz", 2, (
        ("paper_url", "paper_url", _text), ("repo_url", "repo_url", _text), ("is_official", "is_official", _boolean),
        ("mentioned_in_paper", "mentioned_in_paper", _boolean),
        ("mentioned_in_github", "mentioned_in_github", _boolean), ("framework", "framework", _text))),
    "raw.datasets": ("datasets.json.gz", 1, (
        ("dataset_url", "url", _text), ("name", "name", _text), ("tasks", "tasks", _task_names),
        ("languages", "languages", _texts), ("variants", "variants", _texts),
        ("introduced_date", "introduced_date", _date))),
}


class Delivery:
    """The three files of a folder under their contracts, and what follows from them."""

    def __init__(self, folder, today):
        self.today = today
        self.rows = {}
        self.rejects = {}
        for table, (name, required, columns) in CONTRACTS.items():
            self.rows[table], self.rejects[table] = _read(folder / name, required, columns)

    def raw(self, table):
        return [column for column, _, _ in CONTRACTS[table][2]], [tuple(row.values()) for row in self.rows[table]]

    def papers(self):
        """Returns the cleaned papers by their address."""
        papers = {}
        for row in self._dated("raw.papers", "date"):
            proceeding = row["proceeding"]
            if proceeding is not None:
                while proceeding and not proceeding[-1].isalpha():
                    proceeding = proceeding[:-1]
                proceeding = proceeding.strip() or None
            paper = {**row, "proceeding": proceeding, "authors": clean(row["authors"]), "tasks": clean(row["tasks"])}
            papers.setdefault(row["paper_url"], []).append(paper)
        return {url: _latest(versions, "date", "title", "proceeding", "authors", "tasks") for url, versions in papers.items()}

    def datasets(self):
        """Returns the cleaned data sets by their address."""
        datasets = {}
        for row in self._dated("raw.datasets", "introduced_date"):
            cleaned = {name: clean(row[name]) for name in ("tasks", "languages", "variants")}
            datasets.setdefault(row["dataset_url"], []).append({**row, **cleaned})
        return {url: _latest(versions, "introduced_date", "name", "tasks", "languages", "variants")
                for url, versions in datasets.items()}

    def _dated(self, table, column):
        return [row for row in self.rows[table] if row[column] is not None and row[column] <= self.today]


def clean(names):
    """Returns names in the one spelling, each once, in their order; without those that are nothing."""
    cleaned = [" ".join(word[:1].upper() + word[1:].lower() for word in name.split()) for name in names or [] if name]
    return list(dict.fromkeys(name for name in cleaned if name))


def _latest(versions, date, *others):
    """Returns the version of the latest date; among equal dates the first by the other columns, None behind all else."""
    return min(versions, key=lambda row: (-row[date].toordinal(), *((row[name] is None, row[name] or "") for name in others)))


def _read(path, required, columns):
    if not path.exists():
        return [], 0
    with gzip.open(path, "rt", encoding="utf-8") as file:
        records = json.load(file)
    rows, bad = [], 0
    for record in records:
        try:
            row = {column: convert(record.get(field)) for column, field, convert in columns}
        except BadRecord:
            bad += 1
            continue
        if None in list(row.values())[:required]:
            bad += 1
        else:
            rows.append(row)
    return rows, bad


# The tables.


def raw_papers(delivery):
    return delivery.raw("raw.papers")


def raw_links(delivery):
    return delivery.raw("raw.links")


def raw_datasets(delivery):
    return delivery.raw("raw.datasets")


def clean_papers(delivery):
    columns = ["paper_url", "title", "proceeding", "date", "authors", "tasks"]
    return columns, [tuple(paper[name] for name in columns) for paper in delivery.papers().values()]


def clean_datasets(delivery):
    columns = ["dataset_url", "name", "introduced_date", "tasks", "languages", "variants"]
    return columns, [tuple(dataset[name] for name in columns) for dataset in delivery.datasets().values()]


def papers_tasks(delivery):
    return ["paper_url", "title", "task", "date"], [
        (url, paper["title"], task, paper["date"]) for url, paper in delivery.papers().items() for task in paper["tasks"]]


def papers_proceedings(delivery):
    return ["paper_url", "title", "proceeding", "date"], [
        (url, paper["title"], paper["proceeding"], paper["date"])
        for url, paper in delivery.papers().items() if paper["proceeding"]]


def papers_frameworks(delivery):
    papers = delivery.papers()
    implementations = {}
    for link in delivery.rows["raw.links"]:
        if link["paper_url"] in papers and link["framework"] not in (None, "none"):
            repositories = implementations.setdefault((link["paper_url"], link["framework"]), {})
            repositories[link["repo_url"]] = repositories.get(link["repo_url"], False) or bool(link["is_official"])
    rows = []
    for (url, framework), repositories in implementations.items():
        official = sum(repositories.values())
        rows.append((url, papers[url]["title"], framework, papers[url]["date"], official > 0, len(repositories), official))
    return ["paper_url", "title", "framework", "date", "is_official", "repositories", "official_repositories"], rows


def datasets_tasks(delivery):
    return ["dataset_url", "name", "task", "date"], _each_of(delivery, "tasks")


def datasets_languages(delivery):
    return ["dataset_url", "name", "language", "date"], _each_of(delivery, "languages")


def _each_of(delivery, column):
    return [(url, dataset["name"], value, dataset["introduced_date"])
            for url, dataset in delivery.datasets().items() for value in dataset[column]]


TABLES = {
    "raw.papers": raw_papers,
    "raw.links": raw_links,
    "raw.datasets": raw_datasets,
    "clean.papers": clean_papers,
    "clean.datasets": clean_datasets,
    "mart.papers_tasks": papers_tasks,
    "mart.papers_proceedings": papers_proceedings,
    "mart.papers_frameworks": papers_frameworks,
    "mart.datasets_tasks": datasets_tasks,
    "mart.datasets_languages": datasets_languages,
}
REJECTS = [f"{table}__rejects" for table in CONTRACTS]


def write_table(delivery, table, out):
    """Writes one of TABLES, or the number of rejects of a source, to a text file."""
    if table in REJECTS:
        columns, rows = ["rejects"], [(delivery.rejects[table.removesuffix("__rejects")],)]
    else:
        columns, rows = TABLES[table](delivery)
    write_csv(columns, (tuple(map(_printable, row)) for row in rows), out)


def _printable(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if isinstance(value, list) else value


def main(arguments):
    parser = argparse.ArgumentParser(prog="tests/oracle/paperswithcode.py", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path, metavar="DIR")
    parser.add_argument("--table", required=True, choices=[*TABLES, *REJECTS])
    parser.add_argument("--today", type=datetime.date.fromisoformat, default=datetime.date.today(), metavar="DATE")
    options = parser.parse_args(arguments)
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    write_table(Delivery(options.folder, options.today), options.table, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
