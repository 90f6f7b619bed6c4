"""How the oracles write a table as CSV; each says at its head how it writes its values."""

import json


def write_csv(columns, rows, out):
    """Writes the names of the columns and the rows to a text file.

    Lines end with LF. A field is quoted when it holds a comma, a quote, CR or LF, and when it is an empty text; quotes
    inside are doubled. None is an empty field without quotes, booleans are `true` and `false`.
    """
    out.write(",".join(columns) + "\n")
    for row in rows:
        out.write(",".join(map(_csv_field, row)) + "\n")


def write_answer(tables, rejects, delivery, table, out):
    """Writes one of `tables`, functions of a delivery by name, or how many records a source rejects.

    `rejects` has the file of each source, and `delivery.bad` the number of bad records by file. A list is written as
    JSON, and a whole number without a fraction.
    """
    source = table.removesuffix("__rejects")
    if source != table:
        columns, rows = ["rejects"], [(delivery.bad[rejects[source]],)]
    else:
        columns, rows = tables[table](delivery)
    write_csv(columns, [[_written(value) for value in row] for row in rows], out)


def _written(value):
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _csv_field(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    if text == "" or any(character in text for character in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text
