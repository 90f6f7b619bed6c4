"""DuckDB: read_json of an array with all types given, to one Parquet file."""

import sys

import duckdb

COLUMNS = {
    "paper_url": "VARCHAR",
    "title": "VARCHAR",
    "authors": "VARCHAR[]",
    "tasks": "VARCHAR[]",
    "proceeding": "VARCHAR",
    "date": "DATE",
}

source, output = sys.argv[1:]
duckdb.execute("SET preserve_insertion_order = false")
duckdb.execute(
    f"COPY (SELECT * FROM read_json('{source}', format = 'array', columns = {COLUMNS})) "
    f"TO '{output}/papers.parquet' (FORMAT parquet, COMPRESSION zstd)"
)
