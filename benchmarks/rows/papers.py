"""Papers with Code's papers: one array of a gigabyte."""

from data import papers
from row import BENCHMARKS, Goal, Row, peer, tidemill

ROW = Row(
    title="One gzipped JSON array of papers, six columns without the abstract, to one Parquet file",
    make_input=papers,
    columns={
        "paper_url": "VARCHAR",
        "title": "VARCHAR",
        "authors": "VARCHAR[]",
        "tasks": "VARCHAR[]",
        "proceeding": "VARCHAR",
        "date": "DATE",
    },
    programs=[
        tidemill(BENCHMARKS / "projects/papers", "raw.papers", "raw", "papers", "--var", "dump={input}"),
        peer("papers/with_duckdb.py", "duckdb", "duckdb"),
        peer("papers/with_clickhouse.py", "clickhouse", "chdb"),
    ],
    goals={"duckdb": Goal(2, 4)},
    most_memory=300_000_000,
)
