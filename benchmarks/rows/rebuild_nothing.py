"""What a run costs that finds nothing to do."""

from data import gharchive_hours
from row import Goal, Row
from warehouse import programs

COLUMNS = {"hour": "TIMESTAMPTZ", "type": "VARCHAR", "events": "BIGINT"}
GOALS = {"dbt": Goal(20, 40), "sqlmesh": Goal(20, 40)}

ROW = Row(
    title="run again, nothing new: the gharchive example against five models of dbt build and sqlmesh plan",
    make_input=gharchive_hours,
    columns=COLUMNS,
    programs=programs(changes_a_model=False),
    goals=GOALS,
    most_memory=80_000_000,
    reads_input=False,
)
