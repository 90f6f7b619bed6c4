"""ClickHouse in this process (chdb): JSONEachRow, which reads arrays too, to one Parquet file."""

import sys

import chdb

STRUCTURE = (
    "paper_url Nullable(String), title Nullable(String), authors Array(Nullable(String)), "
    "tasks Array(Nullable(String)), proceeding Nullable(String), date Nullable(Date32)"
)

source, output = sys.argv[1:]
chdb.query(
    f"INSERT INTO FUNCTION file('{output}/papers.parquet', Parquet) "
    f"SELECT * FROM file('{source}', JSONEachRow, '{STRUCTURE}') "
    "SETTINGS input_format_skip_unknown_fields = 1, "
    "output_format_parquet_compression_method = 'zstd', output_format_parquet_string_as_string = 1"
)
