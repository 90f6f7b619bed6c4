"""The columns that all programs of the GH Archive rows make, and where each stands in a record."""

import pathlib

_TEXTS = ["login", "gravatar_id", "avatar_url", "url"]

# (column, path in the record, SQL type)
COLUMNS = [
    ("id", ("id",), "BIGINT"),
    ("type", ("type",), "VARCHAR"),
    ("actor_id", ("actor", "id"), "BIGINT"),
    *[(f"actor_{name}", ("actor", name), "VARCHAR") for name in _TEXTS],
    ("repo_id", ("repo", "id"), "BIGINT"),
    ("repo_name", ("repo", "name"), "VARCHAR"),
    ("repo_url", ("repo", "url"), "VARCHAR"),
    ("public", ("public",), "BOOLEAN"),
    ("created_at", ("created_at",), "TIMESTAMP"),
    ("org_id", ("org", "id"), "BIGINT"),
    *[(f"org_{name}", ("org", name), "VARCHAR") for name in _TEXTS],
]
COLUMNS_WITH_PAYLOAD = [*COLUMNS, ("payload", ("payload",), "JSON"), ("other", ("other",), "JSON")]


def files_of(source):
    """Returns the files of a folder, or the one file, as texts."""
    path = pathlib.Path(source)
    return sorted(str(file) for file in path.iterdir()) if path.is_dir() else [str(path)]


def fields_of(columns):
    """Returns the record's fields: name to SQL type, or to a dict of the same for an object."""
    fields = {}
    for _, path, kind in columns:
        inner = fields
        for step in path[:-1]:
            inner = inner.setdefault(step, {})
        inner[path[-1]] = kind
    return fields
