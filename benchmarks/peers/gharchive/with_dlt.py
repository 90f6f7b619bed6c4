"""dlt: a resource of flat records with all types given, loaded as Parquet into a folder."""

import gzip
import json
import sys
import tempfile

import dlt
from columns import COLUMNS, files_of

TYPES = {"BIGINT": "bigint", "VARCHAR": "text", "BOOLEAN": "bool", "TIMESTAMP": "timestamp"}

source, output = sys.argv[1:]


@dlt.resource(name="events", columns={name: {"data_type": TYPES[kind], "nullable": True} for name, _, kind in COLUMNS})
def events():
    for file in files_of(source):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            yield [flat(json.loads(line)) for line in lines]


def flat(record):
    row = {}
    for name, path, _ in COLUMNS:
        value = record
        for step in path:
            value = value.get(step) if value is not None else None
        row[name] = value
    row["id"] = int(row["id"])
    return row


dlt.config["data_writer.compression"] = "zstd"
with tempfile.TemporaryDirectory() as state:
    pipeline = dlt.pipeline(
        "benchmark",
        pipelines_dir=state,
        dataset_name="raw",
        destination=dlt.destinations.filesystem(f"file://{output}"),
    )
    pipeline.run(events(), loader_file_format="parquet")
