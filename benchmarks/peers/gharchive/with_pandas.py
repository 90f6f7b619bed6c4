"""pandas, as the pipeline did that the example replaces: an hour after another through json_normalize, a file each."""

import gzip
import json
import pathlib
import sys

import pandas
from columns import COLUMNS, files_of

TYPES = {"BIGINT": "Int64", "VARCHAR": "string", "BOOLEAN": "boolean"}


def convert(values, kind):
    if kind == "TIMESTAMP":
        return pandas.to_datetime(values, format="ISO8601", utc=True)
    return pandas.to_numeric(values).astype("Int64") if kind == "BIGINT" else values.astype(TYPES[kind])


source, output = sys.argv[1:]
for file in files_of(source):
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    frame = pandas.json_normalize(records, sep="_", max_level=1)
    del records
    frame = pandas.DataFrame({name: convert(frame[name], kind) for name, _, kind in COLUMNS})
    frame.to_parquet(pathlib.Path(output) / (pathlib.Path(file).name + ".parquet"), compression="zstd")
