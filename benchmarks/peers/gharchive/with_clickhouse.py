"""ClickHouse in this process (chdb): JSONEachRow with all types given, to one Parquet file."""

import sys

import chdb
from columns import COLUMNS, fields_of

TYPES = {"BIGINT": "Int64", "VARCHAR": "String", "BOOLEAN": "Bool", "TIMESTAMP": "DateTime64(6, 'UTC')"}


def type_of(field):
    if isinstance(field, str):
        return f"Nullable({TYPES[field]})"
    return "Tuple(" + ", ".join(f"{name} {type_of(inner)}" for name, inner in field.items()) + ")"


source, output = sys.argv[1:]
files = source if source.endswith(".gz") else f"{source}/*.gz"
structure = ", ".join(f"{name} {type_of(field)}" for name, field in fields_of(COLUMNS).items()).replace("'", "\\'")
select = ", ".join(f"{'.'.join(path)} AS {name}" for name, path, _ in COLUMNS)
chdb.query(
    f"INSERT INTO FUNCTION file('{output}/events.parquet', Parquet) "
    f"SELECT {select} FROM file('{files}', JSONEachRow, '{structure}') "
    "SETTINGS date_time_input_format = 'best_effort', input_format_skip_unknown_fields = 1, "
    "output_format_parquet_compression_method = 'zstd', output_format_parquet_string_as_string = 1"
)
