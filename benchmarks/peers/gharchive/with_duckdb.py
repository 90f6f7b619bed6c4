"""DuckDB: read_json with all types given, to one Parquet file. `with_duckdb.py INPUT OUTPUT [payload]`."""

import sys

import duckdb
from columns import COLUMNS, COLUMNS_WITH_PAYLOAD, fields_of, files_of


def sql_type(field):
    if isinstance(field, str):
        return field
    return "STRUCT(" + ", ".join(f'"{name}" {sql_type(inner)}' for name, inner in field.items()) + ")"


source, output, *rest = sys.argv[1:]
columns = COLUMNS_WITH_PAYLOAD if rest else COLUMNS
types = ", ".join(f"'{name}': '{sql_type(field)}'" for name, field in fields_of(columns).items())
select = ", ".join(f'{".".join(path)} AS "{name}"' for name, path, _ in columns)
duckdb.execute("SET preserve_insertion_order = false")
duckdb.execute(
    f"COPY (SELECT {select} FROM read_json({files_of(source)}, format = 'newline_delimited', columns = {{{types}}})) "
    f"TO '{output}/events.parquet' (FORMAT parquet, COMPRESSION zstd)"
)
