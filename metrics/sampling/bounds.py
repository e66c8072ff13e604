"""Bringing what a collector said into one form: known columns in a fixed order, numbers bounded.

Each function takes a well-typed value and gives it back (the same object where nothing had to change),
None in its place where it cannot be used, and a note for people, "" where there is nothing to say.
"""

from itertools import islice
from typing import TypeVar

from msgspec.structs import replace

from metrics.sampling.wire import (
    MAX_LABEL_SETS,
    MAX_TOP_PROCESSES,
    CounterTable,
    CpuTable,
    Disk,
    Gauges,
    Top,
)

TableT = TypeVar("TableT", CpuTable, CounterTable)


def tidy_table(table: TableT, columns: tuple[str, ...]) -> tuple[TableT | None, str]:
    """Leaves those of `columns` that the table has, in their order, and at most `MAX_LABEL_SETS` rows."""
    names, rows = table.names, table.rows
    width = len(names)
    for row in rows.values():
        if len(row) != width:
            return None, f"unusable: a row has {len(row)} values for {width} names"
    note = ""
    if len(rows) > MAX_LABEL_SETS:
        note = _cut_note(len(rows))
        table = replace(table, rows=dict(islice(rows.items(), MAX_LABEL_SETS)))
    if names == columns:
        return table, note
    if len(set(names)) != width:
        return None, "unusable: a name occurs twice"
    columns_there = tuple(name for name in columns if name in names)
    if not columns_there:
        return None, "unusable: none of its names is known"
    return (table if columns_there == names else _with_columns(table, columns_there)), note


def _with_columns(table: TableT, columns: tuple[str, ...]) -> TableT:
    where = [table.names.index(name) for name in columns]
    return replace(
        table, names=columns, rows={name: [row[i] for i in where] for name, row in table.rows.items()}
    )


def tidy_gauges(gauges: Gauges, fields: tuple[str, ...]) -> tuple[Gauges, str]:
    """Leaves those of `fields` that there are, in their order."""
    if tuple(gauges) == fields:
        return gauges, ""
    return {field: gauges[field] for field in fields if field in gauges}, ""


def tidy_disks(disks: list[Disk]) -> tuple[list[Disk], str]:
    """Leaves at most `MAX_LABEL_SETS` file systems."""
    if len(disks) <= MAX_LABEL_SETS:
        return disks, ""
    return disks[:MAX_LABEL_SETS], _cut_note(len(disks))


def tidy_temperatures(temperatures: dict[str, float]) -> tuple[dict[str, float], str]:
    """Leaves at most `MAX_LABEL_SETS` sensors."""
    if len(temperatures) <= MAX_LABEL_SETS:
        return temperatures, ""
    return dict(islice(temperatures.items(), MAX_LABEL_SETS)), _cut_note(len(temperatures))


def tidy_top(top: Top) -> tuple[Top, str]:
    """Leaves at most `MAX_TOP_PROCESSES` of each list."""
    if max(len(top.cpu), len(top.memory)) <= MAX_TOP_PROCESSES:
        return top, ""
    return Top(top.cpu[:MAX_TOP_PROCESSES], top.memory[:MAX_TOP_PROCESSES]), ""


def _cut_note(count: int) -> str:
    return f"{count} label sets, the first {MAX_LABEL_SETS} kept"
