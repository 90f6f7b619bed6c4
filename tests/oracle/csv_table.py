"""How the oracles write a table as CSV; each says at its head how it writes its values."""


def write_csv(columns, rows, out):
    """Writes the names of the columns and the rows to a text file.

    Lines end with LF. A field is quoted when it holds a comma, a quote, CR or LF, and when it is an empty text; quotes
    inside are doubled. None is an empty field without quotes, booleans are `true` and `false`.
    """
    out.write(",".join(columns) + "\n")
    for row in rows:
        out.write(",".join(map(_csv_field, row)) + "\n")


def _csv_field(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    if text == "" or any(character in text for character in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text
