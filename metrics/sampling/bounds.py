"""Bringing what a collector said into one form: known columns in a fixed order, numbers bounded.

Each function takes a well-typed value and gives it back (the same object where nothing had to change),
None in its place where it cannot be used, and a note for people, "" where there is nothing to say.
"""

from itertools import islice
from typing import TypeVar

import msgspec
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

_COLDEST, _HOTTEST = -100.0, 300.0
"""Degrees that no sensor of a machine shows: marks of one that is missing or broken."""

_MAX_NAMED = 8

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


def tidy_mem(gauges: Gauges, fields: tuple[str, ...]) -> tuple[Gauges, str]:
    """Leaves those of `fields` that there are, in their order, without parts larger than the whole."""
    gauges, _ = tidy_gauges(gauges, fields)
    total = gauges.get("total")
    if total is None or max(gauges.values()) <= total:
        return gauges, ""
    odd = [name for name, value in gauges.items() if value > total and name != "available"]
    notes = [_odd_note(odd)] if odd else []
    sound = {name: value for name, value in gauges.items() if name not in odd}
    if sound.get("available", 0) > total:  # used memory is made of it
        sound["available"] = total
        notes.append("brought within the total: available")
    return sound, "; ".join(notes)


def tidy_swap(gauges: Gauges, fields: tuple[str, ...]) -> tuple[Gauges, str]:
    """Leaves those of `fields` that there are, in their order; of space that cannot be only the total."""
    gauges, _ = tidy_gauges(gauges, fields)
    total = gauges.get("total")
    if total is None or (gauges.get("used", 0) <= total and gauges.get("free", 0) <= total):
        return gauges, ""
    odd = [name for name in ("used", "free") if gauges.get(name, 0) > total]
    return {name: value for name, value in gauges.items() if name not in ("used", "free")}, _odd_note(odd)


def tidy_disks(disks: list[Disk]) -> tuple[list[Disk], str]:
    """Leaves at most `MAX_LABEL_SETS` file systems, those whose space can be, and inodes that can be."""
    notes = []
    if len(disks) > MAX_LABEL_SETS:
        notes.append(_cut_note(len(disks)))
        disks = disks[:MAX_LABEL_SETS]
    odd = [disk for disk in disks if max(disk.used, disk.free) > disk.total or _has_odd_inodes(disk)]
    if odd:
        notes.append(_odd_note([disk.path for disk in odd]))
        disks = [_without_odd_inodes(disk) for disk in disks if max(disk.used, disk.free) <= disk.total]
    return disks, "; ".join(notes)


def _has_odd_inodes(disk: Disk) -> bool:
    total = disk.inodes_total
    return total is not None and max(disk.inodes_used or 0, disk.inodes_free or 0) > total


def _without_odd_inodes(disk: Disk) -> Disk:
    if not _has_odd_inodes(disk):
        return disk
    return msgspec.structs.replace(disk, inodes_total=None, inodes_used=None, inodes_free=None)


def tidy_temperatures(temperatures: dict[str, float]) -> tuple[dict[str, float], str]:
    """Leaves at most `MAX_LABEL_SETS` sensors, and those that show what a machine can have."""
    notes = []
    if len(temperatures) > MAX_LABEL_SETS:
        notes.append(_cut_note(len(temperatures)))
        temperatures = dict(islice(temperatures.items(), MAX_LABEL_SETS))
    sound = {name: celsius for name, celsius in temperatures.items() if _COLDEST < celsius < _HOTTEST}
    if len(sound) < len(temperatures):
        notes.append(_odd_note([name for name in temperatures if name not in sound]))
        temperatures = sound
    return temperatures, "; ".join(notes)


def tidy_top(top: Top) -> tuple[Top, str]:
    """Leaves at most `MAX_TOP_PROCESSES` of each list."""
    if max(len(top.cpu), len(top.memory)) <= MAX_TOP_PROCESSES:
        return top, ""
    return Top(top.cpu[:MAX_TOP_PROCESSES], top.memory[:MAX_TOP_PROCESSES]), ""


def _odd_note(names: list[str]) -> str:
    return f"left out as impossible: {', '.join(names[:_MAX_NAMED])}"


def _cut_note(count: int) -> str:
    return f"{count} label sets, the first {MAX_LABEL_SETS} kept"
