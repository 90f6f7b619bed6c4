"""Prints the fingerprint of a result: how many rows, and a hash of all columns in which the order of rows does not count.

    fingerprint.py '{"relation": …, "attach": …, "columns": {name: type}}'

Every column is compared in the type that is asked for, so that one program's naive times and 32-bit numbers equal
another's. Runs in the benchmark's Python environment.
"""

from __future__ import annotations

import json
import sys

import duckdb


def fingerprint(request: dict) -> dict:
    """Returns the number of rows, one hash for all, and for each column how many values it has and their hash."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    if request["attach"]:
        connection.execute(f"ATTACH '{request['attach']}' (READ_ONLY)")
    columns = [comparable(name, kind) for name, kind in request["columns"].items()]
    row_hash = f"sum(hash({', '.join(columns)})::HUGEINT)"
    of_columns = [f"count({column}), sum(hash({column})::HUGEINT)" for column in columns]
    values = connection.execute(
        f"SELECT count(*), {row_hash}, {', '.join(of_columns)} FROM {request['relation']}"
    ).fetchone()
    return {
        "rows": values[0],
        "hash": str(values[1]),
        "columns": {
            name: f"{values[2 + 2 * i]} values, hash {values[3 + 2 * i]}" for i, name in enumerate(request["columns"])
        },
    }


def comparable(name: str, kind: str) -> str:
    if kind == "JSON":
        # Written anew, because one program keeps `\u00e9` as it came and another writes `é`.
        return f"""json_extract("{name}"::JSON, '$')::VARCHAR"""
    return f'CAST("{name}" AS {kind})'


if __name__ == "__main__":
    print(json.dumps(fingerprint(json.loads(sys.argv[1]))))
