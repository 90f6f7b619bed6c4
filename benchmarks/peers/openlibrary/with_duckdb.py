"""DuckDB: read_csv for the five columns, then the JSON column taken apart, to one Parquet file."""

import sys

import duckdb

# One json_transform is faster than a function for each value, since it parses the text once.
SHAPE = """{
  "title": "VARCHAR", "subtitle": "VARCHAR", "first_publish_date": "VARCHAR", "subjects": ["VARCHAR"],
  "authors": [{"author": {"key": "VARCHAR"}}], "description": "JSON", "created": {"value": "TIMESTAMP"}
}"""

source, output = sys.argv[1:]
duckdb.execute("SET preserve_insertion_order = false")
duckdb.execute(f"""
    COPY (
      SELECT
        type, key, record.title, record.subtitle, record.first_publish_date AS first_published, record.subjects,
        list_transform(record.authors, lambda role: role.author.key) AS author_keys,
        CASE json_type(record.description)
          WHEN 'OBJECT' THEN record.description ->> '$.value' ELSE record.description ->> '$'
        END AS description,
        revision, record.created.value AS created, last_modified
      FROM (
        SELECT type, key, revision, last_modified, json_transform(json, '{SHAPE}') AS record
        FROM read_csv('{source}', delim = '\t', quote = '', escape = '', header = false, columns = {{
          type: 'VARCHAR', key: 'VARCHAR', revision: 'INTEGER', last_modified: 'TIMESTAMP', json: 'VARCHAR'}})
      )
    ) TO '{output}/works.parquet' (FORMAT parquet, COMPRESSION zstd)
""")
