"""Polars: scan_ndjson with all types given, streamed to one Parquet file."""

import sys

import polars
from columns import COLUMNS, fields_of, files_of

TYPES = {"BIGINT": polars.Int64, "VARCHAR": polars.String, "BOOLEAN": polars.Boolean, "TIMESTAMP": polars.String}


def type_of(field):
    if isinstance(field, str):
        return TYPES[field]
    return polars.Struct({name: type_of(inner) for name, inner in field.items()})


def value_of(name, path, kind):
    value = polars.col(path[0])
    for step in path[1:]:
        value = value.struct.field(step)
    if name == "id":
        value = value.cast(polars.Int64)
    if kind == "TIMESTAMP":
        value = value.str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="us")
    return value.alias(name)


source, output = sys.argv[1:]
schema = {name: type_of(field) for name, field in fields_of(COLUMNS).items()} | {"id": polars.String}
events = polars.scan_ndjson(files_of(source), schema=schema)
events.select(value_of(*column) for column in COLUMNS).sink_parquet(
    f"{output}/events.parquet", compression="zstd", maintain_order=False
)
