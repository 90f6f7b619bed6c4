"""GH Archive without payloads: what reading JSON costs where little of it is kept."""

from data import gharchive_hours
from peers.gharchive.columns import COLUMNS
from row import BENCHMARKS, Goal, Row, peer, tidemill

PROJECT = BENCHMARKS / "projects/gharchive_columns"
# DuckDB's TIMESTAMP would be compared by the zone of the session.
TYPES = {name: "TIMESTAMPTZ" if kind == "TIMESTAMP" else kind for name, _, kind in COLUMNS}
PEERS = [
    peer("gharchive/with_duckdb.py", "duckdb", "duckdb"),
    peer("gharchive/with_clickhouse.py", "clickhouse", "chdb"),
    peer("gharchive/with_polars.py", "polars", "polars"),
]

ROW = Row(
    title="GH Archive, 24 hours, 17 columns without payload, to one Parquet file",
    make_input=gharchive_hours,
    columns=TYPES,
    programs=[
        tidemill(PROJECT, "raw.events", "raw", "events", "--var", "files={input}/*.json.gz"),
        *PEERS,
        peer("gharchive/with_spark.py", "pyspark", "pyspark"),
        peer("gharchive/with_pandas.py", "pandas", "pandas"),
        peer("gharchive/with_dlt.py", "dlt", "dlt"),
    ],
    goals={
        "duckdb": Goal(2.3, 3),
        "clickhouse": Goal(1.7, 2.1),
        "polars": Goal(2.5, 3.3),
        "dlt": Goal(30),
        "pandas": Goal(20),
    },
    most_memory=300_000_000,
)
