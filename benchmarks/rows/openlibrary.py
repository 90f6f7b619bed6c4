"""Open Library's works dump: tab-separated columns, the last of them JSON."""

from data import openlibrary_works
from row import BENCHMARKS, Goal, Row, peer, tidemill

ROW = Row(
    title="Open Library works dump, TSV with a JSON column, to one Parquet file",
    make_input=openlibrary_works,
    columns={
        "type": "VARCHAR",
        "key": "VARCHAR",
        "title": "VARCHAR",
        "subtitle": "VARCHAR",
        "first_published": "VARCHAR",
        "subjects": "VARCHAR[]",
        "author_keys": "VARCHAR[]",
        "description": "VARCHAR",
        "revision": "INTEGER",
        "created": "TIMESTAMPTZ",
        "last_modified": "TIMESTAMPTZ",
    },
    programs=[
        tidemill(BENCHMARKS / "projects/openlibrary_works", "raw.works", "raw", "works", "--var", "dump={input}"),
        peer("openlibrary/with_duckdb.py", "duckdb", "duckdb"),
    ],
    goals={"duckdb": Goal(2.5, 4)},
    most_memory=300_000_000,
)
