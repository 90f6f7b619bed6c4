"""MovieLens's ratings: ours out of the zip, theirs from a file that somebody unpacked before."""

from data import ratings
from row import ROOT, Goal, Row, peer, tidemill

ROW = Row(
    title="26 million ratings to one Parquet file; ours out of the zip, theirs from the unpacked CSV",
    make_input=ratings,
    columns={"user_id": "BIGINT", "movie_id": "BIGINT", "rating": "DOUBLE", "rated_at": "TIMESTAMPTZ"},
    programs=[
        tidemill(
            ROOT / "examples/movielens", "raw.ratings", "raw", "ratings", "--var", "archive={input}/the-movies-dataset.zip"
        ),
        peer("ratings/with_duckdb.py", "duckdb", "duckdb"),
    ],
    goals={"duckdb": Goal(1, 1.5)},
    most_memory=300_000_000,
)
