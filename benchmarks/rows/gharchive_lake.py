"""GH Archive as the example really loads it: all columns, hour by hour, partitioned, checked, committed to Delta."""

from data import gharchive_hours
from peers.gharchive.columns import COLUMNS_WITH_PAYLOAD
from row import ROOT, Goal, Row, peer, tidemill

ROW = Row(
    title="GH Archive, 24 hours, 19 columns; ours partitioned, checked and committed to Delta, theirs a bare COPY",
    make_input=gharchive_hours,
    columns={
        name: "TIMESTAMPTZ" if kind == "TIMESTAMP" else kind for name, _, kind in COLUMNS_WITH_PAYLOAD
    },
    programs=[
        tidemill(
            ROOT / "examples/gharchive",
            "raw.events",
            "raw",
            "events",
            *("--var", "base_url={input}", "--start", "2015-01-01T00", "--end", "2015-01-02T00"),
        ),
        peer("gharchive/with_duckdb.py", "duckdb", "duckdb", "payload"),
    ],
    goals={"duckdb": Goal(1.8, 2.5)},
    most_memory=512_000_000,
)
