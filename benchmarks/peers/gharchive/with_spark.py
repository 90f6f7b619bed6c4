"""PySpark on this machine: read.json with all types given, a Parquet file per task."""

import sys

from columns import COLUMNS, fields_of, files_of
from pyspark.sql import SparkSession

TYPES = {"BIGINT": "BIGINT", "VARCHAR": "STRING", "BOOLEAN": "BOOLEAN", "TIMESTAMP": "TIMESTAMP"}


def sql_type(field):
    if isinstance(field, str):
        return TYPES[field]
    return "STRUCT<" + ", ".join(f"{name}: {sql_type(inner)}" for name, inner in field.items()) + ">"


source, output = sys.argv[1:]
spark = (
    SparkSession.builder.master("local[*]")
    .config("spark.driver.memory", "4g")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.session.timeZone", "UTC")
    .config("spark.sql.warehouse.dir", f"{output}/warehouse")
    .getOrCreate()
)
schema = ", ".join(f"{name} {sql_type(field)}" for name, field in (fields_of(COLUMNS) | {"id": "VARCHAR"}).items())
select = [f"CAST({'.'.join(path)} AS {TYPES[kind]}) AS {name}" for name, path, kind in COLUMNS]
events = spark.read.schema(schema).json(files_of(source))
events.selectExpr(*select).write.option("compression", "zstd").parquet(f"{output}/events")
spark.stop()
