"""One large gzip file, which only one thread can inflate."""

from data import gharchive_one_gzip
from row import Goal, Row, tidemill
from rows.gharchive_columns import PEERS, PROJECT, TYPES

ROW = Row(
    title="GH Archive, the same in a single gzip file",
    make_input=gharchive_one_gzip,
    columns=TYPES,
    programs=[tidemill(PROJECT, "raw.events", "raw", "events", "--var", "files={input}"), *PEERS],
    goals={"duckdb": Goal(2.2, 3), "clickhouse": Goal(1.9), "polars": Goal(1.9)},
    most_memory=300_000_000,
)
