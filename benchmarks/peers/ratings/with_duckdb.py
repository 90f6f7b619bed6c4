"""DuckDB: read_csv of the file that was unpacked beforehand, all types given, to one Parquet file."""

import sys

import duckdb

source, output = sys.argv[1:]
duckdb.execute("SET preserve_insertion_order = false")
duckdb.execute(f"""
    COPY (
      SELECT user_id, movie_id, rating, make_timestamp(rated_at * 1000000) AS rated_at
      FROM read_csv('{source}/ratings.csv', delim = ',', quote = '"', header = true, columns = {{
        user_id: 'BIGINT', movie_id: 'BIGINT', rating: 'DOUBLE', rated_at: 'BIGINT'}})
    ) TO '{output}/ratings.parquet' (FORMAT parquet, COMPRESSION zstd)
""")
