"""The three MySQL tables as one script of SQL, for MySQL and MariaDB."""

_TABLES = (
    ("pinterest_data", "pin",
     "`index` BIGINT, unique_id TEXT, title TEXT, description TEXT, poster_name TEXT, follower_count TEXT, "
     "tag_list TEXT, is_image_or_video TEXT, image_src TEXT, downloaded BIGINT, save_location TEXT, category TEXT"),
    ("geolocation_data", "geo",
     "ind BIGINT, `timestamp` DATETIME, latitude DOUBLE, longitude DOUBLE, country TEXT"),
    ("user_data", "user", "ind BIGINT, first_name TEXT, last_name TEXT, age BIGINT, date_joined DATETIME"),
)
_ROWS_PER_INSERT = 200
_ESCAPES = str.maketrans({"'": "''", "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\0": "\\0"})


def write(path, origin):
    """Writes the script. It drops tables of the three names first."""
    rows = [origin.row(number) for number in origin.numbers()]
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write("SET NAMES utf8mb4;\n")
        for table, part, columns in _TABLES:
            file.write(f"DROP TABLE IF EXISTS {table};\nCREATE TABLE {table} ({columns}) DEFAULT CHARSET=utf8mb4;\n")
            for start in range(0, len(rows), _ROWS_PER_INSERT):
                tuples = [_tuple(getattr(row, part)) for row in rows[start:start + _ROWS_PER_INSERT]]
                file.write(f"INSERT INTO {table} VALUES\n" + ",\n".join(tuples) + ";\n")


def _tuple(record):
    return "(" + ", ".join(map(_literal, record.values())) + ")"


def _literal(value):
    if value is None:
        return "NULL"
    return f"'{value.translate(_ESCAPES)}'" if isinstance(value, str) else repr(value)
