"""Five models over the events of GH Archive, as Tidemill's example has them, and as projects of dbt and SQLMesh."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from row import BENCHMARKS, PYTHON, ROOT, TIDEMILL, Input, Program, Result, delta_table

EXAMPLE = ROOT / "examples/gharchive"
RANGE = ["--start", "2015-01-01T00", "--end", "2015-01-02T00"]
CHANGED = "hourly_activity"
# Without a bill for the network: none of the peers may report that it is used.
QUIET = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "SQLMESH__DISABLE_ANONYMIZED_ANALYTICS": "true"}
_NAMES = """
  SELECT {id}, max_by({name}, (created_at, id)) AS {name}, min(created_at) AS first_seen_at,
    max(created_at) AS last_seen_at, count(DISTINCT {name}) AS names
  FROM <events> WHERE {id} IS NOT NULL AND {name} IS NOT NULL GROUP BY {id}"""
MODELS = {
    "actor_names": _NAMES.format(id="actor_id", name="actor_login"),
    "repo_names": _NAMES.format(id="repo_id", name="repo_name"),
    "hourly_activity": """
  SELECT date_trunc('hour', created_at) AS hour, type, count(*) AS events
  FROM <events> GROUP BY 1, 2""",
    "hourly_pushes": """
  SELECT date_trunc('hour', created_at) AS hour, count(*) AS pushes,
    coalesce(sum((payload ->> '$.size')::BIGINT), 0) AS commits,
    coalesce(sum((payload ->> '$.distinct_size')::BIGINT), 0) AS distinct_commits
  FROM <events> WHERE type = 'PushEvent' GROUP BY 1""",
    "top_repositories": """
  WITH activity AS (
    SELECT repo_id, count(*) AS events, count(*) FILTER (WHERE type = 'PushEvent') AS pushes,
      count(*) FILTER (WHERE type = 'WatchEvent') AS stars, count(*) FILTER (WHERE type = 'ForkEvent') AS forks,
      count(DISTINCT actor_id) AS contributors
    FROM <events> WHERE repo_id IS NOT NULL GROUP BY repo_id
  )
  SELECT row_number() OVER (ORDER BY events DESC, activity.repo_id) AS rank, activity.repo_id, repo_name, events,
    pushes, stars, forks, contributors
  FROM activity LEFT JOIN <repo_names> AS repository ON repository.repo_id = activity.repo_id
  QUALIFY rank <= 100""",
}


def programs(changes_a_model: bool) -> list[Program]:
    """Returns the three programs, all models built, with or without one model changed before each run."""
    return [
        _program("tidemill", "", _build_example, _tidemill, delta_table("mart", CHANGED), changes_a_model),
        _program("dbt", "dbt-duckdb", _make_dbt, _dbt, _in_warehouse, changes_a_model),
        _program("sqlmesh", "sqlmesh", _make_sqlmesh, _sqlmesh, _in_warehouse, changes_a_model),
    ]


def _program(
    name: str,
    package: str,
    make: Callable[[Input, Path], None],
    command: Callable[[Input, Path], list[str]],
    result: Callable[[Path], Result],
    changes_a_model: bool,
) -> Program:
    def prepare(source: Input, output: Path) -> None:
        if not (output / "project").exists():
            make(source, output / "project")
            _run(command(source, output), output)
        if changes_a_model:
            _change_a_model(output / "project")

    return Program(name, command, result, package, keeps_output=True, prepare=prepare, environment=QUIET)


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, env={**os.environ, **QUIET}, check=True, capture_output=True)


def _change_a_model(project: Path) -> None:
    """Counts in the other of two ways, which gives the same rows: no event lacks an id."""
    path = project / f"models/{CHANGED}.sql"
    text = path.read_text(encoding="utf-8")
    other = {"*": "id", "id": "*"}
    path.write_text(
        re.sub(r"count\((\*|id)\)(?= AS events\b)", lambda found: f"count({other[found[1]]})", text), encoding="utf-8"
    )


def _build_example(_: Input, project: Path) -> None:
    shutil.copytree(EXAMPLE, project, ignore=shutil.ignore_patterns(".tidemill"))


def _tidemill(source: Input, output: Path) -> list[str]:
    return [str(TIDEMILL), "-C", str(output / "project"), "run", "-q", "--var", f"base_url={source.path}", *RANGE]


def _make_parquet(source: Input, project: Path) -> Path:
    """Leaves all events with their payload in one file and returns it."""
    project.mkdir(parents=True)
    script = BENCHMARKS / "peers/gharchive/with_duckdb.py"
    _run([str(PYTHON), str(script), str(source.path), str(project), "payload"], project)
    return project / "events.parquet"


def _in_warehouse(output: Path) -> Result:
    return Result(f"warehouse.mart.{CHANGED}", attach=str(output / "project/warehouse.duckdb"))


def _make_dbt(source: Input, project: Path) -> None:
    events = f"read_parquet('{_make_parquet(source, project)}')"
    (project / "dbt_project.yml").write_text(
        "name: gharchive\nprofile: gharchive\nmodels: {gharchive: {+materialized: table}}\n"
    )
    (project / "profiles.yml").write_text(
        "gharchive:\n  target: local\n  outputs:\n    local:\n      type: duckdb\n"
        f"      path: {project}/warehouse.duckdb\n      schema: mart\n      threads: 2\n"
    )
    _write_models(project, {"events": events, "repo_names": "{{ ref('repo_names') }}"}, lambda name: "")


def _dbt(_: Input, output: Path) -> list[str]:
    project = str(output / "project")
    return [str(PYTHON.parent / "dbt"), "build", "--quiet", "--project-dir", project, "--profiles-dir", project]


def _make_sqlmesh(source: Input, project: Path) -> None:
    events = f"read_parquet('{_make_parquet(source, project)}')"
    (project / "config.yaml").write_text(
        "gateways:\n  local:\n    connection:\n      type: duckdb\n"
        f"      database: {project}/warehouse.duckdb\n      concurrent_tasks: 2\n"
        "model_defaults: {dialect: duckdb}\n"
    )
    _write_models(
        project,
        {"events": events, "repo_names": "mart.repo_names"},
        lambda name: f"MODEL (name mart.{name}, kind FULL);\n",
    )


def _sqlmesh(_: Input, output: Path) -> list[str]:
    return [
        *(str(PYTHON.parent / "sqlmesh"), "--paths", str(output / "project")),
        *("plan", "--auto-apply", "--no-prompts", "--no-diff"),
    ]


def _write_models(project: Path, names: dict[str, str], header: Callable[[str], str]) -> None:
    (project / "models").mkdir()
    for name, sql in MODELS.items():
        for placeholder, relation in names.items():
            sql = sql.replace(f"<{placeholder}>", relation)
        (project / f"models/{name}.sql").write_text(header(name) + sql.strip() + "\n", encoding="utf-8")
