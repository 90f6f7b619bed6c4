"""What a run costs after one model was changed."""

from data import gharchive_hours
from row import Row
from rows.rebuild_nothing import COLUMNS, GOALS
from warehouse import programs

ROW = Row(
    title="run again, one model changed: the gharchive example against five models of dbt build and sqlmesh plan",
    make_input=gharchive_hours,
    columns=COLUMNS,
    programs=programs(changes_a_model=True),
    goals=GOALS,
    most_memory=80_000_000,
    reads_input=False,
)
